/*
 * order.c
 *		Is the sequence of rows over pages complete?
 *
 * Owns: the proof that no row is lost or repeated.  Must not know requests.
 *
 * Each page begins one row before the end of the last one.  Where the first
 * row's key is at or before the last key handed out, the page covers the place
 * where we stand, and since keys never change and ascend, what follows is what
 * is next.  Where it is behind, rows before us went away and some may have
 * slipped through: step back until it is covered.
 *
 * Unsorted pages have come in ascending id order in every recording
 * (docs/attio-api.md 3.3), which nobody promises: it is checked row by row.
 * Where it fails, the scan begins again sorted by created_at, leaving out what
 * was handed out.  The promise: docs/invariants.md 1.4.
 */
#include "page/order.h"

/* Ids remembered in case the order fails; after so many rows it is an error. */
#define ORDER_HANDED_LIMIT 4096

/* Requests in a row that may bring nothing new. */
#define ORDER_MOVES_LIMIT 40

/* Start over, remembering which ids were handed out. */
void
order_begin(Order *order, OrderMode mode)
{
	order->mode = mode;
	order->has_last = false;
	order->proven = 0;
	order->moves = 0;
	order->step = 0;
	order->why = NULL;
}

/* In the order of the scan; ids ascend among equal times, whichever way those go. */
static int
compare_keys(const Order *order, const RowKey *a, const RowKey *b)
{
	if (a->created != b->created)
		return (a->created < b->created) != order->descending ? -1 : 1;
	return rowid_compare(&a->id, &b->id);
}

/* Was this row handed out before the order failed? */
bool
order_was_handed(const Order *order, const RowKey *key)
{
	if (order->mode == ORDER_PROBE)
		return false;
	if (order->nprobed > 0 && bsearch(&key->id, order->probed, order->nprobed, sizeof(RowId), rowid_compare) != NULL)
		return true;
	return order->mode == ORDER_BY_CREATED && order->nhanded > 0 &&
		   bsearch(&key->id, order->handed, order->nhanded, sizeof(RowId), rowid_compare) != NULL;
}

static void
remember_handed(Order *order, const RowKey *keys, size_t first, size_t nrows)
{
	if (order->mode != ORDER_BY_ID || order->handed_overflow)
		return;
	if (order->nhanded + (nrows - first) > ORDER_HANDED_LIMIT)
	{
		order->handed_overflow = true;
		return;
	}
	if (order->handed == NULL)
		order->handed = MemoryContextAlloc(order->context, sizeof(RowId) * ORDER_HANDED_LIMIT);
	for (size_t i = first; i < nrows; i++)
		order->handed[order->nhanded++] = keys[i].id;
}

static OrderStep
give_up(Order *order, const char *why)
{
	OrderStep step = {ORDER_LOST, 0, 0};

	order->why = why;
	return step;
}

/* Not in order.  Pages that should be in id order: begin again sorted, if we know what was handed out. */
static OrderStep
sort_instead(Order *order)
{
	OrderStep step = {order->mode == ORDER_BY_ID ? ORDER_SORT : ORDER_BROKEN, 0, 0};

	if (order->mode != ORDER_BY_ID)
		return step;
	if (order->handed_overflow)
		return give_up(order, "Unsorted pages were in id order at first and then were not.");
	return step;
}

static bool
is_ascending(const Order *order, const RowKey *keys, size_t nrows)
{
	for (size_t i = 1; i < nrows; i++)
		if (compare_keys(order, &keys[i - 1], &keys[i]) >= 0)
			return false;
	return true;
}

/* Rows before us went away: ask from further back, twice as far each time. */
static OrderStep
step_back(Order *order, int64 offset, int limit)
{
	OrderStep step = {ORDER_STEP_BACK, 0, 0};

	if (++order->moves > ORDER_MOVES_LIMIT)
		return give_up(order, "Rows kept moving between requests.");
	order->step = order->step == 0 ? Max(limit / 2, 1) : order->step * 2;
	step.offset = Max(offset - order->step, 0);
	return step;
}

/*
 * A page that is a snapshot by itself: hand all of it out, and where more is
 * wanted afterwards begin again and leave these out.
 */
static OrderStep
probe(Order *order, const RowKey *keys, size_t nrows, bool full)
{
	OrderStep step = {full ? ORDER_AGAIN : ORDER_END, 0, 0};

	if (order->probed == NULL)
		order->probed = MemoryContextAlloc(order->context, sizeof(RowId) * ORDER_PROBE_LIMIT);
	Assert(nrows <= ORDER_PROBE_LIMIT); /* the pager asks for no more, and refuses what was not asked for */
	for (size_t i = 0; i < nrows; i++)
		order->probed[i] = keys[i].id;
	order->nprobed = (int) nrows;
	qsort(order->probed, nrows, sizeof(RowId), rowid_compare);
	return step;
}

/*
 * Judge a page of "nrows" rows that was asked for with this offset and limit,
 * and say how to go on.
 */
OrderStep
order_check(Order *order, const RowKey *keys, size_t nrows, int64 offset, int limit)
{
	OrderStep step = {ORDER_CONTINUE, 0, 0};
	bool full = nrows >= (size_t) limit;

	if (order->mode == ORDER_PROBE)
		return probe(order, keys, nrows, full);
	if (order->mode == ORDER_AS_LISTED)
	{
		if (order->has_last && (nrows == 0 || rowid_compare(&keys[0].id, &order->last.id) != 0))
			return give_up(order, "Rows moved between requests.");
		step.first = order->has_last ? 1 : 0;
	}
	else if (order->mode == ORDER_BY_ID && !order->has_last && !full)
		; /* all there is, at one moment: any order will do */
	else
	{
		if (!is_ascending(order, keys, nrows))
			return sort_instead(order);
		if (order->has_last && offset > 0 && (nrows == 0 || compare_keys(order, &keys[0], &order->last) > 0))
			return step_back(order, offset, limit);
		while (order->has_last && step.first < nrows && compare_keys(order, &keys[step.first], &order->last) <= 0)
			step.first++;
		/* Too few rows to trust an order that nobody promised, and more to come. */
		if (order->mode == ORDER_BY_ID && full && order->proven + (int64) (nrows - step.first) < ORDER_PROOF)
			return sort_instead(order);
	}
	if (step.first < nrows)
	{
		order->last = keys[nrows - 1];
		order->has_last = true;
		order->proven += (int64) (nrows - step.first);
		order->moves = 0;
		order->step = 0;
		remember_handed(order, keys, step.first, nrows);
	}
	else if (full && ++order->moves > ORDER_MOVES_LIMIT)
		return give_up(order, "Rows kept moving between requests.");
	step.verdict = full ? ORDER_CONTINUE : ORDER_END;
	step.offset = offset + (int64) nrows - 1;
	return step;
}
