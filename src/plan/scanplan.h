/*
 * scanplan.h
 *		The planner's callbacks for one foreign table.
 */
#ifndef ATTIO_SCANPLAN_H
#define ATTIO_SCANPLAN_H

#include "base/compat.h"

extern void attio_get_rel_size(PlannerInfo *root, RelOptInfo *baserel, Oid table);
extern void attio_get_paths(PlannerInfo *root, RelOptInfo *baserel, Oid table);
extern ForeignScan *attio_get_plan(PlannerInfo *root, RelOptInfo *baserel, Oid table, ForeignPath *best_path,
								   List *tlist, List *scan_clauses, Plan *outer_plan);

#endif /* ATTIO_SCANPLAN_H */
