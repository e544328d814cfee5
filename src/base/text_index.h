/*
 * text_index.h
 *		Values that are found by a text, in constant time.
 *
 * For what may be a thousand: attributes, options, columns.
 */
#ifndef BASE_TEXT_INDEX_H
#define BASE_TEXT_INDEX_H

#include "base/compat.h"

typedef struct TextIndex TextIndex;

/*
 * An index without values, in the current memory context, which all that it
 * takes later is in, too.  "any_case": texts that differ in the case of ASCII
 * letters are the same.
 */
extern TextIndex *text_index_make(bool any_case);

/* The text finds this value from now on, unless it finds another already.  It is not copied. */
extern void text_index_add(TextIndex *index, const char *text, const void *value);

/* The first value that was added with this text, or NULL. */
extern void *text_index_find(const TextIndex *index, const char *text);

#endif /* BASE_TEXT_INDEX_H */
