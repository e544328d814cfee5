/*
 * words.h
 *		Enumerations whose values a service sends as numbers or words of its own,
 *		and rows show as words.
 *
 * Tables of these are data of a service's endpoints.
 */
#ifndef REMOTE_WORDS_H
#define REMOTE_WORDS_H

#include "base/compat.h"

typedef struct WordDef
{
	const char *word; /* as rows show it */
	const char *sent; /* as the service calls it */
} WordDef;

/* What the service calls the word; NULL: nothing is called so. */
extern const char *word_sent(const WordDef *words, const char *word);

/* The word for what the service sent; what it has no word for stays as it is. */
extern const char *word_shown(const WordDef *words, const char *sent);

/* All words, as people read a list: "one", "two" or "three"; in the current memory context. */
extern char *words_listed(const WordDef *words);

#endif /* REMOTE_WORDS_H */
