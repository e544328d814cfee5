/*
 * walk_one_page.c
 *		One page that may be all that is wanted; and one answer that holds all.
 *
 * Owns: a page that is a snapshot by itself, whatever its order.  Where more is
 * wanted afterwards, another walk begins and leaves its rows out.
 */
#include "page/walk.h"

/* All rows of the page; another way goes on behind them. */
static WalkStep
judge_one_page(Walk *walk, const WalkPage *page)
{
	WalkStep step = {walk->full ? WALK_ON : WALK_END, 0, NULL};

	if (walk_repeats_row(page))
		return walk_give_up(walk, WALK_REPEATS);
	/* the pager asks for no more, and refuses what was not asked for */
	Assert(page->nrows <= WALK_ONE_PAGE_LIMIT);
	walk->handed.n = 0;
	walk_remember(walk, page, 0, WALK_ONE_PAGE_LIMIT);
	return step;
}

const WalkMethods walk_one_page = {.name = "one page", .judge = judge_one_page};

static WalkStep
judge_once(Walk *walk, const WalkPage *page)
{
	WalkStep step = {WALK_END, 0, NULL};

	return step;
}

const WalkMethods walk_once = {.name = "once", .judge = judge_once};
