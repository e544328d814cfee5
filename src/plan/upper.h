/*
 * upper.h
 *		What stands above a scan and can be part of it: the planner's callback.
 */
#ifndef PLAN_UPPER_H
#define PLAN_UPPER_H

#include "base/compat.h"

extern void get_foreign_upper_paths(PlannerInfo *root, UpperRelationKind stage, RelOptInfo *input_rel,
									RelOptInfo *output_rel, void *extra);

#endif /* PLAN_UPPER_H */
