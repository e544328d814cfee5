/*
 * text_rows.h
 *		Lists of texts, and rows of texts that functions of ours return.
 */
#ifndef BASE_TEXT_ROWS_H
#define BASE_TEXT_ROWS_H

#include "base/compat.h"
#include "nodes/execnodes.h"

/* Is the text one of these (char *)? */
extern bool list_has_text(const List *texts, const char *text);

/* Add a row to what the function returns; texts that are NULL are NULL. */
extern void result_put_texts(ReturnSetInfo *result, const char *const *texts, int ntexts);

#endif /* BASE_TEXT_ROWS_H */
