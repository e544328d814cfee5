/*
 * cut.h
 *		Pages that are shorter than asked, and yet not the last.
 */
#ifndef PAGE_CUT_H
#define PAGE_CUT_H

#include "page/fetch.h"
#include "remote/request.h"

/* Owned by a pager. */
typedef struct CutWatch
{
	Fetcher *fetcher; /* NULL until something is asked for */
	size_t last_cut;  /* rows of the last page that was cut */
	const Projection *projection;
} CutWatch;

/*
 * Was the page cut: does the service answer fewer rows than it is asked for?  "ask" is
 * what it answered with "nrows" rows.  May make a request.  Where it is certain,
 * the session asks for no more from now on.
 */
extern bool cut_was_page(CutWatch *watch, Session *session, const RemoteRelation *relation, const PageAsk *ask,
						 const RowKey *keys, size_t nrows, const RequestSubject *subject, ScanCost *cost);

#endif /* PAGE_CUT_H */
