/*
 * pathkeys.h
 *		Which orders Attio can give, proven the same as PostgreSQL's.
 */
#ifndef ATTIO_PATHKEYS_H
#define ATTIO_PATHKEYS_H

#include "attio/hint.h"
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

extern WantedOrder sorts_over_pages(const RelOptInfo *baserel, const AttioRelation *relation, List *pathkeys);
/* Fill in how the executor compares; the keys' columns are added, offset by FirstLowInvalidHeapAttributeNumber. */
extern void sorts_as_executed(const RelOptInfo *baserel, List *pathkeys, const WantedOrder *order, Bitmapset **columns);
extern WantedOrder sorts_on_one_page(const RelOptInfo *baserel, const AttioRelation *relation, List *pathkeys);

#endif /* ATTIO_PATHKEYS_H */
