/*
 * oldrow.h
 *		Which columns of the rows that an UPDATE or DELETE finds have to be read.
 */
#ifndef PLAN_OLDROW_H
#define PLAN_OLDROW_H

#include "plan/relation_plan.h"
#include "utils/rel.h"

/* Is this a table that the statement updates or deletes from, so that its rows are read as a whole? */
extern bool oldrow_is_target(PlannerInfo *root, const RelOptInfo *baserel);

/* Those that somebody looks at, offset as by pull_varattnos(). */
extern Bitmapset *oldrow_columns(PlannerInfo *root, const RelOptInfo *baserel, RelationPlan *plan, Relation rel);

/* Is this what the planner adds by itself to carry the old row? */
extern bool oldrow_is_whole(const Node *node, Index relid);

#endif /* PLAN_OLDROW_H */
