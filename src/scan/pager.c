/*
 * pager.c
 *		The sequence of pages of one scan.
 *
 * Owns: the making of page requests and the one page in memory.  order.c says
 * whether the sequence is complete, tokenizer.c reads the pages.
 */
#include "scan/pager.h"

#include "attio/activity.h"
#include "attio/api.h"
#include "base/errors.h"
#include "scan/fetch.h"
#include "scan/fresh.h"
#include "scan/order.h"
#include "scan/seen.h"
#include "scan/sorts.h"
#include "scan/timestamps.h"
#include "utils/memutils.h"

StaticAssertDecl(HTTP_BODY_PADDING >= TOK_PADDING, "the tokenizer reads behind the body");

/* Smallest page that makes progress: one row overlaps. */
#define SMALLEST_PAGE 2

/* Rows after which what is under way is looked after. */
#define PROGRESS_ROWS 64

struct Pager
{
	MemoryContext context; /* lives as long as the scan */
	Fetcher *fetcher;
	ActivityHandle *activity;
	Session *session;
	const AttioRelation *relation;
	const ResourceDef *resource;
	Projection *projection;
	int id_leaf;
	int created_leaf; /* -1 until sorted by it */
	ApiSubject subject;

	MemoryContext listings_context;
	List *listings; /* Listing; made by the first request */
	PagerPlan plan; /* what the scan asks for */
	int listing;    /* index of the present one; -1 = not begun */
	Order order;
	int64 offset;            /* of the next request */
	int64 skip;              /* rows still to leave out here, which Attio should have */
	TimestampTz stale_since; /* pages are older than what the session wrote; 0 = not seen */
	bool again;              /* the probe has been handed out, and was not enough */
	bool probe_full;         /* the probe had as many rows as it was asked for */
	bool lost_window;        /* the filter was refused: all rows come, from the first */
	bool refused;            /* a filter of a distinct plan was */
	bool keeps_seen;
	SeenRows *seen; /* ids handed out by a distinct plan; NULL = none */
	int limit;
	int largest;       /* limit that is known to be too large, halved */
	bool listing_done; /* no further page in this listing */

	TokPage page;
	bool asked;           /* the place of the next page is set */
	int window;           /* pages to ask for ahead */
	JsonTree *by_created; /* sorts; NULL until sorted by it */

	RowKey *keys;
	size_t keys_size;
	size_t first; /* first row of the page to hand out */
	size_t next;
	size_t ahead_at; /* row at which the following pages are asked for */
	int64 page_offset;
	bool replayable; /* the page in memory is the scan's first */
	PagerCounts counts;
};

static void *
grow(void *old, size_t size)
{
	return old == NULL ? MemoryContextAllocHuge(CurrentMemoryContext, size) : repalloc_huge(old, size);
}

static OrderMode
first_mode(const Pager *pager)
{
	if (pager->resource->paging != PAGING_OFFSET_BODY)
		return ORDER_AS_LISTED;
	if (pager->plan.sort == SORT_ONE_PAGE)
		return ORDER_PROBE;
	if (pager->relation->by_created_at || pager->plan.sort != SORT_ANY)
		return ORDER_BY_CREATED;
	return pager->plan.first_page > 0 && !pager->again && pager->listing <= 0 ? ORDER_PROBE : ORDER_BY_ID;
}

/* The leaf that carries the sort key, wanted from now on. */
static void
want_created_at(Pager *pager)
{
	TokNode *node = projection_member(pager->projection, pager->projection->row, pager->resource->values);

	node = projection_member(pager->projection, node, "created_at");
	node = projection_member(pager->projection, projection_element(pager->projection, node), "value");
	pager->created_leaf = projection_leaf(pager->projection, node);
}

static void
begin_order(Pager *pager, OrderMode mode)
{
	order_begin(&pager->order, mode);
	pager->order.descending = (pager->plan.sort == SORT_CREATED_DESC);
	if (mode == ORDER_BY_CREATED)
	{
		MemoryContext saved = MemoryContextSwitchTo(pager->listings_context);

		want_created_at(pager);
		pager->by_created = sorts_by_created_at(pager->relation, pager->order.descending);
		MemoryContextSwitchTo(saved);
	}
	pager->offset = pager->again ? 0 : pager->plan.offset;
}

/*
 * A pager in the current memory context.  The session must be pinned by the
 * caller; the projection may still grow until the first pager_next().
 * "requests" is what the scan has asked already, for its definitions.
 */
Pager *
pager_open(Session *session, const AttioRelation *relation, Projection *projection, int64 requests)
{
	Pager *pager = (Pager *) palloc0(sizeof(Pager));

	pager->context = CurrentMemoryContext;
	pager->listings_context = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw listings", ALLOCSET_SMALL_SIZES);
	pager->fetcher = fetcher_create(session, relation);
	pager->activity = activity_begin(relation->table);
	pager->session = session;
	pager->relation = relation;
	pager->resource = relation->resource;
	pager->projection = projection;
	pager->id_leaf =
		projection_leaf(projection, projection_path(projection, projection->row, relation->resource->id_path));
	pager->created_leaf = -1;
	pager->page.grow = grow;
	pager->order.context = pager->context;
	pager->counts.requests = requests;
	pager->listing = -1;
	pager->largest = INT_MAX;
	pager->subject.scopes = relation->resource->scopes;
	pager->subject.tolerated = relation->resource->spread == SPREAD_ONE ? NULL : "standard_object_disabled";
	if (relation->slug != NULL)
	{
		pager->subject.what = psprintf("foreign table \"%s\"", relation->name);
		pager->subject.slug = relation->slug;
		pager->subject.is_list = relation->is_list;
	}
	return pager;
}

/* ----- listings ----- */

static const Listing *
present_listing(const Pager *pager)
{
	return (const Listing *) list_nth(pager->listings, pager->listing);
}

/* ----- requests ----- */

/* What the present request filters by; NULL = nothing. */
static JsonTree *
present_filter(const Pager *pager)
{
	if (pager->plan.guarded && pager->order.mode == ORDER_PROBE)
		return pager->plan.guard;
	return present_listing(pager)->filter;
}

/* The page at the present place. */
static PageAsk
present_ask(const Pager *pager)
{
	PageAsk ask = {present_listing(pager), present_filter(pager), NULL, pager->offset, pager->limit};

	if (pager->resource->paging == PAGING_OFFSET_BODY && pager->order.mode == ORDER_BY_CREATED)
		ask.sorts = pager->by_created;
	else if (pager->order.mode == ORDER_PROBE && pager->plan.sort == SORT_ONE_PAGE)
		ask.sorts = pager->plan.sorts;
	return ask;
}

/* An answer that is no page.  Does not return. */
static void
raise_page_error(HttpExchange *exchange, TokStatus status, size_t offset)
{
	size_t from = offset > 40 ? offset - 40 : 0;

	if (status == TOK_SHAPE)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("Attio's answer has an unknown shape"),
						errdetail("%s It holds no array \"data\".", api_request_detail(exchange))));
	ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
					offset >= exchange->length ? errmsg("Attio's answer was cut off")
											   : errmsg("Attio's answer is not valid JSON"),
					errdetail("%s At byte %zu of %zu, near: %s", api_request_detail(exchange), offset, exchange->length,
							  clean_text(exchange->body + from, Min(exchange->length - from, (size_t) 80), 80)),
					errhint("Nothing of the answer was used; run the statement again.")));
}

static bool fetch_page(Pager *pager);

/*
 * Attio refused the filter (an option unknown, too many arms): ask once more
 * without.  The executor checks every condition again, so the rows are right.
 */
static bool
fetch_without_filter(Pager *pager)
{
	MemoryContext saved;

	if (pager->listing > 0)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
						errmsg("Attio refused a filter in the middle of a scan of \"%s\"", pager->relation->name),
						errhint("SET attio_fdw.push_filter = off reads without filters.")));
	if (pager->plan.sort == SORT_ONE_PAGE)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("Attio refused the filter of a scan of \"%s\" that it was to sort", pager->relation->name),
				 errhint("SET attio_fdw.push_sort = off sorts here instead.")));
	pager->counts.refused++;
	/* What Attio was to leave out is for the scan to count, which checks the conditions. */
	pager->lost_window = true;
	pager->plan.offset = pager->offset = 0;
	pager->plan.filters.filters = NIL;
	saved = MemoryContextSwitchTo(pager->listings_context);
	pager->listings = list_make1(linitial(pager->listings));
	((Listing *) linitial(pager->listings))->filter = NULL;
	MemoryContextSwitchTo(saved);
	return fetch_page(pager);
}

/*
 * Ask for the page at the present offset and tokenize it.  Halves the limit
 * while the answer is too large.  False when the listing is switched off.
 */
static bool
fetch_page(Pager *pager)
{
	MemoryContext saved;
	PageAsk ask;
	HttpExchange *exchange;
	TokStatus status;

	for (;;)
	{
		/* Cleared first: nothing may point into a page that goes. */
		pager->page.nrows = 0;
		ask = present_ask(pager);
		exchange = fetcher_take(pager->fetcher, &ask);
		saved = MemoryContextSwitchTo(fetcher_context(pager->fetcher));
		activity_waits(pager->activity, true);
		http_wait(exchange);
		activity_waits(pager->activity, false);
		if (fresh_ask_again(pager->session, exchange, &pager->stale_since))
		{
			MemoryContextSwitchTo(saved);
			continue;
		}
		if (exchange->failure != HTTP_TOO_LARGE || pager->resource->paging == PAGING_NONE ||
			pager->limit <= SMALLEST_PAGE)
			break;
		MemoryContextSwitchTo(saved);
		pager->limit = pager->largest = Max(pager->limit / 2, SMALLEST_PAGE);
	}
	pager->subject.tolerates_bad_request = present_filter(pager) != NULL;
	if (!api_check(pager->session, exchange, &pager->subject))
	{
		MemoryContextSwitchTo(saved);
		if (pager->subject.tolerates_bad_request && pager->plan.distinct)
		{
			pager->counts.refused++;
			pager->refused = true;
			return false;
		}
		return pager->subject.tolerates_bad_request ? fetch_without_filter(pager) : false;
	}
	pager->counts.pages++;
	pager->counts.wire_bytes += exchange->wire_bytes;
	pager->counts.bytes += exchange->length;
	pager->counts.waited += exchange->elapsed;
	pager->counts.retries += exchange->retries;
	pager->counts.governed += exchange->governed;
	MemoryContextSwitchTo(pager->context);
	status = tok_page(&pager->page, exchange->body, exchange->length, pager->projection->row);
	if (status != TOK_OK)
		raise_page_error(exchange, status, pager->page.error_offset);
	if (pager->resource->paging != PAGING_NONE && pager->page.nrows > (size_t) pager->limit)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("Attio answered more rows than were asked for"),
						errdetail("%s", api_request_detail(exchange))));
	pager->counts.rows += pager->page.nrows;
	activity_page(pager->activity, (int64) pager->page.nrows, (int64) exchange->length);
	MemoryContextSwitchTo(saved);
	return true;
}

/* ----- keys ----- */

static const TokSlice *
find_slice(const TokPage *page, const TokRow *row, int leaf)
{
	for (uint32 i = 0; i < row->nslices; i++)
		if (page->slices[row->first_slice + i].leaf == leaf)
			return &page->slices[row->first_slice + i];
	return NULL;
}

static bool
read_uuid(const TokSlice *slice, unsigned char *uuid)
{
	int digits = 0;

	if (slice == NULL || slice->kind != TOK_STRING || slice->length != 36)
		return false;
	for (int i = 0; i < 36; i++)
	{
		int value = hex_digit(slice->start[i]);

		if (i == 8 || i == 13 || i == 18 || i == 23)
		{
			if (slice->start[i] != '-')
				return false;
			continue;
		}
		if (value < 0)
			return false;
		uuid[digits / 2] = digits % 2 == 0 ? value << 4 : uuid[digits / 2] | value;
		digits++;
	}
	return true;
}

static void
read_key(Pager *pager, size_t i, RowKey *key)
{
	const TokRow *row = &pager->page.rows[i];
	const TokSlice *created;

	if (!read_uuid(find_slice(&pager->page, row, pager->id_leaf), key->id))
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("Attio answered a row without its id"),
						errdetail("Row %zu of the answer to %s %s: %s", i + 1, pager->resource->method,
								  present_listing(pager)->path, clean_text(row->start, row->length, 200))));
	key->created = 0;
	if (pager->order.mode != ORDER_BY_CREATED)
		return;
	created = find_slice(&pager->page, row, pager->created_leaf);
	if (created == NULL || created->kind != TOK_STRING ||
		!parse_iso_nanoseconds(created->start, created->length, &key->created))
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("Attio answered a row without created_at"),
						errdetail("Its pages are sorted by it. Row: %s", clean_text(row->start, row->length, 200))));
}

static void
read_keys(Pager *pager)
{
	if (pager->page.nrows > pager->keys_size)
	{
		pager->keys_size = pager->page.rows_size;
		pager->keys = pager->keys == NULL ? MemoryContextAllocHuge(pager->context, pager->keys_size * sizeof(RowKey))
										  : repalloc_huge(pager->keys, pager->keys_size * sizeof(RowKey));
	}
	for (size_t i = 0; i < pager->page.nrows; i++)
		read_key(pager, i, &pager->keys[i]);
}

/* ----- pages ----- */

static void
raise_lost(Pager *pager)
{
	ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					errmsg("the data changed in Attio while it was read: %s", pager->relation->name),
					errdetail("%s", pager->order.why),
					pager->order.mode == ORDER_BY_ID
						? errhint("Run the statement again, or set the table option page_order to 'created_at'.")
						: errhint("Run the statement again.")));
}

/* Get the next page that holds rows to hand out, or note that the listing is done. */
static void
next_page(Pager *pager)
{
	for (;;)
	{
		OrderStep step;
		int limit;

		pager->asked = false;
		if (!fetch_page(pager))
		{
			pager->listing_done = true;
			return;
		}
		read_keys(pager);
		limit = pager->resource->paging == PAGING_NONE ? INT_MAX : pager->limit;
		step = order_check(&pager->order, pager->keys, pager->page.nrows, pager->offset, limit);
		pager->page_offset = pager->offset;
		pager->offset = step.offset;
		switch (step.verdict)
		{
			case ORDER_END:
				if (pager->order.mode == ORDER_PROBE && pager->plan.guarded)
				{
					/* All that meet the guard; the others are still to come. */
					pager->first = pager->next = 0;
					pager->again = true;
					return;
				}
				/* FALLTHROUGH */
			case ORDER_CONTINUE:
				pager->first = pager->next = step.first;
				pager->listing_done = (step.verdict == ORDER_END);
				/* From the second page on, what the table asks for. */
				pager->limit = Min(Max(pager->relation->page_size, SMALLEST_PAGE), pager->largest);
				return;
			case ORDER_AGAIN:
				pager->first = pager->next = 0;
				pager->listing_done = false;
				pager->again = pager->probe_full = true;
				return;
			case ORDER_SORT:
				begin_order(pager, ORDER_BY_CREATED);
				break;
			case ORDER_STEP_BACK:
				break;
			case ORDER_LOST:
				raise_lost(pager);
		}
	}
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
	return Min(limit, pager->largest);
}

/* What this scan walks through.  May make requests. */
static void
make_listings(Pager *pager)
{
	MemoryContext saved = MemoryContextSwitchTo(pager->listings_context);
	int64 before = pager->session->requests;

	MemoryContextReset(pager->listings_context);
	pager->listings = listings_make(pager->session, pager->relation, &pager->plan.filters);
	pager->counts.requests += pager->session->requests - before;
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
	begin_order(pager, first_mode(pager));
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
	/* a page that can prove an order */
	pager->limit = Min(Max(pager->relation->page_size, ORDER_PROOF), pager->largest);
	begin_order(pager, ORDER_BY_ID);
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
	if (!pager->listing_done && pager->order.mode == ORDER_PROBE)
		return;
	if (!pager->listing_done)
	{
		ask = present_ask(pager);
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

		if (first_mode(pager) == ORDER_BY_CREATED && pager->resource->paging == PAGING_OFFSET_BODY)
			first.sorts = pager->by_created;
		if (!fetcher_ahead(pager->fetcher, &first, pager->window))
			return;
	}
}

/*
 * The next row; false at the end.  Every row that was there from start to end
 * comes exactly once, or an ERROR says that the data moved.  Raises all that
 * api_check() raises.
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
			if (pager->plan.distinct && seen_before(&pager->seen, pager->context, &pager->keys[i]))
				continue;
			row->page = &pager->page;
			row->row = &pager->page.rows[i];
			row->listing = present_listing(pager);
			row->position = pager->page_offset + (int64) i + 1;
			return true;
		}
		if (pager->refused || (!pager->asked && !ask_next(pager)))
			return false;
		next_page(pager);
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

	if (pager->listing >= 0 && pager->next < pager->page.nrows)
		return false;
	if (!pager->asked && !ask_next(pager))
		return false;
	ask = present_ask(pager);
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
	pager->keeps_seen = false;
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
 * until the next one.  "requests" is what it took to make it.
 */
void
pager_set_plan(Pager *pager, const PagerPlan *plan, int64 requests)
{
	pager->counts.requests += requests;
	pager->plan = *plan;
	if (pager->resource->paging != PAGING_OFFSET_BODY)
		pager->plan.first_page = 0;
	Assert(plan->first_page <= ORDER_PROBE_LIMIT);
	pager->lost_window = pager->refused = false;
	pager->replayable = false;
	pager_rewind(pager);
}

bool
pager_was_refused(const Pager *pager)
{
	return pager->refused;
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

/* Cancel what is under way and free the page. */
void
pager_close(Pager *pager)
{
	fetcher_clear(pager->fetcher);
	pager->page.nrows = 0;
}

/* What the scan cost so far. */
PagerCounts
pager_counts(const Pager *pager)
{
	PagerCounts counts = pager->counts;

	counts.requests += fetcher_requests(pager->fetcher);
	return counts;
}

/* The id of a row as text, or NULL; for messages. */
const char *
pager_row_id(const Pager *pager, const PagerRow *row)
{
	const TokSlice *slice = find_slice(row->page, row->row, pager->id_leaf);

	return slice == NULL ? NULL : pnstrdup(slice->start, slice->length);
}
