/*
 * scanplan.h
 *		What crosses from planner to executor, and the planner's callbacks.
 *
 * A scan's fdw_private is a List of Nodes, indexed by the enum below; it is
 * copied and cached with the plan, so it holds no pointer to anything else.
 */
#ifndef ATTIO_SCANPLAN_H
#define ATTIO_SCANPLAN_H

#include "base/compat.h"

typedef enum ScanPlanIndex
{
	SCAN_PLAN_COLUMNS,			/* IntList: attribute numbers the scan must fill */
	SCAN_PLAN_LENGTH
} ScanPlanIndex;

extern void attio_get_rel_size(PlannerInfo *root, RelOptInfo *baserel, Oid table);
extern void attio_get_paths(PlannerInfo *root, RelOptInfo *baserel, Oid table);
extern ForeignScan *attio_get_plan(PlannerInfo *root, RelOptInfo *baserel, Oid table, ForeignPath *best_path,
								   List *tlist, List *scan_clauses, Plan *outer_plan);

#endif							/* ATTIO_SCANPLAN_H */
