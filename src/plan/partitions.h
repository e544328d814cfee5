/*
 * partitions.h
 *		Parts of one table that show the same rows.
 */
#ifndef PLAN_PARTITIONS_H
#define PLAN_PARTITIONS_H

#include "base/compat.h"

/* A WARNING, once a session for each parent, where this part shows the rows of another one that is read with it. */
extern void partitions_check(PlannerInfo *root, RelOptInfo *baserel);

#endif /* PLAN_PARTITIONS_H */
