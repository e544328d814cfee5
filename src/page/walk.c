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
	walk->handed = walk->before = (WalkIds){NULL, 0, 0};
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

bool
walk_was_handed(const Walk *walk, const RowId *id)
{
	return walk->before.n > 0 && bsearch(id, walk->before.ids, walk->before.n, sizeof(RowId), rowid_compare) != NULL;
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
