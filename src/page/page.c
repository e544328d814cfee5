/*
 * page.c
 *		One page of a scan: its request, what a refusal leaves, whether it is whole.
 *
 * Owns: the one page in memory.  order.c says whether the sequence is complete,
 * cut.c whether a short page is the end, the plan's judge whether the rows are
 * in the order that the query wants; tokenizer.c reads the pages.
 */
#include "base/errors.h"
#include "page/fresh.h"
#include "page/pager_private.h"
#include "row/rowkey.h"
#include "utils/memutils.h"

/* ----- orders ----- */

/* The leaf that carries the sort key, wanted from now on. */
static void
want_created_at(Pager *pager)
{
	TokNode *node = projection_member(pager->projection, pager->projection->row, pager->resource->values);

	node = projection_member(pager->projection, node, "created_at");
	node = projection_member(pager->projection, projection_element(pager->projection, node), "value");
	pager->created_leaf = projection_leaf(pager->projection, node);
}

void
page_begin_order(Pager *pager, OrderMode mode)
{
	order_begin(&pager->order, mode);
	pager->order.descending = (pager->plan.sort == SORT_CREATED_DESC);
	if (mode == ORDER_BY_CREATED)
	{
		SortInput sorts = {.relation = pager->relation, .shape = SORT_CREATED_ASC, .with_id = true};
		MemoryContext saved = MemoryContextSwitchTo(pager->listings_context);

		want_created_at(pager);
		if (pager->order.descending)
			sorts.shape = SORT_CREATED_DESC;
		pager->by_created = pager->session->service->write_sorts(&sorts);
		MemoryContextSwitchTo(saved);
	}
	pager->offset = pager->again ? 0 : pager->plan.offset;
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
PageAsk
page_ask(const Pager *pager)
{
	PageAsk ask = {present_listing(pager), present_filter(pager), NULL, pager->offset, pager->limit};

	if (pager->resource->paging.in_body && pager->order.mode == ORDER_BY_CREATED)
		ask.sorts = pager->by_created;
	else if (pager->order.mode == ORDER_PROBE && pager->plan.sort == SORT_ONE_PAGE)
		ask.sorts = pager->plan.sorts;
	return ask;
}

/* An answer that is no page.  Does not return. */
static void
raise_page_error(const Session *session, HttpExchange *exchange, TokStatus status, size_t offset)
{
	size_t from = offset > 40 ? offset - 40 : 0;

	if (status == TOK_SHAPE)
		request_raise_shape(session, exchange, "It holds no array \"data\".");
	ereport(
		ERROR,
		(errcode(ERRCODE_FDW_ERROR),
		 offset >= exchange->length ? errmsg("Attio's answer was cut off") : errmsg("Attio's answer is not valid JSON"),
		 errdetail("%s At byte %zu of %zu, near: %s", request_detail(session, exchange), offset, exchange->length,
				   clean_text(exchange->body + from, Min(exchange->length - from, (size_t) 80), 80)),
		 errhint("Nothing of the answer was used; run the statement again.")));
}

static bool fetch_page(Pager *pager);

/* From here on unsorted, in pages that can prove the order of their ids. */
void
page_begin_unsorted(Pager *pager)
{
	pager->limit = good_limit(pager, Max(pager->relation->page_size, ORDER_PROOF), true);
	page_begin_order(pager, ORDER_BY_ID);
}

/* ----- sizes ----- */

/* So many rows have so many bytes: how many make a page of a good size. */
static void
aim_at(Pager *pager, size_t bytes, size_t nrows)
{
	pager->aim = Max((int) (PAGE_AIM / (bytes / nrows + 1)), SMALLEST_PAGE);
}

/* A page came: is it larger than it should be?  Pages that are under way are of the old size, so not for a little. */
static void
note_size(Pager *pager, size_t bytes)
{
	if (pager->page.nrows > 0 && bytes > (pager->aim == 0 ? 1 : 2) * (size_t) PAGE_MOST)
		aim_at(pager, bytes, pager->page.nrows);
}

/*
 * The answer was too large, and what came of it says how large rows are: ask for
 * as many as fit, with room for larger ones.
 */
static void
shrink(Pager *pager, const HttpExchange *exchange)
{
	MemoryContext saved = MemoryContextSwitchTo(pager->context);
	size_t nrows = 0;
	int fits = SMALLEST_PAGE;

	if (exchange->length > 0)
	{
		(void) tok_page(&pager->page, exchange->body, exchange->length, pager->projection->row);
		nrows = pager->page.nrows;
		pager->page.nrows = 0;
	}
	if (nrows > 0)
	{
		aim_at(pager, exchange->length, nrows);
		fits = (int) Min(nrows * 3 / 4, (size_t) INT_MAX);
	}
	pager->largest = Max(Min(pager->limit / 2, fits), SMALLEST_PAGE);
	pager->limit = good_limit(pager, pager->limit, !pager->order.has_last);
	MemoryContextSwitchTo(saved);
}

/* Neither unsorted nor sorted pages prove that they are complete. */
static void
raise_no_order(const Pager *pager)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_ERROR),
			 errmsg("the rows of \"%s\" come in no order that shows whether they are complete", pager->relation->name),
			 errdetail("Unsorted pages are not in the order of the ids, and Attio refuses sorts or ignores them."),
			 errhint("Conditions that leave no more rows than a page holds make the query possible.")));
}

/* Of several filters one was refused: the rows that the others gave are known by their ids, and do not come again. */
static void
leave_filters(Pager *pager)
{
	pager->plan.distinct = true;
	pager->listing = 0;
	pager->order.nhanded = pager->order.nprobed = 0;
	pager->order.handed_overflow = false;
	page_begin_order(pager, pager->order.mode);
	pager->limit = good_limit(pager, Max(pager->relation->page_size, ORDER_PROOF), true);
}

/*
 * Attio refused the filter (an option unknown, too many arms): ask once more
 * without.  The executor checks every condition again, so the rows are right.
 */
static bool
fetch_without_filter(Pager *pager)
{
	MemoryContext saved;

	if (pager->plan.sort == SORT_ONE_PAGE && pager->handed)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
						errmsg("Attio refused a filter in the middle of a scan of \"%s\"", pager->relation->name),
						errhint("SET attio_fdw.push_filter = off reads without filters.")));
	pager->cost->refused++;
	/* What Attio was to leave out is for the scan to count, which checks the conditions. */
	pager->lost_window = true;
	pager->plan.offset = pager->offset = 0;
	pager->plan.asks.asks = NIL;
	if (list_length(pager->listings) > 1)
		leave_filters(pager);
	saved = MemoryContextSwitchTo(pager->listings_context);
	pager->listings = list_make1(linitial(pager->listings));
	((Listing *) linitial(pager->listings))->filter = NULL;
	MemoryContextSwitchTo(saved);
	return fetch_page(pager);
}

/* Is a refusal of this request no error, as there is another way to the rows? */
static bool
has_another_way(const Pager *pager, const PageAsk *ask)
{
	if (ask->sorts != NULL && pager->unsorted_fails && ask->offset == 0)
		return true; /* to say so */
	return ask->filter != NULL || (!pager->handed && (ask->sorts != NULL || pager->plan.offset > 0));
}

/*
 * Attio refused the request: for its filter, its sorts or its offset, which of
 * them nobody knows.  Ask without what can be left out; where that is for the
 * scan to say, stop.
 */
static bool
fetch_another_way(Pager *pager, const PageAsk *ask)
{
	if (pager->plan.all_or_none)
	{
		pager->cost->refused++;
		pager->stop = PAGER_KEYS_REFUSED;
		return false;
	}
	if (ask->sorts != NULL && pager->unsorted_fails && ask->offset == 0)
		raise_no_order(pager);
	if (ask->sorts != NULL && !pager->handed)
	{
		pager->cost->unsorted++;
		if (pager->plan.sort != SORT_ANY)
		{
			pager->stop = PAGER_SORT_REFUSED;
			return false;
		}
		pager->sorts_fail = true;
		page_begin_unsorted(pager);
		return fetch_page(pager);
	}
	if (pager->plan.offset > 0 && !pager->handed)
	{
		pager->lost_window = true;
		pager->plan.offset = pager->offset = 0;
		return fetch_page(pager);
	}
	return fetch_without_filter(pager);
}

/*
 * Tokenize an answer.  False where it was cut so that only its grammar shows it:
 * it may be asked for again.
 */
static bool
read_page(Pager *pager, HttpExchange *exchange)
{
	TokStatus status = tok_page(&pager->page, exchange->body, exchange->length, pager->projection->row);

	if (status == TOK_SYNTAX && pager->page.error_offset >= exchange->length &&
		pager->cuts++ < pager->session->max_retries)
	{
		pager->cost->retries++;
		return false;
	}
	pager->cuts = 0;
	if (status != TOK_OK)
		raise_page_error(pager->session, exchange, status, pager->page.error_offset);
	return true;
}

/*
 * Ask for the page at the present offset and tokenize it; asks for fewer rows
 * where the answer is too large.  False when the listing is switched off.
 */
static bool
fetch_page(Pager *pager)
{
	MemoryContext saved;
	PageAsk ask;
	HttpExchange *exchange;
	Answer answer;

	for (;;)
	{
		/* Cleared first: nothing may point into a page that goes. */
		pager->page.nrows = 0;
		ask = page_ask(pager);
		exchange = fetcher_take(pager->fetcher, &ask);
		saved = MemoryContextSwitchTo(fetcher_context(pager->fetcher));
		activity_waits(pager->activity, true);
		request_await(pager->session, exchange, pager->cost);
		activity_waits(pager->activity, false);
		if (fresh_ask_again(pager->session, exchange, &pager->stale_since))
		{
			MemoryContextSwitchTo(saved);
			continue;
		}
		if (exchange->failure != HTTP_TOO_LARGE || pager->resource->paging.style == PAGING_NONE ||
			pager->limit <= SMALLEST_PAGE)
			break;
		MemoryContextSwitchTo(saved);
		shrink(pager, exchange);
	}
	pager->subject.tolerates = 0;
	if (!pager->is_settled)
		pager->subject.tolerates |= REFUSAL_NAME;
	if (has_another_way(pager, &ask))
		pager->subject.tolerates |= REFUSAL_REQUEST;
	pager->subject.bad_request_hint =
		ask.offset == 0 ? NULL : "Attio may refuse so large an offset: conditions that leave fewer rows need none.";
	answer = request_judge(pager->session, exchange, &pager->subject);
	if (answer != ANSWER_GOOD)
	{
		MemoryContextSwitchTo(saved);
		if (answer == ANSWER_NAME)
			pager->stop = PAGER_NAMES_UNKNOWN;
		return answer == ANSWER_REFUSED ? fetch_another_way(pager, &ask) : false;
	}
	pager->cost->pages++;
	MemoryContextSwitchTo(pager->context);
	if (!read_page(pager, exchange))
	{
		MemoryContextSwitchTo(saved);
		return fetch_page(pager);
	}
	if (pager->resource->paging.style != PAGING_NONE && pager->page.nrows > (size_t) pager->limit)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
						errmsg("%s answered more rows than were asked for", pager->session->service->title),
						errdetail("%s", request_detail(pager->session, exchange))));
	note_size(pager, exchange->length);
	pager->cost->rows += pager->page.nrows;
	activity_page(pager->activity, (int64) pager->page.nrows, (int64) exchange->length);
	MemoryContextSwitchTo(saved);
	return true;
}

/* ----- keys ----- */

static void
read_key(Pager *pager, size_t i, RowKey *key)
{
	const TokRow *row = &pager->page.rows[i];
	int created_leaf = pager->order.mode == ORDER_BY_CREATED ? pager->created_leaf : -1;
	bool has_id;

	if (rowkey_read(&pager->page, row, pager->id_leaf, pager->resource->id_type, created_leaf, key, &has_id))
		return;
	if (!has_id)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("Attio answered a row without its id"),
						errdetail("Row %zu of the answer to %s %s: %s", i + 1, pager->resource->list.method,
								  present_listing(pager)->path, clean_text(row->start, row->length, 200))));
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

void
pager_raise_unsorted(const Pager *pager)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("Attio answered rows of \"%s\" in another order than it was asked for", pager->relation->name),
			 errdetail("Rows had been returned already."),
			 errhint("Run the statement again: this session sorts locally from now on. SET attio_fdw.push_sort = "
					 "off always does.")));
}

/* Does the judge of a sorted page object?  order.c has looked only at created_at and the id. */
static bool
is_out_of_order(Pager *pager)
{
	return pager->plan.sort != SORT_ANY && pager->plan.is_in_order != NULL && page_ask(pager).sorts != NULL &&
		   !pager->plan.is_in_order(pager->plan.judge, pager, pager->page.nrows);
}

/* The page is not in the order asked for: sort otherwise, as long as nobody saw a row. */
static void
leave_sorts(Pager *pager)
{
	pager->page.nrows = 0;
	if (pager->handed)
		pager_raise_unsorted(pager);
	if (pager->unsorted_fails)
		raise_no_order(pager);
	if (pager->plan.sort != SORT_ANY)
	{
		pager->stop = PAGER_UNSORTED;
		return;
	}
	pager->sorts_fail = true;
	page_begin_unsorted(pager);
}

/* So many rows make the page full: there may be more. */
static int
rows_of_full_page(Pager *pager)
{
	PageAsk ask = page_ask(pager);
	MemoryContext saved = MemoryContextSwitchTo(pager->context);
	int limit = pager->resource->paging.style == PAGING_NONE ? INT_MAX : pager->limit;

	if (cut_was_page(&pager->cut, pager->session, pager->relation, &ask, pager->keys, pager->page.nrows,
					 &pager->subject, pager->cost))
		limit = (int) pager->page.nrows;
	if (pager->resource->paging.in_body)
		pager->largest = Min(pager->largest, pager->session->page_limit);
	MemoryContextSwitchTo(saved);
	return limit;
}

/* The present page, judged. */
static OrderStep
judge_page(Pager *pager)
{
	int limit = rows_of_full_page(pager);
	OrderStep step = order_check(&pager->order, pager->keys, pager->page.nrows, pager->offset, limit);

	pager->page_offset = pager->offset;
	pager->offset = step.offset;
	if (pager->order.mode == ORDER_PROBE && pager->plan.sort == SORT_ONE_PAGE && step.verdict == ORDER_AGAIN &&
		(int) pager->page.nrows < pager->plan.first_page && !pager->handed)
	{
		pager->stop = PAGER_TOO_SHORT;
		pager->page.nrows = 0;
		return step;
	}
	if (step.verdict == ORDER_BROKEN)
		pager->session->sorts = SORTS_UNTRUSTED;
	else if (step.verdict != ORDER_LOST && step.verdict != ORDER_STEP_BACK && is_out_of_order(pager))
		step.verdict = ORDER_BROKEN;
	return step;
}

/* Get the next page that holds rows to hand out, or note that the listing is done. */
void
page_get(Pager *pager)
{
	for (;;)
	{
		OrderStep step;

		pager->asked = false;
		if (!fetch_page(pager))
		{
			pager->listing_done = true;
			return;
		}
		read_keys(pager);
		step = judge_page(pager);
		if (pager->stop != PAGER_GOES_ON)
			return;
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
				pager->limit = good_limit(pager, Max(pager->relation->page_size, SMALLEST_PAGE), false);
				return;
			case ORDER_AGAIN:
				pager->first = pager->next = 0;
				pager->listing_done = false;
				pager->again = pager->probe_full = true;
				return;
			case ORDER_SORT:
				if (!sorts_hold(pager))
					raise_no_order(pager);
				pager->unsorted_fails = true;
				page_begin_order(pager, ORDER_BY_CREATED);
				break;
			case ORDER_BROKEN:
				leave_sorts(pager);
				if (pager->stop != PAGER_GOES_ON)
					return;
				break;
			case ORDER_STEP_BACK:
				break;
			case ORDER_LOST:
				raise_lost(pager);
		}
	}
}
