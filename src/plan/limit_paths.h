/*
 * limit_paths.h
 *		LIMIT and OFFSET as part of a scan.
 */
#ifndef PLAN_LIMIT_PATHS_H
#define PLAN_LIMIT_PATHS_H

#include "base/compat.h"

/* A path, where the scan may count the rows itself. */
extern void limit_add_path(PlannerInfo *root, RelOptInfo *output_rel, const FinalPathExtraData *extra);

#endif /* PLAN_LIMIT_PATHS_H */
