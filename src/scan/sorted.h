/*
 * sorted.h
 *		A scan whose plan counts on an order: is it the service's, and what if not.
 */
#ifndef SCAN_SORTED_H
#define SCAN_SORTED_H

#include "page/pager.h"

struct RemoteScan;

/*
 * How a scan comes by its order.  Where the service refuses the request, the next way
 * that applies is tried.
 */
typedef enum SortWay
{
	SORT_AS_PLANNED,
	SORT_WITHOUT_OFFSET, /* OFFSET is counted by the scan */
	SORT_WITHOUT_FILTER, /* over pages: all rows, sorted; the executor checks the conditions */
	SORT_WITHOUT_ID,     /* on one page: the id is not among the keys */
	SORT_LOCALLY         /* unsorted pages; the scan sorts */
} SortWay;

typedef struct SortedScan SortedScan;

/* The next row as it comes from the service; an empty slot at the end. */
typedef TupleTableSlot *(*RowSource)(struct RemoteScan *scan, ForeignScanState *node);

/* In the current memory context; NULL where the plan counts on no order.  May let the projection grow. */
extern SortedScan *sorted_create(struct RemoteScan *scan, ForeignScanState *node, Projection *projection);

/* The way of the next plan. */
extern SortWay sorted_way(SortedScan *sort);

/*
 * The plan is made for this way.  Where it is to be judged, that is written into
 * it; "why" tells of a scan that sorts locally for a reason of its own.
 */
extern void sorted_begin(SortedScan *sort, SortWay way, const char *why, PageRequest *plan);

/* The pager stopped for its order: choose another way. */
extern void sorted_fall_back(SortedScan *sort, PagerAnswer stop);

/* A row came, or the end: note in the session what was learned. */
extern void sorted_works(SortedScan *sort);

/* ERROR if this row, behind those that have a value, has one. */
extern void sorted_check_second_step(SortedScan *sort, const Pager *pager, TupleTableSlot *slot);

/* Does the scan sort its rows itself?  Also of NULL, which does not. */
extern bool sorted_is_local(const SortedScan *sort);

/* Are these rows the first pages of several listings?  Then one that does not meet the conditions leaves too few. */
extern bool sorted_merges(const SortedScan *sort);

/*
 * The next row of a scan that sorts locally, in the node's slot.  The first call reads all; bound: so many are wanted,
 * -1 = all.  An empty slot, too, where the scan has begun anew under other definitions: then it has another sort.
 */
extern TupleTableSlot *sorted_next(SortedScan *sort, ForeignScanState *node, RowSource source, int64 bound);

/* The same rows from the start, where there are any. */
extern bool sorted_rescan(SortedScan *sort);

/* Free what is sorted; at the end of the scan. */
extern void sorted_end(SortedScan *sort);

/* Why the scan sorts locally, for EXPLAIN; NULL where it does not. */
extern const char *sorted_why(const SortedScan *sort);

#endif /* SCAN_SORTED_H */
