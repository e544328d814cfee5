/*
 * foreign_paths.h
 *		Size and paths of one foreign table: the planner's callbacks.
 */
#ifndef PLAN_FOREIGN_PATHS_H
#define PLAN_FOREIGN_PATHS_H

#include "base/compat.h"

extern void get_foreign_rel_size(PlannerInfo *root, RelOptInfo *baserel, Oid table);
extern void get_foreign_paths(PlannerInfo *root, RelOptInfo *baserel, Oid table);
extern bool is_foreign_path_async_capable(ForeignPath *path);

#endif /* PLAN_FOREIGN_PATHS_H */
