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
	List *keys;  /* as SCAN_PLAN_SORTS */
	List *guard; /* a term, as SCAN_PLAN_GUARD */
} WantedOrder;

extern WantedOrder sorts_over_pages(const RelOptInfo *baserel, const AttioRelation *relation, List *pathkeys);
/* The first keys of an order, as SCAN_PLAN_ORDER; their columns are added, offset by FirstLowInvalidHeapAttributeNumber. */
extern List *sorts_as_executed(const RelOptInfo *baserel, List *pathkeys, Bitmapset **columns);
extern WantedOrder sorts_on_one_page(const RelOptInfo *baserel, const AttioRelation *relation, List *pathkeys);

#endif /* ATTIO_PATHKEYS_H */
