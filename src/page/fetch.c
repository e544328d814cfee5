/*
 * fetch.c
 *		The requests of a scan that are under way.
 *
 * Owns: the making of page requests, and the answers that nobody has taken yet.
 * Must not know why a page is wanted.
 */
#include "page/fetch.h"

#include "lib/stringinfo.h"
#include "remote/request.h"
#include "utils/memutils.h"

/* Requests that a scan may have under way, whatever the server's options say. */
#define FETCH_WINDOW 32

typedef struct FetchEntry
{
	MemoryContext context;
	PageAsk ask; /* its cursor lives in the context */
	HttpExchange *exchange;
} FetchEntry;

struct Fetcher
{
	MemoryContext context; /* lives as long as the scan */
	Session *session;
	const RemoteRelation *relation;
	MemoryContext taken; /* of the answer taken last; NULL = none */
	ScanCost *cost;      /* of the scan; what is asked for is added */
	int window;          /* most that may be under way */
	bool beside;         /* listings are read side by side: each is wanted until it ends */
	int nahead;
	FetchEntry ahead[FLEXIBLE_ARRAY_MEMBER]; /* in the order in which they were asked for */
};

/* In the current memory context.  The session must be pinned by the caller. */
Fetcher *
fetcher_create(Session *session, const RemoteRelation *relation, ScanCost *cost)
{
	int window = Min(session->max_requests, FETCH_WINDOW);
	Fetcher *fetcher = (Fetcher *) palloc0(offsetof(Fetcher, ahead) + sizeof(FetchEntry) * window);

	fetcher->context = CurrentMemoryContext;
	fetcher->session = session;
	fetcher->relation = relation;
	fetcher->cost = cost;
	fetcher->window = window;
	return fetcher;
}

/* ----- the request in words ----- */

/* The body of a query: equal scans make equal requests, byte by byte. */
static char *
query_body(const RemoteRelation *relation, const PageAsk *ask)
{
	const Paging *paging = &relation->resource->paging;
	const char *given = ask->listing->body;
	JsonTree *body = given == NULL ? json_make_object() : json_read(given, strlen(given));

	if (ask->filter != NULL)
		json_put(body, paging->filter, ask->filter);
	if (relation->view != NULL)
		json_put(body, paging->view, json_text(relation->view));
	if (paging->limit != NULL)
		json_put(body, paging->limit, json_integer(ask->place.limit));
	if (paging->style == PAGING_OFFSET)
		json_put(body, paging->place, json_integer(ask->place.offset));
	else if (ask->place.cursor != NULL)
		json_put(body, paging->place, json_text(ask->place.cursor));
	if (ask->sorts != NULL)
		json_put(body, paging->sorts, ask->sorts);
	return json_write(body);
}

/* The path with the page's place in its query string. */
static char *
query_path(const Paging *paging, const PageAsk *ask)
{
	StringInfoData path;
	char before;

	initStringInfo(&path);
	appendStringInfoString(&path, ask->listing->path);
	before = strchr(ask->listing->path, '?') == NULL ? '?' : '&';
	if (paging->limit != NULL)
	{
		appendStringInfo(&path, "%c%s=%d", before, paging->limit, ask->place.limit);
		before = '&';
	}
	if (paging->style == PAGING_OFFSET)
		appendStringInfo(&path, "%c%s=" INT64_FORMAT, before, paging->place, ask->place.offset);
	else if (ask->place.cursor != NULL)
		appendStringInfo(&path, "%c%s=%s", before, paging->place, http_escape(ask->place.cursor));
	return path.data;
}

/* Send it, in a memory context of its own, where it is told apart by what it asks. */
static void
start_entry(Fetcher *fetcher, FetchEntry *entry, const PageAsk *ask)
{
	const ResourceDef *resource = fetcher->relation->resource;
	/* the pages of a scan wait for the rate limit one after the other, so that others get a turn between them */
	Request request = {
		.method = resource->list.method, .nature = HTTP_READ, .line = fetcher, .takes_kept = resource->list.is_free};
	MemoryContext saved;

	memset(entry, 0, sizeof(*entry));
	entry->context = AllocSetContextCreate(fetcher->context, "attio_fdw page", ALLOCSET_SMALL_SIZES);
	saved = MemoryContextSwitchTo(entry->context);
	entry->ask = *ask;
	if (ask->place.cursor != NULL)
		entry->ask.place.cursor = pstrdup(ask->place.cursor);
	request.path = ask->listing->path;
	if (resource->paging.in_body)
		request.body = query_body(fetcher->relation, ask);
	else if (resource->paging.style != PAGING_NONE)
		request.path = query_path(&resource->paging, ask);
	entry->exchange = request_start(fetcher->session, &request, fetcher->cost);
	MemoryContextSwitchTo(saved);
}

/* ----- what is under way ----- */

/* Are these one request?  Filters and sorts are the same trees where they are equal. */
static bool
is_same_page(const PageAsk *a, const PageAsk *b)
{
	return a->listing == b->listing && a->filter == b->filter && a->sorts == b->sorts &&
		   a->place.offset == b->place.offset && a->place.limit == b->place.limit &&
		   (a->place.cursor == NULL || b->place.cursor == NULL ? a->place.cursor == b->place.cursor
															   : strcmp(a->place.cursor, b->place.cursor) == 0);
}

/* Its place among those under way, or -1. */
static int
find_page(const Fetcher *fetcher, const PageAsk *ask)
{
	for (int i = 0; i < fetcher->nahead; i++)
		if (is_same_page(&fetcher->ahead[i].ask, ask))
			return i;
	return -1;
}

/* Is the i-th of those under way still wanted when this page is, which stands at this place or is not under way (-1)? */
static bool
is_wanted_with(const Fetcher *fetcher, int i, const PageAsk *ask, int at)
{
	const Listing *listing = fetcher->ahead[i].ask.listing;

	if (listing == ask->listing)
		return at >= 0 && i >= at;
	return fetcher->beside || listing->number > ask->listing->number;
}

/* Cancel those of these places, and close up what is left. */
static void
drop_entries(Fetcher *fetcher, const bool *is_dropped)
{
	FetchEntry dropped[FETCH_WINDOW];
	int ndropped = 0;
	int left = 0;

	for (int i = 0; i < fetcher->nahead; i++)
	{
		if (is_dropped[i])
			dropped[ndropped++] = fetcher->ahead[i];
		else
			fetcher->ahead[left++] = fetcher->ahead[i];
	}
	fetcher->nahead = left;
	/* the last first, so that none takes the place of the one before it */
	while (ndropped-- > 0)
		MemoryContextDelete(dropped[ndropped].context);
}

/*
 * Cancel what is not wanted when this page is, which stands at this place, or is
 * not under way (-1): of its own listing what was asked for before it, or all;
 * of other listings, unless they are read side by side, those before its own.
 */
static void
drop_unwanted(Fetcher *fetcher, const PageAsk *ask, int at)
{
	bool is_dropped[FETCH_WINDOW];

	for (int i = 0; i < fetcher->nahead; i++)
		is_dropped[i] = !is_wanted_with(fetcher, i, ask, at);
	drop_entries(fetcher, is_dropped);
}

/* Free the answer taken last. */
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
 * it.  What was asked for ahead of it is not wanted any more; pages of listings
 * behind its own are.
 */
HttpExchange *
fetcher_take(Fetcher *fetcher, const PageAsk *ask)
{
	int at = find_page(fetcher, ask);
	FetchEntry entry;

	release_taken(fetcher);
	drop_unwanted(fetcher, ask, at);
	at = find_page(fetcher, ask);
	if (at < 0)
		start_entry(fetcher, &entry, ask);
	else
	{
		entry = fetcher->ahead[at];
		fetcher->nahead--;
		memmove(fetcher->ahead + at, fetcher->ahead + at + 1, sizeof(FetchEntry) * (fetcher->nahead - at));
	}
	fetcher->taken = entry.context;
	return entry.exchange;
}

/* Ask for a page that will be wanted, unless it is under way; false when the window is full. */
bool
fetcher_ahead(Fetcher *fetcher, const PageAsk *ask, int window)
{
	if (find_page(fetcher, ask) >= 0)
		return true;
	if (fetcher->nahead >= Min(window, fetcher->window))
		return false;
	start_entry(fetcher, &fetcher->ahead[fetcher->nahead], ask);
	fetcher->nahead++;
	return true;
}

/* Has the answer to this page come? */
bool
fetcher_has(Fetcher *fetcher, const PageAsk *ask)
{
	int at = find_page(fetcher, ask);

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

/* Listings are read side by side, or one after the other: then those before the page that is taken are over. */
void
fetcher_beside(Fetcher *fetcher, bool beside)
{
	fetcher->beside = beside;
}

/* The listing is over: cancel what nobody has taken of it. */
void
fetcher_end(Fetcher *fetcher, const Listing *listing)
{
	bool is_dropped[FETCH_WINDOW];

	for (int i = 0; i < fetcher->nahead; i++)
		is_dropped[i] = fetcher->ahead[i].ask.listing == listing;
	drop_entries(fetcher, is_dropped);
}

/* Cancel what nobody has taken yet. */
void
fetcher_drop(Fetcher *fetcher)
{
	bool is_dropped[FETCH_WINDOW];

	memset(is_dropped, true, sizeof(is_dropped));
	drop_entries(fetcher, is_dropped);
}

/* Cancel everything. */
void
fetcher_clear(Fetcher *fetcher)
{
	release_taken(fetcher);
	fetcher_drop(fetcher);
}
