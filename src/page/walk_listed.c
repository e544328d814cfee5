/*
 * walk_listed.c
 *		Pages at offsets, in an order that no key shows.
 *
 * Owns: the overlap.  Each page begins with the last row of the one before it,
 * by its id, or where it has none by its text; where it does not, or has another
 * of its rows, rows have moved, and some may be lost.
 */
#include "page/walk.h"

/* The page begins with the last row of the one before it; else rows have moved. */
static WalkStep
judge_listed(Walk *walk, const WalkPage *page)
{
	WalkStep step = {walk->full ? WALK_ON : WALK_END, 0, NULL};

	if (walk->has_last && (page->nrows == 0 || rowid_compare(&page->keys[0].id, &walk->last.id) != 0))
		return walk_give_up(walk, "Rows moved between requests.");
	step.first = walk->has_last ? 1 : 0;
	walk_turn(walk, page, step.first);
	if (page->has_ids && walk_repeats(walk, page))
		return walk_give_up(walk, WALK_REPEATS);
	if (step.first < page->nrows)
	{
		walk->last = page->keys[page->nrows - 1];
		walk->has_last = true;
		walk->moves = 0;
	}
	else if (walk->full && ++walk->moves > WALK_MOVES_LIMIT)
		return walk_give_up(walk, "Rows kept moving between requests.");
	walk->next.offset += (int64) page->nrows - 1;
	return step;
}

const WalkMethods walk_listed = {.name = "as listed", .by_offset = true, .judge = judge_listed};
