/*
 * row_slices.c
 *		Finding the slices of a row by what they are of.
 *
 * Owns: that a walk through the elements of an array takes linear time.  Must
 * not know columns.
 */
#include "row/row_slices.h"

void
row_slices_init(RowSlices *chains)
{
	memset(chains, 0, sizeof(*chains));
	chains->head = (int32 *) palloc(sizeof(int32));
	chains->cursor = (int32 *) palloc(sizeof(int32));
	chains->next = (int32 *) palloc(sizeof(int32));
}

void
row_slices_index(RowSlices *chains, const PagerRow *row, int nleaves)
{
	const TokSlice *slices = row->page->slices + row->row->first_slice;
	uint32 nslices = row->row->nslices;

	if (nslices > chains->next_size)
	{
		chains->next_size = nslices * 2;
		chains->next = (int32 *) repalloc(chains->next, chains->next_size * sizeof(int32));
	}
	if (nleaves > chains->heads_size)
	{
		chains->heads_size = nleaves;
		chains->head = (int32 *) repalloc(chains->head, chains->heads_size * sizeof(int32));
		chains->cursor = (int32 *) repalloc(chains->cursor, chains->heads_size * sizeof(int32));
	}
	memset(chains->head, 0xff, chains->heads_size * sizeof(int32));
	/* Backwards, so that each chain runs forwards. */
	for (int32 i = (int32) nslices - 1; i >= 0; i--)
	{
		chains->next[i] = chains->head[slices[i].leaf];
		chains->head[slices[i].leaf] = i;
	}
	memcpy(chains->cursor, chains->head, chains->heads_size * sizeof(int32));
}
