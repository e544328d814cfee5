/*
 * lanes.c
 *		Listings that are read side by side, a page of each in turn.
 *
 * Owns: the walks of listings that have begun and are not the present one.  Makes
 * no request.
 */
#include "page/lanes.h"

bool
lanes_are_possible(const Pager *pager)
{
	return pager->has_many && pager->session->max_requests > 1 && pager->resource->paging.style != PAGING_NONE &&
		   !resource_can(pager->resource, CAN_SORT) && pager->request.sort == SORT_ANY && !pager->request.merged;
}

void
lanes_add(Pager *pager, const Listing *listing, const WalkMethods *methods, int limit)
{
	MemoryContext saved = MemoryContextSwitchTo(pager->context);
	Lane *lane;

	if (pager->spare_lanes == NIL)
	{
		lane = (Lane *) palloc0(sizeof(Lane));
		lane->walk.context = pager->pages;
	}
	else
	{
		lane = (Lane *) llast(pager->spare_lanes);
		pager->spare_lanes = list_delete_last(pager->spare_lanes);
	}
	lane->listing = listing;
	lane->nfresh = 0;
	lane->page_window = 1;
	walk_begin(&lane->walk, methods, pager->request.offset, false);
	lane->walk.next.limit = limit;
	pager->lanes = lappend(pager->lanes, lane);
	MemoryContextSwitchTo(saved);
}

bool
lanes_turn(Pager *pager, bool is_over)
{
	MemoryContext saved;
	Lane present = {pager->present, pager->walk, pager->nfresh, pager->page_window};
	Lane *lane;

	if (pager->lanes == NIL)
		return false;
	saved = MemoryContextSwitchTo(pager->context);
	lane = (Lane *) linitial(pager->lanes);
	pager->lanes = list_delete_first(pager->lanes);
	pager->present = lane->listing;
	pager->listing = lane->listing->number;
	pager->walk = lane->walk;
	pager->nfresh = lane->nfresh;
	pager->page_window = lane->page_window;
	*lane = present;
	if (is_over)
		pager->spare_lanes = lappend(pager->spare_lanes, lane);
	else
		pager->lanes = lappend(pager->lanes, lane);
	MemoryContextSwitchTo(saved);
	return true;
}

void
lanes_clear(Pager *pager)
{
	MemoryContext saved = MemoryContextSwitchTo(pager->context);

	pager->spare_lanes = list_concat(pager->spare_lanes, pager->lanes);
	list_free(pager->lanes);
	pager->lanes = NIL;
	MemoryContextSwitchTo(saved);
}

void
lanes_forget(Pager *pager)
{
	ListCell *lc;

	lanes_clear(pager);
	foreach(lc, pager->spare_lanes)
		walk_forget(&((Lane *) lfirst(lc))->walk);
}
