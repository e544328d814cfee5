/*
 * countable.h
 *		May a scan count rows, for LIMIT and count(*)?
 */
#ifndef PLAN_COUNTABLE_H
#define PLAN_COUNTABLE_H

#include "base/compat.h"
#include "nodes/pathnodes.h"
#include "remote/resource.h"

/*
 * The one relation of the query, if it is a table of ours of which the service
 * alone decides which rows count, and whose listing can do this; or NULL.
 */
extern RelOptInfo *countable_relation(PlannerInfo *root, Ability ability);

#endif /* PLAN_COUNTABLE_H */
