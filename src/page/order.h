/*
 * order.h
 *		Is the sequence of rows over pages complete?
 *
 * Offsets count rows of a collection that others change.  What makes a scan
 * complete is an order by a key that no row ever changes: then everything
 * behind the last key is still to come, wherever it stands now.  This file
 * keeps that proof; pager.c asks it after each page.
 */
#ifndef ATTIO_ORDER_H
#define ATTIO_ORDER_H

#include "row/rowkey.h"

typedef enum OrderMode
{
	ORDER_BY_ID,      /* unsorted pages, observed to be in id order */
	ORDER_BY_CREATED, /* sorted by created_at and id, as asked for */
	ORDER_PROBE,      /* one unsorted page, whatever its order: all that is wanted, perhaps */
	ORDER_AS_LISTED   /* no key: only the overlap is checked */
} OrderMode;

typedef enum OrderVerdict
{
	ORDER_CONTINUE,  /* hand out from row "first", then go on */
	ORDER_END,       /* hand out from row "first", then it is over */
	ORDER_STEP_BACK, /* rows may have been missed: ask again, from "offset" */
	ORDER_SORT,      /* not in id order: begin again, sorted */
	ORDER_BROKEN,    /* not in the order that was asked for */
	ORDER_AGAIN,     /* the probe was not enough: begin again, in earnest */
	ORDER_LOST,      /* it keeps moving, or the order is not what it was */
} OrderVerdict;

typedef struct Order
{
	MemoryContext context; /* set by the caller; lives as long as the scan */
	OrderMode mode;
	bool descending; /* of ORDER_BY_CREATED; set by the caller */
	bool has_last;
	RowKey last;   /* of the last row handed out */
	int64 proven;  /* rows seen in ascending id order */
	int moves;     /* requests in a row that brought nothing new */
	int64 step;    /* how far to step back next */
	RowId *handed; /* ids handed out in id order, ascending */
	int nhanded;
	bool handed_overflow;
	RowId *probed; /* ids handed out of the probe, ascending */
	int nprobed;
	const char *why; /* ORDER_LOST: what went wrong */
} Order;

/* One page's answer to order_check(). */
typedef struct OrderStep
{
	OrderVerdict verdict;
	size_t first; /* first row to hand out */
	int64 offset; /* of the next request */
} OrderStep;

/* So many rows in id order can be no accident. */
#define ORDER_PROOF 64

/* Rows that a probe may have. */
#define ORDER_PROBE_LIMIT 500

extern void order_begin(Order *order, OrderMode mode);
extern OrderStep order_check(Order *order, const RowKey *keys, size_t nrows, int64 offset, int limit);
extern bool order_was_handed(const Order *order, const RowKey *key);

#endif /* ATTIO_ORDER_H */
