/*
 * present.h
 *		Which extras all rows have that the conditions let through.
 */
#ifndef PLAN_PRESENT_H
#define PLAN_PRESENT_H

#include "base/compat.h"
#include "nodes/pathnodes.h"
#include "remote/resource.h"

/*
 * Of these columns, an IntList, one of each extra (resource.h) that leaves rows
 * out, where no row meets the conditions that has none of its members.
 */
extern List *present_columns(PlannerInfo *root, RelOptInfo *baserel, const List *columns, const List *quals);

#endif /* PLAN_PRESENT_H */
