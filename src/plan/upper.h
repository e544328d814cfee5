/*
 * upper.h
 *		What stands above a scan and can be part of it: LIMIT and count(*).
 */
#ifndef ATTIO_UPPER_H
#define ATTIO_UPPER_H

#include "base/compat.h"

extern RelOptInfo *upper_only_relation(PlannerInfo *root);
extern void limit_add_path(PlannerInfo *root, RelOptInfo *output_rel, const FinalPathExtraData *extra);
extern void count_add_path(PlannerInfo *root, RelOptInfo *output_rel);

/* The plan of a path of count_add_path(). */
extern ForeignScan *count_get_plan(PlannerInfo *root, List *tlist);

#endif /* ATTIO_UPPER_H */
