/*
 * foreign_plan.h
 *		The plan of a scan of one foreign table: the planner's callback.
 */
#ifndef PLAN_FOREIGN_PLAN_H
#define PLAN_FOREIGN_PLAN_H

#include "base/compat.h"

extern ForeignScan *get_foreign_plan(PlannerInfo *root, RelOptInfo *baserel, Oid table, ForeignPath *best_path,
									 List *tlist, List *scan_clauses, Plan *outer_plan);

#endif /* PLAN_FOREIGN_PLAN_H */
