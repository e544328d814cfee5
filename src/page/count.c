/*
 * count.c
 *		The number of rows of a table: a page, and by probing behind it.
 *
 * Owns: which offsets are asked for, and when the number is trusted.  A table
 * that fits a page is counted by it.  Behind a page, one of a single row says
 * whether there are more rows than its offset; where the number lies is narrowed
 * down from both sides.
 *
 * The service's filter alone decides which rows count, so it is not taken on trust:
 * every row that comes must meet the conditions, and at the offset that was
 * found there must be a row without the filter.  If there is none, the number is
 * that of all rows, as it would be if the filter were not looked at.
 */
#include "page/count.h"

#include "base/errors.h"
#include "page/fetch.h"
#include "page/fresh.h"
#include "row/rowkey.h"
#include "utils/memutils.h"

/* Offsets asked for at once. */
#define PROBES 3

/* The first offset behind a page, in pages; each step is so many times as far as the one before it. */
#define FIRST_PAGES 4
#define STEP 10

/* An offset that no workspace has. */
#define LAST_OFFSET INT64CONST(1000000000)

typedef struct Counter
{
	Session *session;
	const RemoteRelation *relation;
	const CountCheck *check;
	Fetcher *fetcher;
	const Listing *listing;
	RequestSubject subject;
	ScanCost *cost;
	TimestampTz stale_since;
	int64 low;            /* there are so many rows, at least */
	int64 high;           /* and not more; -1 = not known */
	bool high_refused;    /* that was a refusal, not an empty page */
	int64 unmet;          /* rows that came and do not meet the conditions */
	CountOutcome outcome; /* COUNT_KNOWN until something speaks against it */
} Counter;

/* Ask for so many rows from an offset on, with the filter or without. */
static PageAsk
ask_for(const Counter *counter, int64 offset, int limit, bool filtered)
{
	PageAsk ask = {counter->listing, filtered ? counter->listing->filter : NULL, NULL, {offset, NULL, limit}};

	return ask;
}

/* Check the rows of an answer: each must have an id, and should meet the conditions. */
static int
check_rows(Counter *counter, HttpExchange *exchange, const PageAsk *ask)
{
	TokPage page = {.grow = tok_grow};

	if (tok_page(&page, exchange->body, exchange->length, counter->check->projection->root) != TOK_OK ||
		page.nrows > (size_t) ask->place.limit)
		request_raise_shape(counter->session, exchange, NULL);
	for (size_t i = 0; i < page.nrows; i++)
	{
		PagerRow row = {&page, &page.rows[i],           counter->check->id_leaf,
						NULL,  counter->listing->given, ask->place.offset + (int64) i + 1};

		if (rowkey_id_text(&row) == NULL)
			ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
							errmsg("%s returned a row without its id", counter->session->service->title),
							errdetail("%s", request_detail(counter->session, exchange))));
		if (ask->filter != NULL && counter->check->meets != NULL && !counter->check->meets(counter->check->arg, &row))
			counter->unmet++;
	}
	counter->cost->rows += (int64) page.nrows;
	return (int) page.nrows;
}

/* What an answer was, beside a number of rows. */
#define COUNT_ANSWER_REFUSED (-1)
#define COUNT_ANSWER_TOO_LARGE (-2)

/* The rows of the answer, or why there is none.  A refusal is an ERROR unless filter or offset can be its cause. */
static int
count_answered_rows(Counter *counter, const PageAsk *ask)
{
	HttpExchange *exchange;
	MemoryContext saved;
	int n = COUNT_ANSWER_REFUSED;

	do
	{
		exchange = fetcher_take(counter->fetcher, ask);
		request_await(exchange, counter->cost);
	} while (fresh_ask_again(counter->session, exchange, &counter->stale_since));
	if (exchange->failure == HTTP_TOO_LARGE && ask->place.limit > 1)
		return COUNT_ANSWER_TOO_LARGE;
	saved = MemoryContextSwitchTo(fetcher_context(counter->fetcher));
	counter->cost->pages++;
	counter->subject.tolerates = ask->place.offset > 0 || ask->filter != NULL ? REFUSAL_REQUEST : 0;
	if (request_judge(counter->session, exchange, &counter->subject) == ANSWER_GOOD)
		n = check_rows(counter, exchange, ask);
	MemoryContextSwitchTo(saved);
	return n;
}

/* Ask for these offsets, ascending, at once, and narrow the range. */
static void
ask_all(Counter *counter, const int64 *offsets, int n)
{
	for (int i = 0; i < n; i++)
	{
		PageAsk ask = ask_for(counter, offsets[i], 1, true);

		(void) fetcher_ahead(counter->fetcher, &ask, n);
	}
	for (int i = 0; i < n; i++)
	{
		PageAsk ask = ask_for(counter, offsets[i], 1, true);
		int answer = count_answered_rows(counter, &ask);

		if (answer > 0)
		{
			counter->low = Max(counter->low, offsets[i] + 1);
			continue;
		}
		if (counter->high < 0 || offsets[i] < counter->high)
		{
			counter->high = offsets[i];
			counter->high_refused = (answer == COUNT_ANSWER_REFUSED);
		}
		break;
	}
	fetcher_drop(counter->fetcher);
}

/*
 * The first page; true where it settles the matter.  A page that is not full is
 * the end only if there is no row behind it: an answer may hold fewer rows than
 * were asked for.
 */
static bool
count_first_page(Counter *counter)
{
	PageAsk ask = ask_for(counter, 0, counter->relation->page_size, true);
	int n = count_answered_rows(counter, &ask);

	if (n == COUNT_ANSWER_TOO_LARGE)
		return false;
	if (n == COUNT_ANSWER_REFUSED)
	{
		counter->outcome = COUNT_FILTER_REFUSED;
		return true;
	}
	counter->low = n;
	if (n == 0)
		counter->high = 0;
	else if (n < ask.place.limit)
		ask_all(counter, &counter->low, 1);
	/* every row there is was looked at */
	return counter->high == n && !counter->high_refused;
}

/* Try larger offsets until there is one without a row.  Raises ERROR if there is none. */
static void
find_high(Counter *counter)
{
	int64 next = Max(counter->low, 1) * FIRST_PAGES;

	while (counter->high < 0 && counter->unmet == 0)
	{
		int64 offsets[PROBES];
		int n = 0;

		for (; n < PROBES && (n == 0 || offsets[n - 1] < LAST_OFFSET); next *= STEP)
			offsets[n++] = Min(next, LAST_OFFSET);
		ask_all(counter, offsets, n);
		if (counter->low > LAST_OFFSET)
			ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
							errmsg("%s returns a row of \"%s\" at every offset", counter->session->service->title,
								   counter->relation->name),
							errhint("Use SET attio_fdw.push_count = off to read the rows instead.")));
	}
}

/* Cut the range into equal parts. */
static void
narrow_range(Counter *counter)
{
	int64 width = counter->high - counter->low;
	int64 offsets[PROBES] = {0};
	int n = 0;

	for (int i = 1; i <= PROBES; i++)
	{
		int64 offset = counter->low + width * i / (PROBES + 1);

		if (offset >= counter->low && offset < counter->high && (n == 0 || offset > offsets[n - 1]))
			offsets[n++] = offset;
	}
	ask_all(counter, offsets, n);
}

/* Does the number differ from that of all rows? */
static void
doubt_number(Counter *counter)
{
	PageAsk ask = ask_for(counter, counter->low, 1, false);

	if (counter->unmet > 0)
		counter->outcome = COUNT_FILTER_IGNORED;
	else if (counter->high_refused)
		counter->outcome = COUNT_OFFSET_REFUSED;
	else if (counter->listing->filter != NULL && count_answered_rows(counter, &ask) <= 0)
		counter->outcome = COUNT_EVERYTHING;
}

/* Behind a page that did not settle it. */
static void
probe_offsets(Counter *counter)
{
	find_high(counter);
	while (counter->outcome == COUNT_KNOWN && counter->unmet == 0 && counter->low < counter->high)
		narrow_range(counter);
	if (counter->outcome == COUNT_KNOWN)
		doubt_number(counter);
}

CountOutcome
count_rows(Session *session, const RemoteRelation *relation, const AskSet *asks, const CountCheck *check,
		   ScanCost *cost, int64 *rows)
{
	Counter counter = {session, relation, check};

	*rows = 0;
	if (asks->nothing)
		return COUNT_KNOWN;
	if (asks->incomplete || list_length(asks->asks) > 1)
		return COUNT_NOT_WHOLE;
	counter.listing = listings_at(listings_begin(session, relation, asks, cost), 0);
	counter.fetcher = fetcher_create(session, relation, cost);
	counter.cost = cost;
	counter.high = -1;
	counter.subject = remote_subject(relation, &relation->resource->list);
	if (!count_first_page(&counter))
		probe_offsets(&counter);
	fetcher_clear(counter.fetcher);
	*rows = counter.low - counter.unmet;
	return counter.outcome;
}
