/*
 * rowkey.h
 *		What a row is ordered by, read from its slices.
 */
#ifndef ATTIO_ROWKEY_H
#define ATTIO_ROWKEY_H

#include "page/order.h"
#include "row/tokenizer.h"

/* The row's first slice of this leaf, or NULL. */
extern const TokSlice *rowkey_slice(const TokPage *page, const TokRow *row, int leaf);

/* Read a key; false where the row has no id, or, with a leaf for it (-1 = none), no created_at: *has_id says which. */
extern bool
rowkey_read(const TokPage *page, const TokRow *row, int id_leaf, int created_leaf, RowKey *key, bool *has_id);

#endif /* ATTIO_ROWKEY_H */
