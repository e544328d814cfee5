/*
 * pager_state.h
 *		The state of a pager, for the files that it consists of.
 *
 * pager.c says which rows of which page come next, page.c gets a page,
 * other_ways.c says how to ask when a request was refused.
 */
#ifndef PAGE_PAGER_STATE_H
#define PAGE_PAGER_STATE_H

#include "page/cut.h"
#include "page/fetch.h"
#include "page/page_request.h"
#include "page/seen.h"
#include "page/walk.h"
#include "remote/activity.h"
#include "remote/request.h"
#include "row/projection.h"

/* Smallest page that makes progress: one row overlaps. */
#define SMALLEST_PAGE 2

/* What follows the page in memory. */
typedef enum PagerNext
{
	NEXT_LISTING, /* the first page of the next listing, if there is one */
	NEXT_PAGE,    /* another page of the same */
	NEXT_ASKED    /* the page at the walk's place */
} PagerNext;

struct Pager
{
	MemoryContext context; /* lives as long as the scan */
	MemoryContext pages;   /* of the page in memory and its like: given back when no more is wanted */
	Fetcher *fetcher;
	ActivityHandle *activity;
	Session *session;
	const RemoteRelation *relation;
	const ResourceDef *resource;
	Projection *projection;
	int id_leaf;
	int with_leaf;    /* of what is part of the id, too; -1 = nothing is */
	int key_leaf;     /* of the id by which a walk knows rows, or the documents that they stand in */
	int created_leaf; /* -1 until a walk needs it */
	bool by_document; /* pages count documents that hold rows, and rows are known by theirs */
	RequestSubject subject;
	ScanCost *cost; /* of the scan */

	/* what is asked for, and where we are */
	PageRequest request;
	MemoryContext listings_context;
	Listings *listings;     /* made by the first request */
	const Listing *present; /* that the page is of */
	int listing;            /* its number; -1 = not begun */
	bool has_many;          /* there is more than one */
	JsonTree *by_created;   /* sorts; NULL until a walk needs them */
	Walk walk;
	int64 skip; /* rows still to leave out here, which the service should have */
	PagerNext behind;
	int window;      /* pages to ask for ahead */
	int page_window; /* of them, at most so many of one listing, which may end soon */

	/* of listings that are read side by side (lanes.c) */
	bool beside;           /* they are */
	const Listing *newest; /* that has begun */
	List *lanes;           /* Lane: begun, and not the present one; the one that has waited longest comes first */
	List *spare_lanes;     /* that are over */

	CutWatch cut;    /* by which short pages are told from last ones */
	bool keeps_seen; /* beyond the next beginning */
	SeenRows *seen;  /* ids handed out by a distinct request; NULL = none */

	List *answered; /* Ask: that brought the row that they ask for by its id */

	/* of a table whose listings are each of one attribute's values (parts.c) */
	bool shares; /* the present listing has its part in common with the one before or behind it */

	/* what was learned */
	int largest;             /* more rows than these are too large an answer */
	int aim;                 /* rows that make a page of a good size; 0 = as the table says */
	PagerAnswer stop;        /* PAGER_ROW: it goes on */
	bool without_filter;     /* PAGER_WITHOUT_FILTER is to be said */
	bool is_settled;         /* the scan knows of attributes that there are none of */
	int64 nfresh;            /* rows of the present listing that were handed out */
	bool stage_told;         /* PAGER_STAGE was said of the present listing */
	bool handed;             /* a row, since the request began */
	bool sorts_fail;         /* refused, or not followed: only unsorted pages are left */
	bool unsorted_fails;     /* unsorted pages are not in id order: only sorted ones are left */
	TimestampTz stale_since; /* pages are older than what the session wrote; 0 = not seen */
	int cuts;                /* answers in a row that were cut */

	/* the page in memory */
	TokPage page;
	PagePlace place;
	RowKey *keys; /* of each unit */
	size_t keys_size;
	size_t first; /* first row to hand out */
	size_t next;
	bool repeated;   /* the document of the row handed out last came before: its other rows did, too */
	size_t ahead_at; /* row at which the following pages are asked for */
	bool replayable; /* it is the scan's first */
};

/* What a limit, an offset and the walk count: the rows of the page, or the documents that hold them. */
static inline size_t
page_units(const Pager *pager)
{
	return pager->by_document ? pager->page.ndocuments : pager->page.nrows;
}

/* The fewest rows that a page of this scan may have. */
static inline int
smallest_page(const Pager *pager)
{
	return Max(SMALLEST_PAGE, pager->resource->paging.min_page);
}

/* Rows to ask for: so many, or fewer that make a page of a good size, but enough to prove an order where that counts. */
static inline int
good_limit(const Pager *pager, int limit, bool proves)
{
	int rows = pager->aim == 0 ? limit : Min(limit, proves ? Max(pager->aim, WALK_PROOF) : pager->aim);

	return Max(Min(rows, pager->largest), pager->resource->paging.min_page);
}

/* Are the rows that the guard of the first step kept back asked for? */
static inline bool
is_second_step(const Pager *pager)
{
	return pager->request.guarded && pager->walk.methods != &walk_one_page;
}

/* May pages be sorted by the time of creation and the id? */
static inline bool
sorts_hold(const Pager *pager)
{
	return !pager->sorts_fail && pager->session->sorts == SORTS_TRUSTED;
}

#endif /* PAGE_PAGER_STATE_H */
