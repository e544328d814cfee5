/*
 * relation_plan.h
 *		What planning knows of one foreign table.
 */
#ifndef PLAN_RELATION_PLAN_H
#define PLAN_RELATION_PLAN_H

#include "base/compat.h"
#include "nodes/pathnodes.h"
#include "remote/service.h"
#include "remote/table.h"

/* In baserel->fdw_private; made when the relation's size is asked for, and kept while the query is planned. */
typedef struct RelationPlan
{
	RemoteRelation *relation;
	const Service *service; /* whose table it is */
	MemoryContext context;  /* of all of this */
	Bitmapset *columns;     /* wanted, offset by FirstLowInvalidHeapAttributeNumber */
	bool reads_optional;    /* and the others, where their values fit */
	bool has_key;           /* a condition fixes the id: batches, which have no order among them */
	double fetched;         /* rows that the service returns to the relation's own conditions */

	/* what was found once, and is asked for often */
	struct JudgedCondition *judged; /* judged.c */
	struct KnownLookup *lookups;    /* lookup.c */
} RelationPlan;

extern RelationPlan *relation_plan_create(RemoteRelation *relation);

/* The plan of a relation; NULL where it is not a table of ours, or not planned yet. */
extern RelationPlan *relation_plan_of(const RelOptInfo *rel);

/* Does what is made now live as long as this plan?  Not during a genetic search for the order of joins (GEQO). */
extern bool relation_plan_can_keep(const RelationPlan *plan);

#endif /* PLAN_RELATION_PLAN_H */
