/*
 * other_ways.c
 *		How to ask for the rows when a request was refused, or not followed.
 *
 * Owns: what a page is asked with (filter, sorts, walk), and what of that can be
 * left out.  Makes no request: page.c asks again.
 */
#include "page/other_ways.h"

#include "remote/service.h"
#include "utils/memutils.h"

/* ----- walks ----- */

/* The leaf that carries the time of creation, wanted from now on. */
static void
want_creation_time(Pager *pager)
{
	const ResourceDef *resource = pager->resource;
	TokNode *node = projection_member(pager->projection, pager->projection->row, resource->values);

	node = projection_member(pager->projection, node, resource->created);
	node = projection_member(pager->projection, projection_element(pager->projection, node), resource->created_member);
	pager->created_leaf = projection_leaf(pager->projection, node);
}

/* What a sorted walk needs. */
static void
prepare_walk(Pager *pager, const WalkMethods *methods)
{
	SortInput sorts = {.relation = pager->relation, .shape = SORT_CREATED_ASC, .with_id = true};
	MemoryContext saved;

	if (!methods->is_sorted)
		return;
	if (pager->request.sort == SORT_CREATED_DESC)
		sorts.shape = SORT_CREATED_DESC;
	want_creation_time(pager);
	if (pager->by_created != NULL)
		return;
	saved = MemoryContextSwitchTo(pager->listings_context);
	pager->by_created = pager->session->service->write_sorts(&sorts);
	MemoryContextSwitchTo(saved);
}

void
ways_begin(Pager *pager, const WalkMethods *methods)
{
	prepare_walk(pager, methods);
	walk_begin(&pager->walk, methods, pager->request.offset, pager->request.sort == SORT_CREATED_DESC);
}

void
ways_change(Pager *pager, const WalkMethods *methods, int64 start)
{
	prepare_walk(pager, methods);
	walk_change(&pager->walk, methods, start);
}

void
ways_unsorted(Pager *pager, int64 start)
{
	pager->walk.next.limit = good_limit(pager, Max(pager->relation->page_size, WALK_PROOF), true);
	ways_change(pager, &walk_by_id, start);
}

/* ----- requests ----- */

/* The sorts of this listing's pages; NULL = none. */
static JsonTree *
sorts_of(const Pager *pager, const WalkMethods *methods, const Listing *listing)
{
	if (methods == &walk_one_page && pager->request.sort == SORT_ONE_PAGE)
		return pager->request.merged ? listing->ask->sorts : pager->request.sorts;
	return methods->is_sorted ? pager->by_created : NULL;
}

PageAsk
ways_ask(const Pager *pager)
{
	bool is_one_page = pager->walk.methods == &walk_one_page;
	PageAsk ask = {pager->present, pager->present->filter, NULL};

	(void) walk_place(&pager->walk, 0, &ask.place);
	if (is_one_page && pager->request.guarded)
		ask.filter = pager->request.guard;
	ask.sorts = sorts_of(pager, pager->walk.methods, pager->present);
	return ask;
}

PageAsk
ways_first_ask(Pager *pager, const WalkMethods *methods, const Listing *listing, int limit)
{
	PageAsk ask = {listing, listing->filter, NULL, {0, NULL, limit}};

	prepare_walk(pager, methods);
	ask.sorts = sorts_of(pager, methods, listing);
	return ask;
}

/* ----- refusals ----- */

/* Neither unsorted nor sorted pages prove that all rows were read.  Does not return. */
static void
raise_no_order(const Pager *pager)
{
	ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
					errmsg("could not prove that all rows of \"%s\" were read", pager->relation->name),
					errdetail("Unsorted pages are not in the order of the ids, and %s refuses sorts or ignores them.",
							  pager->session->service->title),
					errhint("Add conditions that leave no more rows than a page holds.")));
}

/* What the service was to leave out is for the scan to count, which checks the conditions. */
static void
leave_offset(Pager *pager)
{
	pager->without_filter = true;
	pager->request.offset = pager->walk.start = pager->walk.next.offset = 0;
}

/*
 * Of several filters one was refused: the rows that the others gave from this
 * listing on are known by their ids, and do not come again.
 */
static void
begin_without_filters(Pager *pager, int first)
{
	pager->request.distinct = true;
	pager->listing = first;
	pager->has_many = list_length(pager->request.asks.asks) > 1;
	ways_begin(pager, pager->walk.methods);
	pager->walk.next.limit = good_limit(pager, Max(pager->relation->page_size, WALK_PROOF), true);
}

/*
 * The service refused a filter (an option is unknown, or it is too long):
 * request all rows instead that parameters ask for.  The executor checks every
 * condition again, so the rows are right.
 */
static void
leave_filter(Pager *pager)
{
	/* of a part what came of the listings before is known by its ids */
	int first = pager->resource->value_of == NULL ? 0 : pager->listing;
	List *asks = pager->request.asks.asks;
	MemoryContext saved;

	if (pager->request.sort == SORT_ONE_PAGE && pager->handed)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
						errmsg("%s refused a filter in the middle of a scan of \"%s\"", pager->session->service->title,
							   pager->relation->name),
						errhint("Use SET attio_fdw.push_filter = off to read without filters.")));
	pager->cost->refused++;
	leave_offset(pager);
	saved = MemoryContextSwitchTo(pager->context);
	pager->request.asks.asks =
		list_concat(list_copy_head(asks, first), asks_without_filters(list_copy_tail(asks, first)));
	MemoryContextSwitchTo(saved);
	if (pager->resource->value_of != NULL ? pager->shares : pager->has_many)
		begin_without_filters(pager, first);
	listings_begin_again(pager->listings);
	fetcher_drop(pager->fetcher);
	pager->present = listings_at(pager->listings, first);
}

/* Sorts refused after unsorted pages have failed: nothing is left. */
static bool
is_last_way(const Pager *pager, const PageAsk *ask)
{
	return ask->sorts != NULL && pager->unsorted_fails && ask->place.offset == 0;
}

/* Is one row asked for with what the listing of all rows tells, too? */
static bool
asks_way_for_extras(const Pager *pager, const PageAsk *ask)
{
	return pager->resource->way != NULL && ask->listing->ask != NULL && ask->listing->ask->extras != NIL;
}

bool
ways_has_another(const Pager *pager, const PageAsk *ask)
{
	if (is_last_way(pager, ask))
		return true; /* to say so */
	return ask->filter != NULL ||
		   (!pager->handed && (ask->sorts != NULL || pager->request.offset > 0 || asks_way_for_extras(pager, ask)));
}

/*
 * For the filter, the sorts or the offset, which of them nobody knows.  Asks
 * without what can be left out; where that is for the scan to say, stops.
 */
bool
ways_take_another(Pager *pager, const PageAsk *ask)
{
	if (asks_way_for_extras(pager, ask) && !pager->handed)
	{
		pager->cost->refused++;
		pager->stop = PAGER_WAY_REFUSED;
		return false;
	}
	if (pager->request.all_or_none)
	{
		pager->cost->refused++;
		pager->stop = PAGER_KEYS_REFUSED;
		return false;
	}
	if (is_last_way(pager, ask))
		raise_no_order(pager);
	if (ask->sorts != NULL && (!pager->handed || pager->request.merged))
	{
		pager->cost->unsorted++;
		if (pager->request.sort != SORT_ANY)
		{
			pager->stop = PAGER_SORT_REFUSED;
			return false;
		}
		pager->sorts_fail = true;
		ways_unsorted(pager, pager->walk.start);
	}
	else if (pager->request.offset > 0 && !pager->handed)
		leave_offset(pager);
	else
		leave_filter(pager);
	return true;
}

/* ----- orders ----- */

void
ways_leave_unsorted(Pager *pager, const WalkMethods *other)
{
	if (!sorts_hold(pager))
		raise_no_order(pager);
	pager->unsorted_fails = true;
	ways_change(pager, other, pager->walk.start);
}

void
ways_raise_unsorted(const Pager *pager)
{
	ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					errmsg("%s returned rows of \"%s\" in another order than requested", pager->session->service->title,
						   pager->relation->name),
					errdetail("Rows had already been returned."),
					errhint("Run the statement again: this session sorts locally from now on. To always sort locally, "
							"set attio_fdw.push_sort to off.")));
}

void
ways_leave_sorts(Pager *pager)
{
	pager->page.nrows = 0;
	if (pager->handed && !pager->request.merged)
		ways_raise_unsorted(pager);
	if (pager->unsorted_fails)
		raise_no_order(pager);
	if (pager->request.sort != SORT_ANY)
	{
		pager->stop = PAGER_UNSORTED;
		return;
	}
	pager->sorts_fail = true;
	ways_unsorted(pager, pager->walk.start);
}
