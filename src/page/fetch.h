/*
 * fetch.h
 *		The requests of a scan that are under way.
 *
 * Pages are asked for ahead and taken in order.  The answer taken last lives
 * until the next is taken; all others belong to the fetcher.
 */
#ifndef PAGE_FETCH_H
#define PAGE_FETCH_H

#include "http/http.h"
#include "page/listing.h"
#include "page/walk.h"

/* One page, wherever it is wanted. */
typedef struct PageAsk
{
	const Listing *listing;
	JsonTree *filter; /* NULL = none */
	JsonTree *sorts;  /* NULL = none */
	PagePlace place;
} PageAsk;

typedef struct Fetcher Fetcher;

extern Fetcher *fetcher_create(Session *session, const RemoteRelation *relation, struct ScanCost *cost);
extern HttpExchange *fetcher_take(Fetcher *fetcher, const PageAsk *ask);
extern bool fetcher_ahead(Fetcher *fetcher, const PageAsk *ask, int window);
extern bool fetcher_has(Fetcher *fetcher, const PageAsk *ask);
extern MemoryContext fetcher_context(const Fetcher *fetcher);
extern void fetcher_beside(Fetcher *fetcher, bool beside);
extern void fetcher_end(Fetcher *fetcher, const Listing *listing);
extern void fetcher_progress(Fetcher *fetcher);
extern void fetcher_drop(Fetcher *fetcher);
extern void fetcher_clear(Fetcher *fetcher);

#endif /* PAGE_FETCH_H */
