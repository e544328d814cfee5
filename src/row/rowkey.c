/*
 * rowkey.c
 *		What a row is ordered by, read from its slices.
 *
 * Owns: the reading of ids and of the time of creation.  Must not know pages.
 */
#include "row/rowkey.h"

#include "base/errors.h"
#include "row/timestamps.h"

const TokSlice *
rowkey_slice(const TokPage *page, const TokRow *row, int leaf)
{
	for (uint32 i = 0; i < row->nslices; i++)
		if (page->slices[row->first_slice + i].leaf == leaf)
			return &page->slices[row->first_slice + i];
	return NULL;
}

static bool
read_uuid(const TokSlice *slice, unsigned char *uuid)
{
	int digits = 0;

	if (slice == NULL || slice->kind != TOK_STRING || slice->length != 36)
		return false;
	for (int i = 0; i < 36; i++)
	{
		int value = hex_digit(slice->start[i]);

		if (i == 8 || i == 13 || i == 18 || i == 23)
		{
			if (slice->start[i] != '-')
				return false;
			continue;
		}
		if (value < 0)
			return false;
		uuid[digits / 2] = digits % 2 == 0 ? value << 4 : uuid[digits / 2] | value;
		digits++;
	}
	return true;
}

bool
rowkey_read(const TokPage *page, const TokRow *row, int id_leaf, int created_leaf, RowKey *key, bool *has_id)
{
	const TokSlice *created;

	key->created = 0;
	*has_id = read_uuid(rowkey_slice(page, row, id_leaf), key->id);
	if (!*has_id)
		return false;
	if (created_leaf < 0)
		return true;
	created = rowkey_slice(page, row, created_leaf);
	return created != NULL && created->kind == TOK_STRING &&
		   parse_iso_nanoseconds(created->start, created->length, &key->created);
}
