/*
 * pager.h
 *		The sequence of pages of one scan: every row once, or an error.
 *
 * A pager holds one page at a time and a bounded number of answers that come
 * next, whatever the size of the table; a row is valid until the next
 * pager_next().  No request before the first of those.
 */
#ifndef PAGE_PAGER_H
#define PAGE_PAGER_H

#include "page/page_request.h"
#include "remote/request.h"
#include "remote/table.h"
#include "row/page_row.h"
#include "row/projection.h"

/*
 * A pager in the current memory context.  The session must be pinned by the
 * caller; the projection may still grow until the first pager_next().  What is
 * asked for is added to the cost, which must live as long as the pager.
 */
extern Pager *pager_open(Session *session, const RemoteRelation *relation, Projection *projection, ScanCost *cost);

/* Ask for this from now on; begins again.  What the request points to must live until the next one. */
extern void pager_begin(Pager *pager, const PageRequest *request);

/*
 * The next row: PAGER_ROW, or why there is none.  Every row that was there from
 * start to end comes exactly once, or an ERROR says that the data moved.  Unless
 * it may wait, it says PAGER_WAIT where the next row takes that.  Raises all that
 * request_judge() raises.
 */
extern PagerAnswer pager_next(Pager *pager, PagerRow *row, bool may_wait);

/* See to it that what the next row needs is under way; false where it has come already. */
extern bool pager_prefetch(Pager *pager);

/* The next row of a caller who counts on nothing but that all rows come; false at the end, or where the pager stops. */
extern bool pager_next_row(Pager *pager, PagerRow *row, PagerAnswer *stop);

/* Begin again: from memory while the first page is still there, else anew. */
extern void pager_rewind(Pager *pager);

/* Nothing more is wanted: give back what the pages took; pager_rewind() asks for them anew. */
extern void pager_release(Pager *pager);

/* Cancel what is under way and free the page. */
extern void pager_close(Pager *pager);

/* Does the pager hand out the rows behind those that met the guard? */
extern bool pager_in_second_step(const Pager *pager);

/* ERROR: rows are in another order than the query wants, and some were handed out.  Does not return. */
extern void pager_raise_unsorted(const Pager *pager);

/* The window that the present listing is of; NULL: it is of none. */
extern const TimeSpan *pager_window(const Pager *pager);

/* Is the page in memory the first of its listing? */
extern bool pager_on_first_page(const Pager *pager);

/* A row of the page in memory, counted from 0. */
extern void pager_page_row(const Pager *pager, size_t i, PagerRow *row);

/* PAGER_NAMES_UNKNOWN is no news to the scan: go on as after any refusal. */
extern void pager_settle(Pager *pager);

/* Let the next request leave out what the present one has handed out. */
extern void pager_keep_seen(Pager *pager);

#endif /* PAGE_PAGER_H */
