/*
 * rowkey.c
 *		What a row is known and ordered by, read from its slices.
 *
 * Owns: the reading of ids and of the time of creation.  Must not know pages.
 */
#include "row/rowkey.h"

#include "base/timestamps.h"
#include "catalog/pg_type.h"

int
rowkey_id_leaf(Projection *projection, const ResourceDef *resource)
{
	if (resource->id_path == NULL)
		return -1;
	return projection_leaf(projection, projection_field(projection, resource->id_path));
}

int
rowkey_with_leaf(Projection *projection, const ResourceDef *resource)
{
	if (resource->id_with == NULL)
		return -1;
	return projection_leaf(projection, projection_field(projection, resource->id_with));
}

const TokSlice *
rowkey_slice(const TokPage *page, const TokRow *row, int leaf)
{
	for (uint32 i = 0; i < row->nslices; i++)
		if (page->slices[row->first_slice + i].leaf == leaf)
			return &page->slices[row->first_slice + i];
	return tok_outer(page, row->first_outer, row->nouter, leaf, TOK_ANY_ELEMENT);
}

const char *
rowkey_id_text(const PagerRow *row)
{
	const TokSlice *slice = row->id_leaf < 0 ? NULL : rowkey_slice(row->page, row->row, row->id_leaf);

	return slice == NULL ? NULL : pnstrdup(slice->start, slice->length);
}

/* Numbers are ids of numbers, strings those of all other types. */
static bool
read_id(const TokSlice *slice, Oid type, RowId *id)
{
	TokKind kind = type == INT8OID ? TOK_NUMBER : TOK_STRING;

	return slice != NULL && slice->kind == kind && rowid_parse(id, type, slice->start, slice->length);
}

bool
rowkey_read(const TokPage *page, const TokRow *row, int id_leaf, Oid id_type, int created_leaf, RowKey *key,
			bool *has_id)
{
	const TokSlice *created;

	memset(key, 0, sizeof(*key));
	*has_id = id_leaf < 0 || read_id(rowkey_slice(page, row, id_leaf), id_type, &key->id);
	if (!*has_id)
		return false;
	if (created_leaf < 0)
		return true;
	created = rowkey_slice(page, row, created_leaf);
	return created != NULL && created->kind == TOK_STRING &&
		   parse_iso_nanoseconds(created->start, created->length, &key->created);
}

bool
rowkey_add(const TokPage *page, const TokRow *row, int leaf, RowId *id)
{
	const TokSlice *slice = rowkey_slice(page, row, leaf);

	return slice != NULL && (slice->kind == TOK_NUMBER || slice->kind == TOK_STRING) &&
		   rowid_add(id, slice->start, slice->length);
}
