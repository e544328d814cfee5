/*
 * text_rows.h
 *		Texts compared, lists of them, and rows of them that functions of ours return.
 */
#ifndef BASE_TEXT_ROWS_H
#define BASE_TEXT_ROWS_H

#include "base/compat.h"
#include "nodes/execnodes.h"

/* Is the text one of these (char *)? */
extern bool list_has_text(const List *texts, const char *text);

/* Are these texts the same, or both NULL? */
extern bool texts_equal(const char *one, const char *other);

/* Are these Lists of texts the same, one by one? */
extern bool text_lists_equal(const List *some, const List *others);

/* Add a row to what the function returns; texts that are NULL are NULL. */
extern void result_put_texts(ReturnSetInfo *result, const char *const *texts, int ntexts);

#endif /* BASE_TEXT_ROWS_H */
