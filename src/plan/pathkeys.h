/*
 * pathkeys.h
 *		Which orders the service can give, proven the same as PostgreSQL's.
 */
#ifndef PLAN_PATHKEYS_H
#define PLAN_PATHKEYS_H

#include "base/compat.h"
#include "nodes/pathnodes.h"
#include "scan/scan_plan.h"

/* An order that a path gives: by the first so many of the keys asked for. */
typedef struct WantedOrder
{
	SortShape shape;
	int covered;
	SortKey *keys; /* of each of them; the executor's half is not filled yet */
	List *guard;   /* as ScanPlan.guard */
} WantedOrder;

/* The order that the query wants, if the service can give it; else SORT_ANY. */
extern WantedOrder wanted_order(PlannerInfo *root, RelOptInfo *baserel);

/* Fill in how the executor compares; the keys' columns are added, offset by FirstLowInvalidHeapAttributeNumber. */
extern void
complete_sort_keys(const RelOptInfo *baserel, List *pathkeys, const WantedOrder *order, Bitmapset **columns);

#endif /* PLAN_PATHKEYS_H */
