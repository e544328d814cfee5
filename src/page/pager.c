/*
 * pager.c
 *		The sequence of pages of one scan.
 *
 * Owns: which page is asked for next, and which rows of it are handed out.
 * page.c gets the pages.
 */
#include "page/pager.h"

#include "page/pager_private.h"
#include "row/rowkey.h"
#include "utils/memutils.h"

StaticAssertDecl(HTTP_BODY_PADDING >= TOK_PADDING, "the tokenizer reads behind the body");

/* So many rows stand in the order asked for by chance once in 120: a sorted page has no fewer, whatever is wanted. */
#define SMALLEST_SORTED_PAGE 5

/* Rows after which what is under way is looked after. */
#define PROGRESS_ROWS 64

static void *
grow(void *old, size_t size)
{
	return old == NULL ? MemoryContextAllocHuge(CurrentMemoryContext, size) : repalloc_huge(old, size);
}

static OrderMode
first_mode(const Pager *pager)
{
	if (!resource_can(pager->resource, CAN_SORT))
		return ORDER_AS_LISTED;
	if (pager->plan.sort == SORT_ONE_PAGE)
		return ORDER_PROBE;
	if (pager->plan.sort != SORT_ANY || (pager->relation->by_created_at && sorts_hold(pager)))
		return ORDER_BY_CREATED;
	return pager->plan.first_page > 0 && !pager->again && pager->listing <= 0 ? ORDER_PROBE : ORDER_BY_ID;
}

/*
 * A pager in the current memory context.  The session must be pinned by the
 * caller; the projection may still grow until the first pager_next().
 * What is asked for is added to the cost, which must live as long as the pager.
 */
Pager *
pager_open(Session *session, const AttioRelation *relation, Projection *projection, ScanCost *cost)
{
	Pager *pager = (Pager *) palloc0(sizeof(Pager));

	pager->context = CurrentMemoryContext;
	pager->listings_context = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw listings", ALLOCSET_SMALL_SIZES);
	pager->fetcher = fetcher_create(session, relation, cost);
	pager->activity = activity_begin(relation->table);
	pager->session = session;
	pager->relation = relation;
	pager->resource = relation->resource;
	pager->projection = projection;
	pager->id_leaf = rowkey_id_leaf(projection, relation->resource);
	pager->created_leaf = -1;
	pager->page.grow = grow;
	pager->order.context = pager->context;
	pager->cost = cost;
	pager->listing = -1;
	pager->largest = relation->resource->paging.in_body ? session->page_limit : INT_MAX;
	pager->subject = relation_subject(relation, &relation->resource->list);
	return pager;
}

/* Rows to ask for first in a listing. */
static int
first_limit(const Pager *pager, int listing)
{
	int limit = Max(pager->relation->page_size, SMALLEST_PAGE);

	/* In id order, the first page is large enough to prove it (order.h). */
	if (first_mode(pager) == ORDER_BY_ID)
		limit = Max(limit, ORDER_PROOF);
	if (pager->plan.first_page > 0 && listing == 0)
		limit = Min(limit, pager->plan.first_page);
	else
		limit = good_limit(pager, limit, true);
	if (pager->plan.sort != SORT_ANY)
		limit = Max(limit, SMALLEST_SORTED_PAGE);
	return Min(limit, pager->largest);
}

/* What this scan walks through.  May make requests. */
static void
make_listings(Pager *pager)
{
	MemoryContext saved = MemoryContextSwitchTo(pager->listings_context);

	MemoryContextReset(pager->listings_context);
	pager->listings = listings_make(pager->session, pager->relation, &pager->plan.asks, pager->cost);
	MemoryContextSwitchTo(saved);
}

/* Begin the next listing; false after the last. */
static bool
next_listing(Pager *pager)
{
	if (pager->listing < 0)
		make_listings(pager);
	if (pager->listing + 1 >= list_length(pager->listings))
		return false;
	pager->replayable = (pager->listing < 0);
	pager->listing++;
	pager->listing_done = false;
	pager->limit = first_limit(pager, pager->listing);
	pager->order.nhanded = pager->order.nprobed = 0;
	pager->order.handed_overflow = false;
	page_begin_order(pager, first_mode(pager));
	return true;
}

/* More is wanted than the probe held: in earnest now, without what was handed out. */
static void
leave_probe(Pager *pager)
{
	if (pager->plan.sort == SORT_ONE_PAGE && pager->probe_full)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR), errmsg("a sorted page of \"%s\" was not enough", pager->relation->name),
				 errdetail("Attio answered fewer rows than the query wants, or other ones."),
				 errhint("SET attio_fdw.push_sort = off sorts here instead.")));
	/* What Attio left out comes again. */
	pager->skip = pager->plan.offset;
	page_begin_unsorted(pager);
}

/* Go to the place of the next page; false at the end. */
static bool
ask_next(Pager *pager)
{
	if (pager->listing < 0 || pager->listing_done)
		return pager->asked = next_listing(pager);
	pager->replayable = false;
	if (pager->order.mode == ORDER_PROBE)
		leave_probe(pager);
	pager->asked = true;
	return true;
}

/*
 * Ask for the pages that follow, more of them each time: who reads one page may
 * want no more, who reads many will read on.
 */
static void
look_ahead(Pager *pager)
{
	PageAsk ask;

	if (pager->session->max_requests == 1)
		return;
	pager->window = Min(pager->window * 2, pager->session->max_requests);
	/* where each page takes a connection of its own, these open side by side */
	if (http_opens_many(pager->session->client))
		pager->window = pager->session->max_requests;
	if (!pager->listing_done && pager->order.mode == ORDER_PROBE)
		return;
	if (!pager->listing_done)
	{
		ask = page_ask(pager);
		for (int i = 0; i < pager->window; i++)
		{
			if (pager->plan.wanted >= 0 && ask.offset + 1 >= pager->plan.offset + pager->plan.wanted)
				return;
			if (!fetcher_ahead(pager->fetcher, &ask, pager->window))
				return;
			/* each page overlaps the one before it by a row */
			ask.offset += ask.limit - 1;
		}
		return;
	}
	for (int i = pager->listing + 1; i < list_length(pager->listings) && i <= pager->listing + pager->window; i++)
	{
		const Listing *listing = (const Listing *) list_nth(pager->listings, i);
		PageAsk first = {listing, listing->filter, NULL, 0, first_limit(pager, i)};

		if (first_mode(pager) == ORDER_BY_CREATED && resource_can(pager->resource, CAN_SORT))
			first.sorts = pager->by_created;
		if (!fetcher_ahead(pager->fetcher, &first, pager->window))
			return;
	}
}

/* Each filter has rows of its own, unless keys share rows or Attio does not follow filters. */
static bool
may_come_twice(const Pager *pager)
{
	return pager->plan.distinct || (resource_can(pager->resource, CAN_SORT) && list_length(pager->listings) > 1);
}

void
pager_page_row(const Pager *pager, size_t i, PagerRow *row)
{
	row->page = &pager->page;
	row->row = &pager->page.rows[i];
	row->id_leaf = pager->id_leaf;
	row->given = present_listing(pager)->given;
	row->position = pager->page_offset + (int64) i + 1;
}

/*
 * The next row; false at the end.  Every row that was there from start to end
 * comes exactly once, or an ERROR says that the data moved.  Raises all that
 * request_judge() raises.
 */
bool
pager_next(Pager *pager, PagerRow *row)
{
	for (;;)
	{
		while (pager->listing >= 0 && pager->next < pager->page.nrows)
		{
			size_t i = pager->next++;

			if (i == pager->ahead_at)
				look_ahead(pager);
			else if (i % PROGRESS_ROWS == 0)
				fetcher_progress(pager->fetcher);
			if (order_was_handed(&pager->order, &pager->keys[i]))
				continue;
			if (pager->skip > 0)
			{
				pager->skip--;
				continue;
			}
			if (may_come_twice(pager) && seen_before(&pager->seen, pager->context, &pager->keys[i]))
				continue;
			pager_page_row(pager, i, row);
			pager->handed = true;
			return true;
		}
		if (pager->stop != PAGER_GOES_ON || (!pager->asked && !ask_next(pager)))
			return false;
		page_get(pager);
		pager->ahead_at = pager->first + (pager->page.nrows - Min(pager->first, pager->page.nrows)) / 2;
	}
}

/*
 * Would pager_next() wait for Attio?  Sees to it that what it would wait for is
 * under way.
 */
bool
pager_would_wait(Pager *pager)
{
	PageAsk ask;

	if ((pager->listing >= 0 && pager->next < pager->page.nrows) || pager->stop != PAGER_GOES_ON)
		return false;
	if (!pager->asked && !ask_next(pager))
		return false;
	ask = page_ask(pager);
	if (!fetcher_ahead(pager->fetcher, &ask, pager->session->max_requests))
	{
		/* what was asked ahead is another page now (the limit has changed): it would never be taken */
		fetcher_drop(pager->fetcher);
		(void) fetcher_ahead(pager->fetcher, &ask, 1);
	}
	return !fetcher_has(pager->fetcher, &ask);
}

/* Begin again: from memory while the first page is still there, else anew. */
void
pager_rewind(Pager *pager)
{
	if (!pager->keeps_seen)
		seen_forget(&pager->seen);
	pager->keeps_seen = pager->handed = false;
	if (pager->replayable && pager->listing == 0)
	{
		pager->next = pager->first;
		return;
	}
	pager->listing = -1;
	pager->page.nrows = 0;
	pager->listing_done = false;
	pager->again = pager->probe_full = pager->asked = false;
	pager->skip = 0;
	pager->window = 1;
	fetcher_clear(pager->fetcher);
}

/*
 * Ask for this from now on; begins again.  What the plan points to must live
 * until the next one.
 */
void
pager_set_plan(Pager *pager, const PagerPlan *plan)
{
	pager->plan = *plan;
	if (!resource_can(pager->resource, CAN_SORT))
		pager->plan.first_page = 0;
	Assert(plan->first_page <= ORDER_PROBE_LIMIT);
	pager->lost_window = pager->sorts_fail = pager->unsorted_fails = false;
	pager->stop = PAGER_GOES_ON;
	pager->replayable = false;
	pager_rewind(pager);
}

PagerStop
pager_stop(const Pager *pager)
{
	return pager->stop;
}

void
pager_settle(Pager *pager)
{
	pager->is_settled = pager->asked = true;
	pager->listing_done = false;
	pager->stop = PAGER_GOES_ON;
}

bool
pager_in_second_step(const Pager *pager)
{
	return pager->plan.guarded && pager->order.mode != ORDER_PROBE;
}

void
pager_keep_seen(Pager *pager)
{
	pager->keeps_seen = true;
}

/* Was the filter refused, so that all rows come and Attio leaves none out? */
bool
pager_lost_window(const Pager *pager)
{
	return pager->lost_window;
}

static void
free_array(void *array)
{
	if (array != NULL)
		pfree(array);
}

/* Nothing more is wanted: give back what the pages took; pager_rewind() asks for them anew. */
void
pager_release(Pager *pager)
{
	fetcher_clear(pager->fetcher);
	free_array(pager->page.rows);
	free_array(pager->page.slices);
	free_array(pager->keys);
	pager->page.rows = NULL;
	pager->page.slices = NULL;
	pager->keys = NULL;
	pager->page.nrows = pager->page.rows_size = pager->page.nslices = pager->page.slices_size = 0;
	pager->keys_size = pager->first = pager->next = 0;
	pager->replayable = false;
	if (!pager->keeps_seen)
		seen_forget(&pager->seen);
}

/* Cancel what is under way and free the page. */
void
pager_close(Pager *pager)
{
	fetcher_clear(pager->fetcher);
	pager->page.nrows = 0;
}
