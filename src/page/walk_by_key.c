/*
 * walk_by_key.c
 *		Walks by a key that rows never change: the id, or the time of creation and the id.
 *
 * Owns: the proof that no row is lost or repeated.  Must not know requests.
 *
 * Offsets count rows of a collection that others change.  What makes a scan
 * complete is an order by a key that no row ever changes: then everything behind
 * the last key is still to come, wherever it stands now.
 *
 * Each page begins one row before the end of the last one.  Where the first
 * row's key is at or before the last key handed out, the page covers the place
 * where we stand, and since keys never change and ascend, what follows is what
 * is next.  Where it is behind, rows before us went away and some may have
 * slipped through: step back until it is covered.
 *
 * Unsorted pages have come in ascending id order in every recording
 * (docs/attio-api.md 3.3), which nobody promises: it is checked row by row.
 * Where it fails, the scan begins again sorted by creation, leaving out what
 * was handed out.  The promise: docs/invariants.md 1.4.
 */
#include "page/walk.h"

/* Ids remembered in case the order fails; after so many rows it is an error. */
#define WALK_HANDED_LIMIT 4096

/* In the order of the walk; ids ascend among equal times, whichever way those go. */
static int
compare_keys(const Walk *walk, const RowKey *a, const RowKey *b)
{
	if (a->created != b->created)
		return (a->created < b->created) != walk->descending ? -1 : 1;
	return rowid_compare(&a->id, &b->id);
}

static bool
is_by_id(const Walk *walk)
{
	return walk->methods == &walk_by_id;
}

/* Not in order.  Pages that should be in id order: begin again sorted, if we know what was handed out. */
static WalkStep
sort_instead(Walk *walk)
{
	WalkStep step = {WALK_BROKEN, 0, NULL};

	if (!is_by_id(walk))
		return step;
	if (walk->overflowed)
		return walk_give_up(walk, "Unsorted pages were in id order at first and then were not.");
	step.verdict = WALK_OTHER;
	step.other = &walk_by_creation;
	return step;
}

/* Does each row of the page come behind the one before it? */
static bool
is_ascending(const Walk *walk, const WalkPage *page)
{
	for (size_t i = 1; i < page->nrows; i++)
		if (compare_keys(walk, &page->keys[i - 1], &page->keys[i]) >= 0)
			return false;
	return true;
}

/* Rows before us went away: ask from further back, twice as far each time. */
static WalkStep
step_back(Walk *walk, int limit)
{
	WalkStep step = {WALK_AGAIN, 0, NULL};

	if (++walk->moves > WALK_MOVES_LIMIT)
		return walk_give_up(walk, "Rows kept moving between requests.");
	walk->step = walk->step == 0 ? Max(limit / 2, 1) : walk->step * 2;
	walk->next.offset = Max(walk->next.offset - walk->step, 0);
	return step;
}

/* The page's rows from "first" on are new: go on behind them. */
static void
note_new_rows(Walk *walk, const WalkPage *page, size_t first)
{
	walk->last = page->keys[page->nrows - 1];
	walk->has_last = true;
	walk->proven += (int64) (page->nrows - first);
	walk->moves = 0;
	walk->step = 0;
	if (is_by_id(walk))
		walk_remember(walk, page, first, WALK_HANDED_LIMIT);
}

/* Hand out what is behind the last row; where that is not certain, see what else helps. */
static WalkStep
judge_by_key(Walk *walk, const WalkPage *page)
{
	WalkStep step = {WALK_ON, 0, NULL};

	/* all there is, at one moment: any order will do */
	if (!is_by_id(walk) || walk->has_last || walk->full)
	{
		if (!is_ascending(walk, page))
			return sort_instead(walk);
		if (walk->has_last && walk->next.offset > 0 &&
			(page->nrows == 0 || compare_keys(walk, &page->keys[0], &walk->last) > 0))
			return step_back(walk, page->limit);
		while (walk->has_last && step.first < page->nrows &&
			   compare_keys(walk, &page->keys[step.first], &walk->last) <= 0)
			step.first++;
		/* Too few rows to trust an order that nobody promised, and more to come. */
		if (is_by_id(walk) && walk->full && walk->proven + (int64) (page->nrows - step.first) < WALK_PROOF)
			return sort_instead(walk);
	}
	else if (walk_repeats_row(page))
		return walk_give_up(walk, WALK_REPEATS);
	if (step.first < page->nrows)
		note_new_rows(walk, page, step.first);
	else if (walk->full && ++walk->moves > WALK_MOVES_LIMIT)
		return walk_give_up(walk, "Rows kept moving between requests.");
	step.verdict = walk->full ? WALK_ON : WALK_END;
	walk->next.offset += (int64) page->nrows - 1;
	return step;
}

const WalkMethods walk_by_id = {.name = "by id", .first_rows = WALK_PROOF, .by_offset = true, .judge = judge_by_key};
const WalkMethods walk_by_creation = {
	.name = "by creation", .is_sorted = true, .by_offset = true, .judge = judge_by_key};
