/*
 * page.c
 *		One page of a scan: its answer, its size, whether it is whole.
 *
 * Owns: the one page in memory.  The walk says whether the sequence is complete,
 * cut.c whether a short page is the end, the request's judge whether the rows are
 * in the order that the query wants, other_ways.c what follows from a refusal;
 * the tokenizer reads the pages.
 */
#include "page/page.h"

#include "base/errors.h"
#include "catalog/pg_type.h"
#include "page/fresh.h"
#include "page/other_ways.h"
#include "remote/param_rules.h"
#include "row/rowkey.h"
#include "row/value.h"
#include "utils/memutils.h"

/* Bytes of a page: such pages are fast, and several of them fit into memory; larger ones become smaller. */
#define PAGE_AIM (3 * 1024 * 1024)
#define PAGE_MOST (4 * 1024 * 1024)

/* Pages of large rows are larger, up to this, to have so many: each page has a row of the one before it once more. */
#define PAGE_OF_FEW (7 * 1024 * 1024)
#define FEW_ROWS 6

/* ----- sizes ----- */

/* What the limit of a request counts, on the page. */
static size_t
counted_units(const Pager *pager)
{
	return pager->resource->paging.each == NULL ? pager->page.nrows : pager->page.ndocuments;
}

/* So many rows have so many bytes: how many make a page of a good size. */
static void
aim_at(Pager *pager, size_t bytes, size_t nrows)
{
	size_t size = bytes / nrows + 1;

	pager->aim = (int) Max(PAGE_AIM / size, Min(PAGE_OF_FEW / size, FEW_ROWS));
	pager->aim = Max(pager->aim, SMALLEST_PAGE);
}

/* A page came: is it larger than it should be?  Pages that are under way are of the old size, so not for a little. */
static void
note_size(Pager *pager, size_t bytes)
{
	size_t nrows = counted_units(pager);

	if (nrows > 0 && bytes > (pager->aim == 0 ? 1 : 2) * (size_t) PAGE_MOST)
		aim_at(pager, bytes, nrows);
}

/* Can fewer rows be asked for? */
static bool
can_shrink(const Pager *pager)
{
	return pager->resource->paging.limit != NULL && pager->resource->paging.style != PAGING_NONE &&
		   pager->walk.next.limit > smallest_page(pager);
}

/*
 * The answer was too large, and what came of it says how large rows are: ask for
 * as many as fit, with room for larger ones.
 */
static void
shrink_page(Pager *pager, const HttpExchange *exchange)
{
	MemoryContext saved = MemoryContextSwitchTo(pager->pages);
	PagePlace *place = &pager->walk.next;
	size_t nrows = 0;
	int fits = smallest_page(pager);

	if (exchange->length > 0)
	{
		(void) tok_page(&pager->page, exchange->body, exchange->length, pager->projection->root);
		nrows = counted_units(pager);
		pager->page.nrows = pager->page.ndocuments = 0;
	}
	if (nrows > 0)
	{
		aim_at(pager, exchange->length, nrows);
		fits = (int) Min(nrows * 3 / 4, (size_t) INT_MAX);
	}
	pager->largest = Max(Min(place->limit / 2, fits), smallest_page(pager));
	/* so few rows would not prove the order of the ids */
	if (!pager->walk.has_last && pager->largest < pager->walk.methods->first_rows && sorts_hold(pager))
		ways_change(pager, &walk_by_creation, pager->walk.start);
	place->limit = good_limit(pager, place->limit, !pager->walk.has_last && pager->walk.methods->first_rows > 0);
	MemoryContextSwitchTo(saved);
}

/* ----- answers ----- */

/* What became of a request for a page. */
typedef enum PageOutcome
{
	PAGE_READ,
	PAGE_AGAIN, /* it is to be asked for again, perhaps in another way */
	PAGE_NONE   /* there is none in this listing, or the pager stops */
} PageOutcome;

/* The answer to the page at the walk's place, as new as this session's writes, and not too large where that can be. */
static HttpExchange *
await_page(Pager *pager, PageAsk *ask)
{
	projection_give(pager->projection, pager->present->given);
	for (;;)
	{
		HttpExchange *exchange;
		MemoryContext saved;

		/* Cleared first: nothing may point into a page that goes. */
		pager->page.nrows = pager->page.ndocuments = 0;
		*ask = ways_ask(pager);
		exchange = fetcher_take(pager->fetcher, ask);
		saved = MemoryContextSwitchTo(fetcher_context(pager->fetcher));
		activity_waits(pager->activity, true);
		request_await(exchange, pager->cost);
		activity_waits(pager->activity, false);
		MemoryContextSwitchTo(saved);
		if (fresh_ask_again(pager->session, exchange, &pager->stale_since))
			continue;
		if (exchange->failure != HTTP_TOO_LARGE || !can_shrink(pager))
			return exchange;
		shrink_page(pager, exchange);
	}
}

/* What the listing is asked for by, of what its rows show, for messages; NULL = nothing. */
static char *
asked_by(const ResourceDef *resource, const List *given)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < resource->nparams; i++)
	{
		const ParamDef *param = &resource->params[i];
		const char *value = given_value(given, resource_field(resource, param->column)->path);

		if (value != NULL && param_is_shown(resource, param))
			appendStringInfo(&text, "%s%s %s", text.len > 0 ? " and " : "", param->column,
							 clean_text(value, strlen(value), 100));
	}
	return text.len > 0 ? text.data : NULL;
}

/* Is the answer a page?  A refusal that leaves another way is none; others are ERRORs. */
static Answer
judge_answer(Pager *pager, HttpExchange *exchange, const PageAsk *ask)
{
	pager->subject.tolerates = 0;
	if (!pager->is_settled)
		pager->subject.tolerates |= REFUSAL_NAME;
	if (pager->resource->list.may_be_gone && ask->place.cursor == NULL && ask->place.offset == 0)
		pager->subject.tolerates |= REFUSAL_GONE;
	if (ways_has_another(pager, ask))
		pager->subject.tolerates |= REFUSAL_REQUEST;
	pager->subject.asked_by = exchange->status >= 400 ? asked_by(pager->resource, ask->listing->given) : NULL;
	pager->subject.bad_request_hint =
		ask->place.offset == 0
			? NULL
			: psprintf("%s may refuse so large an offset; conditions that leave fewer rows need no offset.",
					   pager->session->service->title);
	return request_judge(pager->session, exchange, &pager->subject);
}

/* The answer is not a page of rows.  Does not return. */
static void
raise_page_error(const Session *session, HttpExchange *exchange, const Paging *paging, TokStatus status, size_t offset)
{
	size_t from = offset > 40 ? offset - 40 : 0;

	if (status == TOK_SHAPE)
		request_raise_shape(session, exchange, psprintf("It contains no array \"%s\".", paging->rows));
	ereport(ERROR,
			(errcode(ERRCODE_FDW_ERROR),
			 offset >= exchange->length ? errmsg("%s's answer was cut off", session->service->title)
										: errmsg("%s's answer is not valid JSON", session->service->title),
			 errdetail("%s At byte %zu of %zu, near: %s", request_detail(session, exchange), offset, exchange->length,
					   clean_text(exchange->body + from, Min(exchange->length - from, (size_t) 80), 80)),
			 errhint("No part of the answer was used; run the statement again.")));
}

/*
 * Tokenize an answer.  False where it was cut so that only its grammar shows it:
 * it may be asked for again.
 */
static bool
tokenize_page(Pager *pager, HttpExchange *exchange)
{
	MemoryContext saved = MemoryContextSwitchTo(pager->pages);
	TokStatus status = tok_page(&pager->page, exchange->body, exchange->length, pager->projection->root);
	const TokSlice *cursor;

	MemoryContextSwitchTo(saved);
	if (status == TOK_SYNTAX && pager->page.error_offset >= exchange->length &&
		pager->cuts++ < pager->session->max_retries)
	{
		pager->cost->retries++;
		return false;
	}
	pager->cuts = 0;
	if (status != TOK_OK)
		raise_page_error(pager->session, exchange, &pager->resource->paging, status, pager->page.error_offset);
	cursor = projection_cursor(pager->projection, &pager->page);
	if (cursor != NULL && cursor->kind != TOK_STRING && cursor->kind != TOK_NUMBER)
		request_raise_shape(pager->session, exchange, "The cursor of the next page must be a text or a number.");
	return true;
}

/* Is the answer itself the array of rows?  Then these are all, however many were asked for. */
static bool
is_bare_array(const HttpExchange *exchange)
{
	size_t at = 0;

	while (at < exchange->length && strchr(" \t\r\n", exchange->body[at]) != NULL)
		at++;
	return at < exchange->length && exchange->body[at] == '[';
}

/* Note the number of rows of a page, which must not be more than requested, nor the end by its silence. */
static void
note_rows(Pager *pager, HttpExchange *exchange, const PageAsk *ask)
{
	if (pager->resource->paging.limit != NULL && counted_units(pager) > (size_t) ask->place.limit &&
		!is_bare_array(exchange))
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
						errmsg("%s returned more rows than requested", pager->session->service->title),
						errdetail("%s", request_detail(pager->session, exchange))));
	if (pager->resource->paging.tells_end && !projection_tells_cursor(pager->projection, &pager->page) &&
		counted_units(pager) >= (size_t) (pager->resource->paging.limit == NULL ? 1 : ask->place.limit))
		request_raise_shape(pager->session, exchange, "It does not tell whether a page follows.");
	note_size(pager, exchange->length);
	pager->cost->rows += pager->page.nrows;
	activity_page(pager->activity, (int64) pager->page.nrows, (int64) exchange->length);
}

/* The one row that the listing asks for has come: without extras it is not wanted any more. */
static void
note_answered(Pager *pager, const Listing *listing)
{
	MemoryContext saved;

	if (!pager->resource->paging.single || pager->page.nrows == 0 || listing->ask == NULL)
		return;
	saved = MemoryContextSwitchTo(pager->context);
	pager->answered = lappend(pager->answered, unconstify(Ask *, listing->ask));
	MemoryContextSwitchTo(saved);
}

/* Judge the answer, and read the page that it is. */
static PageOutcome
take_answer(Pager *pager, HttpExchange *exchange, const PageAsk *ask)
{
	switch (judge_answer(pager, exchange, ask))
	{
		case ANSWER_GOOD:
			break;
		case ANSWER_NAME:
			pager->stop = PAGER_NAMES_UNKNOWN;
			return PAGE_NONE;
		case ANSWER_REFUSED:
			return ways_take_another(pager, ask) ? PAGE_AGAIN : PAGE_NONE;
		case ANSWER_TOLERATED:
			return PAGE_NONE;
	}
	pager->cost->pages++;
	if (!tokenize_page(pager, exchange))
		return PAGE_AGAIN;
	note_rows(pager, exchange, ask);
	note_answered(pager, ask->listing);
	return PAGE_READ;
}

/* Get the page at the walk's place; false where there is none. */
static bool
fetch_page(Pager *pager)
{
	for (;;)
	{
		PageAsk ask;
		HttpExchange *exchange = await_page(pager, &ask);
		MemoryContext saved = MemoryContextSwitchTo(fetcher_context(pager->fetcher));
		PageOutcome outcome = take_answer(pager, exchange, &ask);

		MemoryContextSwitchTo(saved);
		if (outcome != PAGE_AGAIN)
			return outcome == PAGE_READ;
	}
}

/* ----- keys ----- */

/* A row of the page; of a document only what is wanted of it. */
static TokRow
unit_at(const Pager *pager, size_t i)
{
	TokRow row = {0};

	if (!pager->by_document)
		return pager->page.rows[i];
	row.start = pager->page.documents[i].start;
	row.length = pager->page.documents[i].length;
	row.first_outer = pager->page.documents[i].first_outer;
	row.nouter = pager->page.documents[i].nouter;
	return row;
}

/*
 * A row without an id is known by its text where pages must follow one another.
 * What is no object is no row.
 */
static void
read_text_key(const Pager *pager, size_t i, const TokRow *row, RowKey *key)
{
	if (row->length == 0 || row->start[0] != '{')
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
						errmsg("%s returned a row that is not an object", pager->session->service->title),
						errdetail("Row %zu of the answer to %s %s: %s", i + 1, pager->resource->list.method,
								  pager->present->path, clean_text(row->start, row->length, 200))));
	if (pager->walk.methods == &walk_listed || pager->walk.methods == &walk_cursor)
		(void) rowid_parse(&key->id, TEXTOID, row->start, row->length);
}

/* Its id and, on sorted pages, its time of creation. */
static void
read_key(Pager *pager, size_t i, RowKey *key)
{
	TokRow row = unit_at(pager, i);
	int created_leaf = pager->walk.methods->is_sorted ? pager->created_leaf : -1;
	bool has_id;

	if (rowkey_read(&pager->page, &row, pager->key_leaf, pager->resource->id_type, created_leaf, key, &has_id) &&
		(pager->with_leaf < 0 || (has_id = rowkey_add(&pager->page, &row, pager->with_leaf, &key->id))))
	{
		if (pager->key_leaf < 0)
			read_text_key(pager, i, &row, key);
		return;
	}
	if (!has_id)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR), errmsg("%s returned a row without its id", pager->session->service->title),
				 errdetail("Row %zu of the answer to %s %s: %s", i + 1, pager->resource->list.method,
						   pager->present->path, clean_text(row.start, row.length, 200))));
	ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
					errmsg("%s returned a row without %s", pager->session->service->title, pager->resource->created),
					errdetail("Its pages are sorted by it. Row: %s", clean_text(row.start, row.length, 200))));
}

/* The same of all rows of the page. */
static void
read_keys(Pager *pager)
{
	if (page_units(pager) > pager->keys_size)
	{
		pager->keys_size = pager->by_document ? pager->page.documents_size : pager->page.rows_size;
		pager->keys = pager->keys == NULL ? MemoryContextAllocHuge(pager->pages, pager->keys_size * sizeof(RowKey))
										  : repalloc_huge(pager->keys, pager->keys_size * sizeof(RowKey));
	}
	for (size_t i = 0; i < page_units(pager); i++)
		read_key(pager, i, &pager->keys[i]);
}

/* ----- pages ----- */

/* Rows changed places between pages, so that some may be missing.  Does not return. */
static void
raise_lost(Pager *pager)
{
	const Service *service = pager->session->service;

	ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					errmsg("the data changed in %s while it was read: %s", service->title, pager->relation->name),
					errdetail("%s", pager->walk.why),
					pager->walk.methods == &walk_by_id && service->sorting_option != NULL
						? errhint("Run the statement again, or set the table option %s.", service->sorting_option)
						: errhint("Run the statement again.")));
}

/* The cursor of a page leads back to an earlier page: following it would never end.  Does not return. */
static void
raise_circle(Pager *pager)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_ERROR),
			 errmsg("%s returned the same cursor twice: %s", pager->session->service->title, pager->relation->name),
			 errdetail("The pages of %s %s lead back to a page that was already read.", pager->resource->list.method,
					   pager->present->path),
			 errhint("Run the statement again.")));
}

/*
 * Does the judge of a sorted page object?  The walk has looked only at the time
 * of creation and the id.  A second step that is sorted is so to be complete, not
 * in the order that the query wants: its rows have no value to be judged by.
 */
static bool
is_out_of_order(const Pager *pager, const PageAsk *ask)
{
	return pager->request.sort != SORT_ANY && pager->request.is_in_order != NULL &&
		   (ask->sorts != NULL || pager->request.sort == SORT_LISTED) && !is_second_step(pager) &&
		   !pager->request.is_in_order(pager->request.judge, pager, pager->page.nrows);
}

/* So many rows make the page full: there may be more. */
static int
rows_of_full_page(Pager *pager, const PageAsk *ask)
{
	MemoryContext saved = MemoryContextSwitchTo(pager->pages);
	int limit = pager->resource->paging.style == PAGING_OFFSET ? ask->place.limit : INT_MAX;

	if (cut_was_page(&pager->cut, pager->session, pager->relation, ask, pager->keys, page_units(pager), &pager->subject,
					 pager->cost))
		limit = (int) page_units(pager);
	if (pager->resource->paging.in_body)
		pager->largest = Min(pager->largest, pager->session->page_limit);
	MemoryContextSwitchTo(saved);
	return limit;
}

/* The cursor of the page behind the present one, which lives as long as its answer; NULL = none. */
static const char *
next_cursor(const Pager *pager)
{
	const TokSlice *slice = projection_cursor(pager->projection, &pager->page);
	MemoryContext saved;
	size_t length;
	char *cursor;

	if (slice == NULL)
		return NULL;
	saved = MemoryContextSwitchTo(fetcher_context(pager->fetcher));
	cursor = value_string(slice, &length);
	MemoryContextSwitchTo(saved);
	return cursor;
}

/* The present page, judged. */
static WalkStep
judge_page(Pager *pager)
{
	PageAsk ask = ways_ask(pager);
	WalkPage page = {pager->keys, page_units(pager), rows_of_full_page(pager, &ask), next_cursor(pager),
					 pager->key_leaf >= 0};
	WalkStep step;

	pager->place = ask.place;
	step = walk_judge(&pager->walk, &page);
	if (pager->walk.methods == &walk_one_page && pager->request.sort == SORT_ONE_PAGE && step.verdict == WALK_ON &&
		(int) page.nrows < pager->request.first_page && (!pager->handed || pager->request.merged))
	{
		pager->stop = PAGER_TOO_SHORT;
		pager->page.nrows = 0;
		return step;
	}
	if (step.verdict == WALK_BROKEN)
		pager->session->sorts = SORTS_UNTRUSTED;
	else if (step.verdict != WALK_LOST && step.verdict != WALK_AGAIN && is_out_of_order(pager, &ask))
		step.verdict = WALK_BROKEN;
	return step;
}

/* The first row of the n-th document on, or the n-th row. */
static size_t
row_of_unit(const Pager *pager, size_t n)
{
	if (!pager->by_document)
		return n;
	return n < pager->page.ndocuments ? pager->page.documents[n].first_row : pager->page.nrows;
}

/* The page holds rows to hand out; what comes behind it? */
static void
hand_out_page(Pager *pager, const WalkStep *step)
{
	bool is_one_page = pager->walk.methods == &walk_one_page;

	pager->first = pager->next = row_of_unit(pager, step->first);
	/* behind all that meet the guard the others are still to come */
	if ((step->verdict == WALK_END && !(is_one_page && pager->request.guarded)) || pager->request.merged)
		pager->behind = NEXT_LISTING;
	/* from the second page on, what the table asks for */
	if (!is_one_page)
		pager->walk.next.limit = good_limit(pager, Max(pager->relation->page_size, SMALLEST_PAGE), false);
}

void
page_get(Pager *pager)
{
	for (;;)
	{
		WalkStep step;

		pager->behind = NEXT_PAGE;
		if (!fetch_page(pager))
		{
			pager->behind = NEXT_LISTING;
			return;
		}
		read_keys(pager);
		step = judge_page(pager);
		if (pager->stop != PAGER_ROW)
			return;
		switch (step.verdict)
		{
			case WALK_ON:
			case WALK_END:
				hand_out_page(pager, &step);
				return;
			case WALK_AGAIN:
				break;
			case WALK_OTHER:
				ways_leave_unsorted(pager, step.other);
				break;
			case WALK_BROKEN:
				ways_leave_sorts(pager);
				if (pager->stop != PAGER_ROW)
					return;
				break;
			case WALK_LOST:
				raise_lost(pager);
				break;
			case WALK_CIRCLE:
				raise_circle(pager);
				break;
		}
	}
}
