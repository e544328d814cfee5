/*
 * fetch.c
 *		The requests of a scan that are under way.
 *
 * Owns: the making of page requests, and the answers that nobody has taken yet.
 * Must not know why a page is wanted.
 */
#include "page/fetch.h"

#include "remote/request.h"
#include "utils/memutils.h"

/* Requests that a scan may have under way, whatever the server's options say. */
#define FETCH_WINDOW 32

typedef struct FetchEntry
{
	MemoryContext context;
	char *path;
	char *body; /* NULL = none */
	HttpExchange *exchange;
} FetchEntry;

struct Fetcher
{
	MemoryContext context; /* lives as long as the scan */
	Session *session;
	const AttioRelation *relation;
	MemoryContext taken;            /* of the answer taken last; NULL = none */
	FetchEntry ahead[FETCH_WINDOW]; /* in the order in which they were asked for */
	int nahead;
	ScanCost *cost; /* of the scan; what is asked for is added */
};

/* In the current memory context.  The session must be pinned by the caller. */
Fetcher *
fetcher_create(Session *session, const AttioRelation *relation, ScanCost *cost)
{
	Fetcher *fetcher = (Fetcher *) palloc0(sizeof(Fetcher));

	fetcher->context = CurrentMemoryContext;
	fetcher->session = session;
	fetcher->relation = relation;
	fetcher->cost = cost;
	return fetcher;
}

/* The body of a query: equal scans make equal requests, byte by byte. */
static char *
query_body(const AttioRelation *relation, const PageAsk *ask)
{
	JsonTree *body = json_make_object();

	if (ask->filter != NULL)
		json_put(body, "filter", ask->filter);
	if (relation->view != NULL)
		json_put(body, "filter_view_id", json_text(relation->view));
	json_put(body, "limit", json_integer(ask->limit));
	json_put(body, "offset", json_integer(ask->offset));
	if (ask->sorts != NULL)
		json_put(body, "sorts", ask->sorts);
	return json_write(body);
}

/* The request in words, in a memory context of its own. */
static FetchEntry
make_entry(Fetcher *fetcher, const PageAsk *ask)
{
	FetchEntry entry = {0};
	const char *path = ask->listing->path;
	MemoryContext saved;

	entry.context = AllocSetContextCreate(fetcher->context, "attio_fdw page", ALLOCSET_SMALL_SIZES);
	saved = MemoryContextSwitchTo(entry.context);
	if (fetcher->relation->resource->paging.in_body)
		entry.body = query_body(fetcher->relation, ask);
	if (!fetcher->relation->resource->paging.in_body && fetcher->relation->resource->paging.style == PAGING_OFFSET)
		entry.path = psprintf("%s%climit=%d&offset=" INT64_FORMAT, path, strchr(path, '?') == NULL ? '?' : '&',
							  ask->limit, ask->offset);
	else
		entry.path = pstrdup(path);
	MemoryContextSwitchTo(saved);
	return entry;
}

static void
start(Fetcher *fetcher, FetchEntry *entry)
{
	MemoryContext saved = MemoryContextSwitchTo(entry->context);
	/* the pages of a scan wait for the rate limit one after the other, so that others get a turn between them */
	Request request = {.method = fetcher->relation->resource->list.method,
					   .path = entry->path,
					   .body = entry->body,
					   .nature = HTTP_READ,
					   .line = fetcher};

	entry->exchange = request_start(fetcher->session, &request, fetcher->cost);
	MemoryContextSwitchTo(saved);
}

/* Its place among those under way, or -1. */
static int
find(const Fetcher *fetcher, const FetchEntry *entry)
{
	for (int i = 0; i < fetcher->nahead; i++)
	{
		const FetchEntry *other = &fetcher->ahead[i];

		if (strcmp(other->path, entry->path) == 0 &&
			(entry->body == NULL ? other->body == NULL : other->body != NULL && strcmp(other->body, entry->body) == 0))
			return i;
	}
	return -1;
}

/* Cancel the first n of those under way. */
static void
drop(Fetcher *fetcher, int n)
{
	int left = fetcher->nahead - n;
	FetchEntry dropped[FETCH_WINDOW];

	memcpy(dropped, fetcher->ahead, sizeof(FetchEntry) * n);
	memmove(fetcher->ahead, fetcher->ahead + n, sizeof(FetchEntry) * left);
	fetcher->nahead = left;
	/* the last first, so that none takes the place of the one before it */
	while (n-- > 0)
		MemoryContextDelete(dropped[n].context);
}

static void
release_taken(Fetcher *fetcher)
{
	MemoryContext taken = fetcher->taken;

	fetcher->taken = NULL;
	if (taken != NULL)
		MemoryContextDelete(taken);
}

/*
 * The exchange of this page, under way or asked for now; the caller waits for
 * it.  What was asked for ahead of it is not wanted any more.
 */
HttpExchange *
fetcher_take(Fetcher *fetcher, const PageAsk *ask)
{
	FetchEntry entry;
	int at;

	release_taken(fetcher);
	entry = make_entry(fetcher, ask);
	at = find(fetcher, &entry);
	if (at < 0)
	{
		drop(fetcher, fetcher->nahead);
		fetcher->taken = entry.context;
		start(fetcher, &entry);
		return entry.exchange;
	}
	MemoryContextDelete(entry.context);
	drop(fetcher, at);
	entry = fetcher->ahead[0];
	fetcher->nahead--;
	memmove(fetcher->ahead, fetcher->ahead + 1, sizeof(FetchEntry) * fetcher->nahead);
	fetcher->taken = entry.context;
	return entry.exchange;
}

/* Ask for a page that will be wanted, unless it is under way; false when the window is full. */
bool
fetcher_ahead(Fetcher *fetcher, const PageAsk *ask, int window)
{
	FetchEntry entry = make_entry(fetcher, ask);

	if (find(fetcher, &entry) >= 0)
	{
		MemoryContextDelete(entry.context);
		return true;
	}
	if (fetcher->nahead >= Min(Min(window, fetcher->session->max_requests), FETCH_WINDOW))
	{
		MemoryContextDelete(entry.context);
		return false;
	}
	/* Among the others before it starts, so that an error loses neither. */
	fetcher->ahead[fetcher->nahead] = entry;
	start(fetcher, &fetcher->ahead[fetcher->nahead]);
	fetcher->nahead++;
	return true;
}

/* Has the answer to this page come? */
bool
fetcher_has(Fetcher *fetcher, const PageAsk *ask)
{
	FetchEntry entry = make_entry(fetcher, ask);
	int at = find(fetcher, &entry);

	MemoryContextDelete(entry.context);
	fetcher_progress(fetcher);
	return at >= 0 && fetcher->ahead[at].exchange->done;
}

/* The memory context of the answer taken last. */
MemoryContext
fetcher_context(const Fetcher *fetcher)
{
	return fetcher->taken;
}

/* Let what is under way go on, without waiting. */
void
fetcher_progress(Fetcher *fetcher)
{
	if (fetcher->nahead > 0)
		http_progress(fetcher->session->client);
}

/* Cancel what nobody has taken yet. */
void
fetcher_drop(Fetcher *fetcher)
{
	drop(fetcher, fetcher->nahead);
}

/* Cancel everything. */
void
fetcher_clear(Fetcher *fetcher)
{
	release_taken(fetcher);
	drop(fetcher, fetcher->nahead);
}
