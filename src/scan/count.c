/*
 * count.c
 *		The number of rows of a table, by probing.
 *
 * Owns: which offsets are asked for.  A page of one row says whether there are
 * more rows than its offset; where the number lies is narrowed down from both
 * sides.
 */
#include "scan/count.h"

#include "attio/api.h"
#include "base/errors.h"
#include "scan/fetch.h"
#include "scan/fresh.h"
#include "utils/memutils.h"

/* Offsets asked for at once. */
#define PROBES 3

/* The first offsets; each step is so many times as far as the one before it. */
#define FIRST_OFFSET 100
#define STEP 10

/* An offset that no workspace has. */
#define LAST_OFFSET INT64CONST(1000000000)

typedef struct Counter
{
	Session *session;
	const AttioRelation *relation;
	Fetcher *fetcher;
	const Listing *listing;
	ApiSubject subject;
	PagerCounts *counts;
	TimestampTz stale_since;
	int64 low;         /* there are so many rows, at least */
	int64 high;        /* and not more; -1 = not known */
	bool high_refused; /* that was a refusal, not an empty page */
} Counter;

static PageAsk
probe(const Counter *counter, int64 offset)
{
	PageAsk ask = {counter->listing, counter->listing->filter, NULL, offset, 1};

	return ask;
}

/* What a probe answered. */
typedef enum ProbeAnswer
{
	PROBE_ROW,
	PROBE_NONE,
	PROBE_REFUSED /* so large an offset, perhaps */
} ProbeAnswer;

static ProbeAnswer
read_probe(Counter *counter, int64 offset)
{
	PageAsk ask = probe(counter, offset);
	HttpExchange *exchange;
	MemoryContext saved;
	JsonTree *data;
	int n;

	do
	{
		exchange = fetcher_take(counter->fetcher, &ask);
		http_wait(exchange);
	} while (fresh_ask_again(counter->session, exchange, &counter->stale_since));
	saved = MemoryContextSwitchTo(fetcher_context(counter->fetcher));
	counter->counts->pages++;
	counter->counts->wire_bytes += exchange->wire_bytes;
	counter->counts->bytes += exchange->length;
	counter->counts->waited += exchange->elapsed;
	counter->counts->retries += exchange->retries;
	counter->counts->governed += exchange->governed;
	counter->subject.tolerates_bad_request = offset > 0;
	if (!api_check(counter->session, exchange, &counter->subject))
	{
		MemoryContextSwitchTo(saved);
		return PROBE_REFUSED;
	}
	data = json_at(json_read(exchange->body, exchange->length), "data");
	n = json_length_at(data, "");
	if (n < 0 || n > 1 ||
		(n == 1 && json_string_at(json_element(data, 0), counter->relation->resource->id_path) == NULL))
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("Attio's answer has an unknown shape"),
						errdetail("%s", api_request_detail(exchange))));
	counter->counts->rows += n;
	MemoryContextSwitchTo(saved);
	return n > 0 ? PROBE_ROW : PROBE_NONE;
}

/* Ask for these offsets, ascending, at once, and narrow the range. */
static void
ask_all(Counter *counter, const int64 *offsets, int n)
{
	for (int i = 0; i < n; i++)
	{
		PageAsk ask = probe(counter, offsets[i]);

		(void) fetcher_ahead(counter->fetcher, &ask, n);
	}
	for (int i = 0; i < n; i++)
	{
		ProbeAnswer answer = read_probe(counter, offsets[i]);

		if (answer == PROBE_ROW)
		{
			counter->low = Max(counter->low, offsets[i] + 1);
			continue;
		}
		if (counter->high < 0 || offsets[i] < counter->high)
		{
			counter->high = offsets[i];
			counter->high_refused = (answer == PROBE_REFUSED);
		}
		break;
	}
	fetcher_drop(counter->fetcher);
}

/* Go up until there is an offset without a row. */
static void
find_high(Counter *counter)
{
	int64 next = FIRST_OFFSET;
	int64 offsets[PROBES] = {0, FIRST_OFFSET, FIRST_OFFSET * STEP};

	while (counter->high < 0)
	{
		ask_all(counter, offsets, PROBES);
		next = offsets[PROBES - 1] * STEP;
		if (next > LAST_OFFSET)
			ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
							errmsg("Attio answers a row of \"%s\" at any offset", counter->relation->name),
							errhint("SET attio_fdw.push_count = off reads them instead.")));
		for (int i = 0; i < PROBES; i++, next *= STEP)
			offsets[i] = next;
	}
}

/* Cut the range into equal parts. */
static void
narrow(Counter *counter)
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

int64
count_rows(Session *session, const AttioRelation *relation, const FilterSet *filters, PagerCounts *counts)
{
	Counter counter = {session, relation};
	List *listings;
	int64 before;

	if (filters->nothing)
		return 0;
	if (filters->incomplete || list_length(filters->filters) > 1)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
						errmsg("the filter of a count of \"%s\" cannot be sent whole", relation->name),
						errhint("SET attio_fdw.push_count = off counts here instead.")));
	before = session->requests;
	listings = listings_make(session, relation, filters);
	counts->requests += session->requests - before;
	counter.fetcher = fetcher_create(session, relation);
	counter.listing = (const Listing *) linitial(listings);
	counter.counts = counts;
	counter.high = -1;
	counter.subject.what = psprintf("foreign table \"%s\"", relation->name);
	counter.subject.slug = relation->slug;
	counter.subject.is_list = relation->is_list;
	counter.subject.scopes = relation->resource->scopes;
	find_high(&counter);
	while (counter.low < counter.high)
		narrow(&counter);
	counts->requests += fetcher_requests(counter.fetcher);
	fetcher_clear(counter.fetcher);
	if (counter.high_refused)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("Attio refused to count the rows of \"%s\"", relation->name),
						errdetail("It refuses an offset of " INT64_FORMAT ".", counter.high),
						errhint("SET attio_fdw.push_count = off reads them instead.")));
	return counter.low;
}
