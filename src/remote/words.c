/*
 * words.c
 *		Enumerations whose values a service sends as numbers or words of its own.
 *
 * Owns: nothing; the tables end with a word that is NULL.
 */
#include "remote/words.h"

#include "lib/stringinfo.h"

const char *
word_sent(const WordDef *words, const char *word)
{
	for (const WordDef *each = words; each->word != NULL; each++)
		if (strcmp(each->word, word) == 0)
			return each->sent;
	return NULL;
}

const char *
word_shown(const WordDef *words, const char *sent)
{
	for (const WordDef *each = words; each->word != NULL; each++)
		if (strcmp(each->sent, sent) == 0)
			return each->word;
	return sent;
}

char *
words_listed(const WordDef *words)
{
	StringInfoData text;

	initStringInfo(&text);
	for (const WordDef *each = words; each->word != NULL; each++)
		appendStringInfo(&text, "%s\"%s\"", each == words ? "" : each[1].word == NULL ? " or " : ", ", each->word);
	return text.data;
}
