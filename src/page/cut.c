/*
 * cut.c
 *		Pages that are shorter than asked, and yet not the last.
 *
 * Owns: the question whether a short page is the end.  Nobody promises that
 * the service, or what stands before it, answers as many rows as it is asked for.  A
 * limit is a round number, so a short page of a round number of rows is followed
 * by a request for the row behind it.
 */
#include "page/cut.h"

#include "remote/service.h"

/* Limits are multiples of this. */
#define ROUND_LIMIT 10

/* The ids, decoded and in order, in the current memory context; NULL where one is none. */
static RowId *
sorted_ids(JsonTree *ids, size_t count, Oid type)
{
	RowId *sorted = (RowId *) palloc(sizeof(RowId) * count);

	for (size_t i = 0; i < count; i++)
	{
		const char *text = json_string_at(json_element(ids, (int) i), "");

		if (text == NULL || !rowid_parse(&sorted[i], type, text, strlen(text)))
			return NULL;
	}
	qsort(sorted, count, sizeof(RowId), rowid_compare);
	return sorted;
}

/* Are the rows all those that the filter names?  Then there is none behind them. */
static bool
are_all_named(const RemoteRelation *relation, JsonTree *filter, const RowKey *keys, size_t nrows)
{
	const ResourceDef *resource = relation->resource;
	JsonTree *ids;
	RowId *sorted;
	bool named;

	if (relation->service->named_ids == NULL)
		return false;
	ids = relation->service->named_ids(resource, filter);
	if (json_length_at(ids, "") != (int) nrows)
		return false;
	sorted = sorted_ids(ids, nrows, resource->id_type);
	named = (sorted != NULL);
	for (size_t i = 0; i < nrows && named; i++)
		named = bsearch(&keys[i].id, sorted, nrows, sizeof(RowId), rowid_compare) != NULL;
	return named;
}

/* Is the page short, and nothing says that it is the last? */
static bool
may_be_cut(const Session *session, const RemoteRelation *relation, const PageAsk *ask, const RowKey *keys, size_t nrows)
{
	const ResourceDef *resource = relation->resource;

	if (resource->paging.style != PAGING_OFFSET || nrows == 0 || nrows >= (size_t) ask->place.limit ||
		nrows % ROUND_LIMIT != 0)
		return false;
	if (!resource_can(resource, CAN_FILTER))
		return true;
	/* it has answered more */
	if (nrows < (size_t) session->page_seen)
		return false;
	return ask->filter == NULL || !are_all_named(relation, ask->filter, keys, nrows);
}

/* Is there a row behind the page?  Where so large an offset is refused nobody knows: the next page will say so. */
static bool
goes_on(CutWatch *watch, Session *session, const Paging *paging, const PageAsk *ask, size_t nrows,
		const RequestSubject *subject, ScanCost *cost)
{
	PageAsk next = *ask;
	RequestSubject about = *subject;
	HttpExchange *exchange;
	MemoryContext saved;
	TokPage page = {.grow = tok_grow};
	bool found = true;

	next.place.offset += (int64) nrows;
	next.place.limit = Max(paging->min_page, 1);
	exchange = fetcher_take(watch->fetcher, &next);
	saved = MemoryContextSwitchTo(fetcher_context(watch->fetcher));
	about.tolerates = REFUSAL_REQUEST;
	request_await(exchange, cost);
	if (request_judge(session, exchange, &about) == ANSWER_GOOD)
		found = tok_page(&page, exchange->body, exchange->length, watch->projection->root) != TOK_OK ||
				page.nrows > 0 || page.ndocuments > 0;
	MemoryContextSwitchTo(saved);
	fetcher_clear(watch->fetcher);
	return found;
}

bool
cut_was_page(CutWatch *watch, Session *session, const RemoteRelation *relation, const PageAsk *ask, const RowKey *keys,
			 size_t nrows, const RequestSubject *subject, ScanCost *cost)
{
	bool is_query = resource_can(relation->resource, CAN_FILTER);
	bool may_be = may_be_cut(session, relation, ask, keys, nrows);

	if (is_query)
		session->page_seen = Max(session->page_seen, (int) nrows);
	if (!may_be)
		return false;
	if (watch->fetcher == NULL)
		watch->fetcher = fetcher_create(session, relation, cost);
	if (!goes_on(watch, session, &relation->resource->paging, ask, nrows, subject, cost))
		return false;
	/* Twice the same: no row that came meanwhile. */
	if (is_query && watch->last_cut == nrows)
		session->page_limit = Min(session->page_limit, (int) nrows);
	watch->last_cut = nrows;
	return true;
}
