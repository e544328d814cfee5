/*
 * pager_private.h
 *		The state of a pager, and what its two files ask of each other.
 *
 * pager.c says which page is next, page.c gets it.
 */
#ifndef ATTIO_PAGER_PRIVATE_H
#define ATTIO_PAGER_PRIVATE_H

#include "remote/activity.h"
#include "remote/request.h"
#include "page/cut.h"
#include "page/fetch.h"
#include "page/order.h"
#include "page/pager.h"
#include "page/seen.h"

/* Smallest page that makes progress: one row overlaps. */
#define SMALLEST_PAGE 2

/* Bytes of a page: such pages are fast, and several of them fit into memory; larger ones become smaller. */
#define PAGE_AIM (3 * 1024 * 1024)
#define PAGE_MOST (4 * 1024 * 1024)

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
	RequestSubject subject;

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
	PagerStop stop;
	bool is_settled;     /* the scan knows of attributes that there are none of */
	bool handed;         /* a row, since the plan began */
	bool sorts_fail;     /* refused, or not followed: only unsorted pages are left */
	bool unsorted_fails; /* unsorted pages are not in id order: only sorted ones are left */
	CutWatch cut;
	bool keeps_seen;
	SeenRows *seen; /* ids handed out by a distinct plan; NULL = none */
	int limit;
	int largest;       /* more rows than these are too large an answer */
	int aim;           /* rows that make a page of a good size, whatever its place; 0 = as the table says */
	bool listing_done; /* no further page in this listing */

	TokPage page;
	int cuts;             /* answers in a row that were cut */
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
	ScanCost *cost;  /* of the scan */
};

/* The listing that the present page is of. */
static inline const Listing *
present_listing(const Pager *pager)
{
	return (const Listing *) list_nth(pager->listings, pager->listing);
}

/* Rows to ask for: so many, or fewer that make a page of a good size, but enough to prove an order where that counts. */
static inline int
good_limit(const Pager *pager, int limit, bool proves)
{
	int rows = pager->aim == 0 ? limit : Min(limit, proves ? Max(pager->aim, ORDER_PROOF) : pager->aim);

	return Min(rows, pager->largest);
}

/* May pages be sorted by created_at and the id? */
static inline bool
sorts_hold(const Pager *pager)
{
	return !pager->sorts_fail && pager->session->sorts == SORTS_TRUSTED;
}

/* Begin a listing in this order, or again in another one. */
extern void page_begin_order(Pager *pager, OrderMode mode);

/* The same in the order of the ids, in pages that can prove it. */
extern void page_begin_unsorted(Pager *pager);

/* The page at the present place. */
extern PageAsk page_ask(const Pager *pager);

/*
 * Get the next page that holds rows to hand out, or note that the listing is
 * done, or that the pager stops.  Raises all that request_judge() raises.
 */
extern void page_get(Pager *pager);

#endif /* ATTIO_PAGER_PRIVATE_H */
