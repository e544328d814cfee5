/*
 * walk.c
 *		What all walks have in common.
 *
 * Owns: the beginning of walks, and the ids of rows that were handed out when a
 * listing is walked again in another way.
 */
#include "page/walk.h"

/* Begin at this offset with nothing known. */
static void
reset_proof(Walk *walk, const WalkMethods *methods, int64 start)
{
	walk->methods = methods;
	walk->start = walk->next.offset = start;
	walk->next.cursor = NULL;
	walk->why = NULL;
	walk->full = walk->has_last = false;
	walk->proven = walk->step = 0;
	walk->moves = 0;
	walk->present.n = walk->previous.n = 0;
	seen_forget(&walk->places);
}

void
walk_begin(Walk *walk, const WalkMethods *methods, int64 start, bool descending)
{
	reset_proof(walk, methods, start);
	walk->descending = descending;
	walk->handed.n = walk->before.n = 0;
	walk->overflowed = false;
}

void
walk_forget(Walk *walk)
{
	seen_forget(&walk->places);
	walk->handed = walk->before = walk->present = walk->previous = (WalkIds){NULL, 0, 0};
	walk->next.cursor = NULL;
	walk->has_last = false;
}

/* Add n ids. */
static void
add_ids(MemoryContext context, WalkIds *to, const RowId *ids, int n)
{
	if (to->n + n > to->size)
	{
		to->size = Max(to->size * 2, to->n + n);
		to->ids = to->ids == NULL ? (RowId *) MemoryContextAlloc(context, sizeof(RowId) * to->size)
								  : (RowId *) repalloc(to->ids, sizeof(RowId) * to->size);
	}
	memcpy(to->ids + to->n, ids, sizeof(RowId) * n);
	to->n += n;
}

void
walk_change(Walk *walk, const WalkMethods *methods, int64 start)
{
	reset_proof(walk, methods, start);
	if (walk->handed.n == 0)
		return;
	add_ids(walk->context, &walk->before, walk->handed.ids, walk->handed.n);
	qsort(walk->before.ids, walk->before.n, sizeof(RowId), rowid_compare);
	walk->handed.n = 0;
}

bool
walk_place(const Walk *walk, int ahead, PagePlace *place)
{
	*place = walk->next;
	if (ahead == 0)
		return true;
	/* each page overlaps the one before it by a row */
	place->offset += (int64) ahead * (place->limit - 1);
	return walk->methods->by_offset;
}

WalkStep
walk_judge(Walk *walk, const WalkPage *page)
{
	walk->full = page->nrows >= (size_t) page->limit;
	return walk->methods->judge(walk, page);
}

/* Is it one of these, which ascend? */
static bool
is_among(const WalkIds *ids, const RowId *id)
{
	return ids->n > 0 && bsearch(id, ids->ids, ids->n, sizeof(RowId), rowid_compare) != NULL;
}

bool
walk_was_handed(const Walk *walk, const RowId *id)
{
	return is_among(&walk->before, id);
}

void
walk_turn(Walk *walk, const WalkPage *page, size_t first)
{
	WalkIds last = walk->present;

	walk->present = walk->previous;
	walk->previous = last;
	walk->present.n = 0;
	for (size_t i = first; i < page->nrows; i++)
		add_ids(walk->context, &walk->present, &page->keys[i].id, 1);
	if (page->has_ids)
		qsort(walk->present.ids, walk->present.n, sizeof(RowId), rowid_compare);
}

bool
walk_repeats(const Walk *walk, const WalkPage *page)
{
	const WalkIds *present = &walk->present;
	const WalkIds *previous = &walk->previous;

	/* rows that look the same may be two, but hardly at the border of two pages, and a page of them is not */
	if (!page->has_ids && present->n > 0 && previous->n > 0 &&
		rowid_compare(&present->ids[0], &previous->ids[previous->n - 1]) == 0)
		return true;
	if (!page->has_ids)
		return present->n > 0 && present->n == previous->n &&
			   memcmp(present->ids, previous->ids, sizeof(RowId) * present->n) == 0;
	for (int i = 0; i < present->n; i++)
		if (is_among(previous, &present->ids[i]) ||
			(i > 0 && rowid_compare(&present->ids[i - 1], &present->ids[i]) == 0))
			return true;
	return false;
}

bool
walk_repeats_row(const WalkPage *page)
{
	RowId *ids;
	bool repeats = false;

	if (!page->has_ids || page->nrows < 2)
		return false;
	ids = (RowId *) palloc(sizeof(RowId) * page->nrows);
	for (size_t i = 0; i < page->nrows; i++)
		ids[i] = page->keys[i].id;
	qsort(ids, page->nrows, sizeof(RowId), rowid_compare);
	for (size_t i = 1; i < page->nrows && !repeats; i++)
		repeats = rowid_compare(&ids[i - 1], &ids[i]) == 0;
	pfree(ids);
	return repeats;
}

void
walk_remember(Walk *walk, const WalkPage *page, size_t first, int limit)
{
	if (!walk->overflowed && walk->handed.n + (page->nrows - first) > (size_t) limit)
		walk->overflowed = true;
	for (size_t i = first; i < page->nrows && !walk->overflowed; i++)
		add_ids(walk->context, &walk->handed, &page->keys[i].id, 1);
}

WalkStep
walk_give_up(Walk *walk, const char *why)
{
	WalkStep step = {WALK_LOST, 0, NULL};

	walk->why = why;
	return step;
}
