/*
 * pager.c
 *		The sequence of pages of one scan.
 *
 * Owns: which listing and which page is asked for next, and which rows of it are
 * handed out.  page.c gets the pages.
 */
#include "page/pager.h"

#include "page/lanes.h"
#include "page/other_ways.h"
#include "page/page.h"
#include "page/parts.h"
#include "utils/memutils.h"

StaticAssertDecl(HTTP_BODY_PADDING >= TOK_PADDING, "the tokenizer reads beyond the body");

/* So many rows stand in the order asked for by chance once in 120: a sorted page has no fewer, whatever is wanted. */
#define SMALLEST_SORTED_PAGE 5

/* Rows after which what is under way is looked after. */
#define PROGRESS_ROWS 64

/*
 * Are documents that hold rows what a walk counts?  By offset always; by cursor
 * where rows have no ids of their own.
 */
static bool
is_known_by_document(const ResourceDef *resource)
{
	return resource->paging.each != NULL && (resource->paging.style == PAGING_OFFSET || resource->id_path == NULL ||
											 strncmp(resource->id_path, "../", 3) == 0);
}

/* The leaf of a document's id, which rows that have one of their own do not show. */
static int
document_leaf(Projection *projection, const ResourceDef *resource)
{
	if (resource->paging.each_id == NULL)
		return rowkey_id_leaf(projection, resource);
	return projection_leaf(projection, projection_path(projection, projection->document, resource->paging.each_id));
}

Pager *
pager_open(Session *session, const RemoteRelation *relation, Projection *projection, ScanCost *cost)
{
	Pager *pager = (Pager *) palloc0(sizeof(Pager));

	pager->context = CurrentMemoryContext;
	pager->listings_context = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw listings", ALLOCSET_SMALL_SIZES);
	/* at first small: a finished scan may be one of a thousand */
	pager->pages = pager->walk.context =
		AllocSetContextCreate(CurrentMemoryContext, "attio_fdw pages", ALLOCSET_START_SMALL_SIZES);
	pager->fetcher = fetcher_create(session, relation, cost);
	pager->activity = activity_begin(relation->table);
	pager->session = session;
	pager->relation = relation;
	pager->resource = relation->resource;
	pager->cut.projection = pager->projection = projection;
	pager->id_leaf = rowkey_id_leaf(projection, relation->resource);
	pager->with_leaf = rowkey_with_leaf(projection, relation->resource);
	pager->created_leaf = -1;
	pager->by_document = is_known_by_document(relation->resource);
	pager->key_leaf = pager->by_document ? document_leaf(projection, relation->resource) : pager->id_leaf;
	pager->page.grow = tok_grow;
	pager->page.single = relation->resource->paging.single;
	pager->cost = cost;
	pager->listing = -1;
	pager->largest = relation->resource->paging.in_body ? session->page_limit : INT_MAX;
	pager->subject = remote_subject(relation, &relation->resource->list);
	return pager;
}

/* ----- listings ----- */

/* How a listing is walked at first. */
static const WalkMethods *
first_walk(const Pager *pager, int listing)
{
	const PageRequest *request = &pager->request;

	if (pager->resource->paging.style != PAGING_OFFSET)
		return pager->resource->paging.style == PAGING_NONE ? &walk_once : &walk_cursor;
	if (!resource_can(pager->resource, CAN_SORT))
		return &walk_listed;
	if (request->sort == SORT_ONE_PAGE)
		return &walk_one_page;
	if (request->sort != SORT_ANY || (pager->relation->by_creation && sorts_hold(pager)))
		return &walk_by_creation;
	return request->first_page > 0 && listing == 0 ? &walk_one_page : &walk_by_id;
}

/* Rows to ask for of a listing that has no second page: all that there are, or that are wanted. */
static int
only_limit(const Pager *pager)
{
	int limit = pager->resource->paging.max_page;

	if (pager->request.wanted >= 0)
		limit = (int) Max(Min(pager->request.wanted, limit), 1);
	return limit;
}

/* Rows to ask for first in a listing. */
static int
first_limit(const Pager *pager, int listing)
{
	/* large enough to prove an order that has to be */
	int limit = Max(Max(pager->relation->page_size, SMALLEST_PAGE), first_walk(pager, listing)->first_rows);

	if (pager->resource->paging.style == PAGING_NONE)
		return only_limit(pager);
	if (pager->request.first_page > 0 && (listing == 0 || pager->request.merged))
		limit = Min(limit, pager->request.first_page);
	else
		limit = good_limit(pager, limit, true);
	if (pager->request.sort != SORT_ANY)
		limit = Max(limit, SMALLEST_SORTED_PAGE);
	return Max(Min(limit, pager->largest), pager->resource->paging.min_page);
}

/* What this scan walks through.  May make requests. */
static const Listing *
begin_listings(Pager *pager)
{
	MemoryContext saved = MemoryContextSwitchTo(pager->listings_context);
	const Listing *first;

	MemoryContextReset(pager->listings_context);
	pager->by_created = NULL;
	pager->listings = listings_begin(pager->session, pager->relation, &pager->request.asks, pager->cost);
	MemoryContextSwitchTo(saved);
	first = listings_at(pager->listings, 0);
	pager->has_many =
		listings_at(pager->listings, 1) != NULL || (first != NULL && first->ask != NULL && first->ask->goes_on);
	pager->beside = lanes_are_possible(pager);
	fetcher_beside(pager->fetcher, pager->beside);
	return first;
}

/* Has what the listing asks for come already, by another that tells more of it? */
static bool
has_been_answered(const Pager *pager, const Listing *listing)
{
	return listing->ask != NULL && listing->ask->unless != NULL &&
		   list_member_ptr(pager->answered, listing->ask->unless);
}

/* Begin a listing that is read beside the present one, and ask for its first page; false when the window is full. */
static bool
begin_beside(Pager *pager, const Listing *listing)
{
	const WalkMethods *methods = first_walk(pager, listing->number);
	int limit = first_limit(pager, listing->number);
	PageAsk ask = ways_first_ask(pager, methods, listing, limit);

	if (!fetcher_ahead(pager->fetcher, &ask, pager->window))
		return false;
	lanes_add(pager, listing, methods, limit);
	return true;
}

/* The present listing is over: behind one with rows more may be asked for, which is the next to be read. */
static void
end_listing(Pager *pager)
{
	const Listing *more;

	if (pager->listing < 0 || pager->nfresh == 0)
		return;
	pager->nfresh = 0;
	more = listings_go_on(pager->listings, pager->listing);
	if (more == NULL || !pager->beside)
		return;
	if (pager->newest == pager->present)
		pager->newest = more;
	if (!begin_beside(pager, more))
		lanes_add(pager, more, first_walk(pager, more->number), first_limit(pager, more->number));
}

/* The listing behind all that have begun, or NULL. */
static const Listing *
listing_behind(Pager *pager)
{
	const Listing *last = pager->beside ? pager->newest : pager->present;
	const Listing *next = pager->listing < 0 ? begin_listings(pager) : listings_at(pager->listings, last->number + 1);

	while (next != NULL && has_been_answered(pager, next))
		next = listings_at(pager->listings, next->number + 1);
	return next;
}

/* Is it of another stage than the present listing? */
static bool
is_of_other_stage(const Pager *pager, const Listing *listing)
{
	return pager->request.staged && listing->ask != NULL && pager->present->ask != NULL &&
		   listing->ask->stage != pager->present->ask->stage;
}

/* Have all rows of a stage come, so that the next listing, which there is, would be of the next one? */
static bool
is_stage_over(Pager *pager)
{
	const Listing *next;

	if (!pager->request.staged || pager->listing < 0 || pager->behind != NEXT_LISTING)
		return false;
	end_listing(pager);
	if (pager->lanes != NIL)
		return false;
	next = listing_behind(pager);
	return next != NULL && is_of_other_stage(pager, next);
}

/* Begin the next listing, or go on with one that has begun; false after the last. */
static bool
next_listing(Pager *pager)
{
	const Listing *next;

	end_listing(pager);
	if (pager->beside && pager->listing >= 0)
		fetcher_end(pager->fetcher, pager->present);
	pager->stage_told = false;
	if (lanes_turn(pager, true))
	{
		pager->replayable = false;
		return true;
	}
	next = listing_behind(pager);
	if (next == NULL)
		return false;
	pager->replayable = (pager->listing < 0);
	pager->listing = next->number;
	pager->nfresh = 0;
	pager->page_window = 1;
	pager->present = pager->newest = next;
	parts_begin(pager);
	pager->walk.next.limit = first_limit(pager, pager->listing);
	ways_begin(pager, first_walk(pager, pager->listing));
	return true;
}

/* A scan needs more rows than its one sorted page has: go on with all pages, without the rows that were returned. */
static void
leave_one_page(Pager *pager)
{
	if (pager->request.sort == SORT_ONE_PAGE && pager->walk.full)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
						errmsg("a sorted page of \"%s\" did not contain enough rows", pager->relation->name),
						errdetail("%s returned fewer rows than the query needs, or different rows.",
								  pager->session->service->title),
						errhint("Use SET attio_fdw.push_sort = off to sort locally instead.")));
	/* What the service left out comes again. */
	pager->skip = pager->request.offset;
	ways_unsorted(pager, 0);
}

/* Go to the place of the next page; false at the end. */
static bool
go_to_next(Pager *pager)
{
	if (pager->behind == NEXT_LISTING && !next_listing(pager))
		return false;
	if (pager->behind == NEXT_PAGE)
	{
		pager->replayable = false;
		if (pager->walk.methods == &walk_one_page)
			leave_one_page(pager);
		(void) lanes_turn(pager, false);
	}
	pager->behind = NEXT_ASKED;
	return true;
}

/* ----- asking ahead ----- */

/* Are all of several listings wanted, as those of a lookup's keys are where each takes a request? */
static bool
wants_all_listings(const Pager *pager)
{
	return pager->request.all_or_none && pager->has_many && pager->present->filter == NULL;
}

/* The pages that follow in this listing, at most so many. */
static void
look_ahead_pages(Pager *pager, int most)
{
	PageAsk ask = ways_ask(pager);

	if (pager->walk.methods == &walk_one_page)
		return;
	for (int i = 0; i < most && walk_place(&pager->walk, i, &ask.place); i++)
	{
		if (pager->request.wanted >= 0 && ask.place.offset + 1 >= pager->request.offset + pager->request.wanted)
			return;
		if (!fetcher_ahead(pager->fetcher, &ask, pager->window))
			return;
	}
}

/* May a listing that has not been read yet answer what this one asks for, too? */
static bool
may_be_answered(const Pager *pager, const Listing *listing)
{
	return pager->resource->paging.single && listing->ask != NULL && listing->ask->unless != NULL &&
		   (pager->present->ask == NULL || pager->present->ask->unless == NULL);
}

/* The first pages of the listings that follow. */
static void
look_ahead_listings(Pager *pager)
{
	for (int i = pager->listing + 1; i <= pager->listing + pager->window; i++)
	{
		const Listing *listing = listings_at(pager->listings, i);
		PageAsk ask;

		if (listing == NULL || may_be_answered(pager, listing) || is_of_other_stage(pager, listing))
			return;
		if (has_been_answered(pager, listing))
			continue;
		ask = ways_first_ask(pager, first_walk(pager, i), listing, first_limit(pager, i));
		if (!fetcher_ahead(pager->fetcher, &ask, pager->window))
			return;
	}
}

/*
 * Begin listings beside the present one, and ask for their first pages.  One that
 * leaves out what others bring waits for these, but its first page is asked for.
 */
static void
begin_listings_beside(Pager *pager)
{
	const Ask *present = pager->present->ask;
	/* one place is left for what comes behind the page of the present one */
	bool is_over = pager->behind == NEXT_LISTING && (present == NULL || !present->goes_on);

	while (list_length(pager->lanes) < pager->window - (is_over ? 0 : 1))
	{
		const Listing *next = listings_at(pager->listings, pager->newest->number + 1);
		PageAsk ask;

		if (next == NULL || is_of_other_stage(pager, next))
			return;
		if (next->ask != NULL && next->ask->unless != NULL)
		{
			ask = ways_first_ask(pager, first_walk(pager, next->number), next, first_limit(pager, next->number));
			(void) fetcher_ahead(pager->fetcher, &ask, pager->window);
			return;
		}
		if (!begin_beside(pager, next))
			return;
		pager->newest = next;
	}
}

/*
 * The same where listings are read side by side: the next page of the present
 * one, and the first pages of others; where no other is left, each has its share of the window.
 */
static void
look_ahead_beside(Pager *pager)
{
	bool is_over = pager->behind == NEXT_LISTING;
	int share;

	if (!is_over)
		look_ahead_pages(pager, 1);
	begin_listings_beside(pager);
	share = pager->window / (list_length(pager->lanes) + 1);
	if (!is_over && listings_at(pager->listings, pager->newest->number + 1) == NULL)
		look_ahead_pages(pager, Min(share, pager->page_window));
}

/*
 * Ask for what follows, more of it each time: who reads one page may want no
 * more, who reads many will read on.
 */
static void
look_ahead(Pager *pager)
{
	if (pager->session->max_requests == 1)
		return;
	pager->window = Min(pager->window * 2, pager->session->max_requests);
	pager->page_window = Min(pager->page_window * 2, pager->session->max_requests);
	/* where each page takes a connection of its own, these open side by side */
	if (http_opens_many(pager->session->client))
		pager->window = pager->page_window = pager->session->max_requests;
	if (pager->beside)
	{
		look_ahead_beside(pager);
		return;
	}
	/* where others are wanted as well, the one that there is for certain */
	if (pager->behind != NEXT_LISTING)
		look_ahead_pages(pager, wants_all_listings(pager) ? 1 : pager->page_window);
	/* where the pages of a listing come one after the other, the listings that follow come beside it */
	if (pager->behind == NEXT_LISTING || pager->walk.methods == &walk_cursor || wants_all_listings(pager))
		look_ahead_listings(pager);
}

/*
 * All listings of a lookup, of what is merged, or of a stage are wanted: let the
 * first pages of several be under way before the first is awaited.
 */
static void
ask_side_by_side(Pager *pager)
{
	PageAsk ask;

	if (!pager->has_many || pager->session->max_requests == 1 ||
		!(pager->request.merged || pager->request.staged || wants_all_listings(pager)))
		return;
	pager->window = pager->session->max_requests;
	ask = ways_ask(pager);
	if (!fetcher_ahead(pager->fetcher, &ask, pager->window))
		return;
	if (pager->beside)
		begin_listings_beside(pager);
	else
		look_ahead_listings(pager);
}

/* ----- rows ----- */

/*
 * Each filter has rows of its own, unless keys share rows or the service does not
 * follow filters.  A listing by parameters may return any row; where rows show
 * what was asked for, those of two listings differ.
 */
static bool
may_come_twice(const Pager *pager)
{
	if (pager->id_leaf < 0)
		return false;
	if (pager->resource->value_of != NULL)
		return pager->request.distinct || pager->shares;
	return pager->request.distinct ||
		   (pager->has_many && (resource_can(pager->resource, CAN_SORT) || pager->request.asks.asks != NIL));
}

/* The document in which the i-th row of the page stands. */
static size_t
document_of_row(const Pager *pager, size_t i)
{
	size_t low = 0;
	size_t high = pager->page.ndocuments;

	/* the last that begins at the row or before it: those without rows begin where the next one does */
	while (high - low > 1)
	{
		size_t middle = low + (high - low) / 2;

		if (pager->page.documents[middle].first_row <= i)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Did the row come in another listing?  Of a document all rows did, or none. */
static bool
has_come(Pager *pager, size_t i, size_t unit)
{
	if (!may_come_twice(pager))
		return false;
	if (!pager->by_document || pager->page.documents[unit].first_row == i)
		pager->repeated = seen_before(&pager->seen, pager->context, &pager->keys[unit].id, pager->present->kin);
	return pager->repeated;
}

void
pager_page_row(const Pager *pager, size_t i, PagerRow *row)
{
	row->page = &pager->page;
	row->row = &pager->page.rows[i];
	row->id_leaf = pager->id_leaf;
	row->id = pager->by_document || pager->id_leaf < 0 ? NULL : &pager->keys[i].id;
	row->given = pager->present->given;
	row->ask = pager->present->ask;
	if (pager->page.ndocuments > 0)
		row->position = (int64) (i - pager->page.documents[document_of_row(pager, i)].first_row) + 1;
	else
		row->position = pager->place.offset + (int64) i + 1;
}

/* The next row of the page in memory that is to be handed out; false behind the last. */
static bool
next_on_page(Pager *pager, PagerRow *row)
{
	while (pager->listing >= 0 && pager->next < pager->page.nrows)
	{
		size_t i = pager->next++;
		size_t unit = pager->by_document ? document_of_row(pager, i) : i;

		if (i == pager->ahead_at)
			look_ahead(pager);
		else if (i % PROGRESS_ROWS == 0)
			fetcher_progress(pager->fetcher);
		if (walk_was_handed(&pager->walk, &pager->keys[unit].id))
			continue;
		if (pager->skip > 0)
		{
			pager->skip--;
			continue;
		}
		if (has_come(pager, i, unit))
			continue;
		pager_page_row(pager, i, row);
		pager->handed = true;
		pager->nfresh++;
		return true;
	}
	return false;
}

PagerAnswer
pager_next(Pager *pager, PagerRow *row, bool may_wait)
{
	while (!next_on_page(pager, row))
	{
		if (pager->stop != PAGER_ROW)
			return pager->stop;
		if (!pager->stage_told && is_stage_over(pager))
		{
			pager->stage_told = true;
			return PAGER_STAGE;
		}
		if (!go_to_next(pager))
			return PAGER_END;
		if (!may_wait && pager_prefetch(pager))
			return PAGER_WAIT;
		ask_side_by_side(pager);
		page_get(pager);
		pager->ahead_at = pager->first + (pager->page.nrows - Min(pager->first, pager->page.nrows)) / 2;
		/* no row will be at that place */
		if (pager->first >= pager->page.nrows && (pager->behind == NEXT_LISTING || pager->beside) &&
			pager->stop == PAGER_ROW)
			look_ahead(pager);
		if (pager->without_filter)
		{
			pager->without_filter = false;
			return PAGER_WITHOUT_FILTER;
		}
	}
	return PAGER_ROW;
}

bool
pager_prefetch(Pager *pager)
{
	PageAsk ask;

	if ((pager->listing >= 0 && pager->next < pager->page.nrows) || pager->stop != PAGER_ROW ||
		(!pager->stage_told && is_stage_over(pager)) || !go_to_next(pager))
		return false;
	ask = ways_ask(pager);
	if (!fetcher_ahead(pager->fetcher, &ask, pager->session->max_requests))
	{
		/* what was asked ahead is another page now (the limit has changed): it would never be taken */
		fetcher_end(pager->fetcher, pager->present);
		if (!fetcher_ahead(pager->fetcher, &ask, pager->session->max_requests))
		{
			fetcher_drop(pager->fetcher);
			(void) fetcher_ahead(pager->fetcher, &ask, 1);
		}
	}
	return !fetcher_has(pager->fetcher, &ask);
}

bool
pager_next_row(Pager *pager, PagerRow *row, PagerAnswer *stop)
{
	do
		*stop = pager_next(pager, row, true);
	while (*stop == PAGER_WITHOUT_FILTER);
	return *stop == PAGER_ROW;
}

/* ----- beginning and end ----- */

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
	lanes_clear(pager);
	list_free(pager->answered);
	pager->answered = NIL;
	pager->page.nrows = 0;
	pager->behind = NEXT_LISTING;
	pager->skip = 0;
	pager->window = 1;
	fetcher_clear(pager->fetcher);
}

void
pager_begin(Pager *pager, const PageRequest *request)
{
	pager->request = *request;
	if (!resource_can(pager->resource, CAN_SORT))
		pager->request.first_page = 0;
	Assert(request->first_page <= WALK_ONE_PAGE_LIMIT);
	pager->without_filter = pager->sorts_fail = pager->unsorted_fails = false;
	pager->stop = PAGER_ROW;
	pager->replayable = false;
	pager_rewind(pager);
}

void
pager_release(Pager *pager)
{
	fetcher_clear(pager->fetcher);
	walk_forget(&pager->walk);
	lanes_forget(pager);
	MemoryContextReset(pager->pages);
	pager->cut.fetcher = NULL;
	pager->page.rows = NULL;
	pager->page.slices = pager->page.outer = NULL;
	pager->page.documents = NULL;
	pager->keys = NULL;
	pager->page.nrows = pager->page.rows_size = pager->page.nslices = pager->page.slices_size = 0;
	pager->page.nouter = pager->page.outer_size = pager->page.ndocuments = pager->page.documents_size = 0;
	pager->keys_size = pager->first = pager->next = 0;
	pager->replayable = false;
	if (!pager->keeps_seen)
		seen_forget(&pager->seen);
}

void
pager_close(Pager *pager)
{
	fetcher_clear(pager->fetcher);
	pager->page.nrows = 0;
}

/* ----- what the scan wants to know, or says ----- */

void
pager_settle(Pager *pager)
{
	pager->is_settled = true;
	pager->behind = NEXT_ASKED;
	pager->stop = PAGER_ROW;
}

const TimeSpan *
pager_window(const Pager *pager)
{
	const Ask *ask = pager->listing < 0 ? NULL : pager->present->ask;

	return ask == NULL || ask->span == NULL ? NULL : &ask->window;
}

bool
pager_on_first_page(const Pager *pager)
{
	return pager->place.offset == 0 && pager->place.cursor == NULL;
}

bool
pager_in_second_step(const Pager *pager)
{
	return is_second_step(pager);
}

void
pager_raise_unsorted(const Pager *pager)
{
	ways_raise_unsorted(pager);
}

void
pager_keep_seen(Pager *pager)
{
	pager->keeps_seen = true;
}
