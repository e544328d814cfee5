/*
 * row_slices.h
 *		Finding the slices of a row by what they are of.
 */
#ifndef ROW_ROW_SLICES_H
#define ROW_ROW_SLICES_H

#include "row/page_row.h"

/* Chains of the slices of the present row, one for each leaf; in the memory context in which it was made. */
typedef struct RowSlices
{
	int32 *head;   /* per leaf: first slice of the row, -1 = none */
	int32 *cursor; /* per leaf: where the last search ended */
	int32 *next;   /* per slice of the row: next of the same leaf */
	int heads_size;
	uint32 next_size;
} RowSlices;

extern void row_slices_init(RowSlices *chains);

/* Chain the row's slices, of so many leaves. */
extern void row_slices_index(RowSlices *chains, const PagerRow *row, int nleaves);

/* Inline from here on: they are called for each cell. */

/* The first slice of a leaf in the row, or in the document that it stands in; or NULL. */
static inline const TokSlice *
row_first_slice(const RowSlices *chains, const PagerRow *row, int leaf)
{
	int32 at = chains->head[leaf];

	if (at >= 0)
		return &row->page->slices[row->row->first_slice + at];
	return tok_outer(row->page, row->row->first_outer, row->row->nouter, leaf, TOK_ANY_ELEMENT);
}

/*
 * The slice of a leaf that belongs to one element, likewise.  Chains ascend by
 * element: the search goes on where the last one ended.
 */
static inline const TokSlice *
row_element_slice(RowSlices *chains, const PagerRow *row, int leaf, uint32 element)
{
	const TokSlice *slices = row->page->slices + row->row->first_slice;
	int32 at = chains->cursor[leaf];

	if (at < 0 || slices[at].element > element)
		at = chains->head[leaf];
	while (at >= 0 && slices[at].element < element)
		at = chains->next[at];
	chains->cursor[leaf] = at;
	if (at >= 0 && slices[at].element == element)
		return &slices[at];
	return tok_outer(row->page, row->row->first_outer, row->row->nouter, leaf, element);
}

#endif /* ROW_ROW_SLICES_H */
