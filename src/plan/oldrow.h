/*
 * oldrow.h
 *		Which columns of the rows that an UPDATE or DELETE finds have to be read.
 */
#ifndef ATTIO_OLDROW_H
#define ATTIO_OLDROW_H

#include "attio/relation.h"
#include "nodes/pathnodes.h"

/* Is this a table that the statement updates or deletes from, so that its rows are read as a whole? */
extern bool oldrow_is_target(PlannerInfo *root, const RelOptInfo *baserel);

/* Those that somebody looks at, offset as by pull_varattnos(). */
extern Bitmapset *
oldrow_columns(PlannerInfo *root, const RelOptInfo *baserel, const AttioRelation *relation, Relation rel);

/* Is this what the planner adds by itself to carry the old row? */
extern bool oldrow_is_whole(const Node *node, Index relid);

#endif /* ATTIO_OLDROW_H */
