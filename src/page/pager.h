/*
 * pager.h
 *		The sequence of pages of one scan: every row once, or an error.
 *
 * A pager holds one page at a time and a bounded number of answers that come
 * next, whatever the size of the table; a row is valid until the next
 * pager_next().  No request before the first of those.
 */
#ifndef ATTIO_PAGER_H
#define ATTIO_PAGER_H

#include "attio/relation.h"
#include "remote/ask.h"
#include "page/listing.h"
#include "remote/request.h"
#include "row/page_row.h"
#include "row/projection.h"

typedef struct Pager Pager;

/*
 * Are the page's rows in the order that the plan counts on?  Looks at them by
 * pager_page_row().
 */
typedef bool (*PageJudge)(void *judge, const Pager *pager, size_t nrows);

/*
 * What a scan asks for.  With SORT_ONE_PAGE the first page is all that comes in
 * that order; where it is guarded, it holds only rows that meet the guard, and
 * all others come behind it.
 */
typedef struct PagerPlan
{
	AskSet asks;
	SortShape sort;
	JsonTree *sorts;       /* SORT_ONE_PAGE */
	bool guarded;          /* SORT_ONE_PAGE: rows without a value come last */
	JsonTree *guard;       /* the filter of the first page then */
	int first_page;        /* rows of the first page; 0 = as the table says */
	int64 offset;          /* rows that Attio leaves out */
	bool distinct;         /* a row may be in several of the filters and counts once */
	bool all_or_none;      /* a refused filter ends it all */
	int64 wanted;          /* rows behind those that count, at most; -1 = any number */
	PageJudge is_in_order; /* of sorted pages; NULL = nobody looks */
	void *judge;           /* its argument */
} PagerPlan;

/* Why a pager ended before the end. */
typedef enum PagerStop
{
	PAGER_GOES_ON,
	PAGER_KEYS_REFUSED, /* a filter of an all_or_none plan was: the rows are not complete */
	PAGER_SORT_REFUSED, /* the first request of a sorted plan was; no row was handed out */
	PAGER_UNSORTED,     /* its first page is not in the order asked for; no row was handed out */
	PAGER_TOO_SHORT,    /* its one page holds fewer rows than were asked for; no row was handed out */
	PAGER_NAMES_UNKNOWN /* Attio said that filter or sorts name an attribute that there is none of */
} PagerStop;

/* What it asks for is added to the cost. */
extern Pager *pager_open(Session *session, const AttioRelation *relation, Projection *projection, ScanCost *cost);
extern void pager_set_plan(Pager *pager, const PagerPlan *plan);
extern bool pager_lost_window(const Pager *pager);

extern void pager_release(Pager *pager);
extern PagerStop pager_stop(const Pager *pager);

/* Does the pager hand out the rows behind those that met the guard? */
extern bool pager_in_second_step(const Pager *pager);

/* ERROR: rows are in another order than the query wants, and some were handed out.  Does not return. */
extern void pager_raise_unsorted(const Pager *pager);

/* A row of the page in memory, counted from 0. */
extern void pager_page_row(const Pager *pager, size_t i, PagerRow *row);

/* PAGER_NAMES_UNKNOWN is no news to the scan: go on as after any refusal. */
extern void pager_settle(Pager *pager);

/* Let the next plan leave out what the present one has handed out. */
extern void pager_keep_seen(Pager *pager);
extern bool pager_next(Pager *pager, PagerRow *row);
extern bool pager_would_wait(Pager *pager);
extern void pager_rewind(Pager *pager);
extern void pager_close(Pager *pager);

#endif /* ATTIO_PAGER_H */
