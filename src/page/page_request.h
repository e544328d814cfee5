/*
 * page_request.h
 *		What a scan asks of a pager, and what it answers.
 */
#ifndef PAGE_PAGE_REQUEST_H
#define PAGE_PAGE_REQUEST_H

#include "remote/ask.h"
#include "remote/terms.h"

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
typedef struct PageRequest
{
	AskSet asks;
	SortShape sort;
	JsonTree *sorts; /* SORT_ONE_PAGE */
	bool guarded;    /* SORT_ONE_PAGE: rows without a value come last */
	JsonTree *guard; /* the filter of the first page then */
	int first_page;  /* rows of the first page; 0 = as the table says */
	int64 offset;    /* rows that the service leaves out */
	bool distinct;   /* a row may be in several of the listings and counts once */
	bool merged; /* SORT_ONE_PAGE: each listing has its own page, by its ask's own sorts, and the scan merges them */
	bool staged; /* the asks have stages: PAGER_STAGE behind each of them but the last */
	bool all_or_none;      /* a refused filter ends it all */
	int64 wanted;          /* rows behind those that count, at most; -1 = any number */
	PageJudge is_in_order; /* of sorted pages; NULL = nobody looks */
	void *judge;           /* its argument */
} PageRequest;

/* What the next row is. */
typedef enum PagerAnswer
{
	PAGER_ROW,
	PAGER_END,            /* there is none */
	PAGER_STAGE,          /* there is none in the present stage; the next one follows; said once */
	PAGER_WAIT,           /* it takes waiting; what it needs is under way */
	PAGER_WITHOUT_FILTER, /* the filter or the offset was refused: from now on all rows come, from the first; said once */

	/* from here on the pager stops, until another request begins */
	PAGER_KEYS_REFUSED, /* a filter of an all_or_none request was: the rows are not complete */
	PAGER_SORT_REFUSED, /* the first request of a sorted one was; no row was handed out */
	PAGER_UNSORTED,     /* its first page is not in the order asked for; no row was handed out */
	PAGER_TOO_SHORT,    /* its one page holds fewer rows than were asked for; no row was handed out */
	PAGER_WAY_REFUSED,  /* the way to one row was, with the extras that are asked for; no row was handed out */
	PAGER_NAMES_UNKNOWN /* filter or sorts name an attribute that there is none of; pager_settle() goes on */
} PagerAnswer;

#endif /* PAGE_PAGE_REQUEST_H */
