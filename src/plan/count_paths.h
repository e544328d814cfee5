/*
 * count_paths.h
 *		count(*) of one table, by probing whether there is a row at an offset.
 */
#ifndef PLAN_COUNT_PATHS_H
#define PLAN_COUNT_PATHS_H

#include "base/compat.h"

/* A path, where the query is nothing but the number of rows. */
extern void count_add_path(PlannerInfo *root, RelOptInfo *output_rel);

/* The plan of such a path. */
extern ForeignScan *count_get_plan(PlannerInfo *root, List *tlist);

#endif /* PLAN_COUNT_PATHS_H */
