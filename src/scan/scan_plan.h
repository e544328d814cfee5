/*
 * scan_plan.h
 *		What crosses from planner to executor.
 *
 * A scan's fdw_private is a List of Nodes, indexed by this enum; it is copied
 * and cached with the plan, so it holds no pointer to anything else.
 */
#ifndef ATTIO_SCAN_PLAN_H
#define ATTIO_SCAN_PLAN_H

#include "remote/terms.h"

typedef enum ScanPlanIndex
{
	SCAN_PLAN_COLUMNS,  /* IntList: attribute numbers the scan must fill */
	SCAN_PLAN_FILTER,   /* a term (below), or NIL: nothing is sent */
	SCAN_PLAN_VERDICTS, /* IntList: Verdict of each of the plan's quals, in order */
	SCAN_PLAN_SHAPE,    /* IntList: SortShape, and rows of the first page (0 = as the table says) */
	SCAN_PLAN_SORTS,    /* the keys, each a List of String attribute id ("" = unknown), String slug, String type,
						 * String property, Integer descending, Integer attribute number; by created_at the one key */
	SCAN_PLAN_ORDER,   /* the same order as the executor knows it: an IntList of attribute number and whether NULLs come
						 * first, and an OidList of operator and collation, of each key; or NIL: no order is counted on */
	SCAN_PLAN_GUARD,   /* a term: the first step asks only for rows for which it is true, as NULLs come last; or NIL */
	SCAN_PLAN_LIMIT,   /* IntList: indexes in fdw_exprs of LIMIT and OFFSET (-1 = none), or NIL: not for the scan */
	SCAN_PLAN_LOOKUP,  /* IntList: index in fdw_exprs of the keys that a join hands over, and how many fit one request;
						 * their term is the last of the filter.  Or NIL */
	SCAN_PLAN_COUNTS,  /* Integer: so many first columns of the scan's one row are the number of rows; those behind them
						 * are SCAN_PLAN_COLUMNS, for the conditions, which are the plan's fdw_recheck_quals.  0: no count */
	SCAN_PLAN_LEARNS,  /* Integer: planning did not know a column that the scan makes known */
	SCAN_PLAN_REASONS, /* of each of the quals a String: why nothing of it is sent; "" = something is */
	SCAN_PLAN_OPTIONAL, /* IntList: attribute numbers that it fills as well, where their values fit for certain */
	SCAN_PLAN_LENGTH
} ScanPlanIndex;

#endif /* ATTIO_SCAN_PLAN_H */
