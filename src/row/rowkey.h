/*
 * rowkey.h
 *		What a row is known and ordered by, read from its slices.
 */
#ifndef ROW_ROWKEY_H
#define ROW_ROWKEY_H

#include "remote/resource.h"
#include "remote/rowid.h"
#include "row/page_row.h"
#include "row/projection.h"

/* What rows are ordered by: the id alone, or the time of creation and the id. */
typedef struct RowKey
{
	int64 created; /* nanoseconds since 1970; 0 in id order */
	RowId id;
} RowKey;

/* Want the id of each row; returns its leaf, -1 where rows have none. */
extern int rowkey_id_leaf(Projection *projection, const ResourceDef *resource);

/* Want what is part of the id, too (ResourceDef.id_with); returns its leaf, -1 where nothing is. */
extern int rowkey_with_leaf(Projection *projection, const ResourceDef *resource);

/* Make what this leaf says part of the id; false where the row does not say it. */
extern bool rowkey_add(const TokPage *page, const TokRow *row, int leaf, RowId *id);

/* The row's first slice of this leaf, or NULL. */
extern const TokSlice *rowkey_slice(const TokPage *page, const TokRow *row, int leaf);

/* The id of a row as text, in the current memory context, for messages; NULL when it has none. */
extern const char *rowkey_id_text(const PagerRow *row);

/*
 * Read a key; false where the row has no id of this type, or no time of creation,
 * each only where there is a leaf for it (-1 = none): *has_id says which.
 */
extern bool rowkey_read(const TokPage *page, const TokRow *row, int id_leaf, Oid id_type, int created_leaf, RowKey *key,
						bool *has_id);

#endif /* ROW_ROWKEY_H */
