/*
 * scanplan.h
 *		The planner's callbacks for one foreign table.
 */
#ifndef ATTIO_SCANPLAN_H
#define ATTIO_SCANPLAN_H

#include "attio/relation.h"
#include "plan/pathkeys.h"

/* What planning knows of a base relation; in baserel->fdw_private. */
typedef struct RelationPlan
{
	AttioRelation *relation;
	Bitmapset *columns;  /* wanted, offset by FirstLowInvalidHeapAttributeNumber */
	bool reads_optional; /* and the others, where their values fit */
	bool has_key;        /* a condition fixes the id: batches, which have no order among them */
	double fetched;      /* rows that Attio answers to the relation's own conditions */
} RelationPlan;

/* May the scan count rows for LIMIT: Attio answers all conditions alone, in pages by offset? */
extern bool plan_is_countable(PlannerInfo *root, RelOptInfo *baserel);

/* The order that the query wants, if Attio can give it; else SORT_ANY. */
extern WantedOrder plan_wanted_order(PlannerInfo *root, RelOptInfo *baserel);

extern void attio_get_rel_size(PlannerInfo *root, RelOptInfo *baserel, Oid table);
extern void attio_get_paths(PlannerInfo *root, RelOptInfo *baserel, Oid table);
extern ForeignScan *attio_get_plan(PlannerInfo *root, RelOptInfo *baserel, Oid table, ForeignPath *best_path,
								   List *tlist, List *scan_clauses, Plan *outer_plan);

/* plan/stats.c: tell the server of unique columns from now on. */
extern void stats_init(void);

extern bool attio_is_async_capable(ForeignPath *path);
extern void attio_get_upper_paths(PlannerInfo *root, UpperRelationKind stage, RelOptInfo *input_rel,
								  RelOptInfo *output_rel, void *extra);

#endif /* ATTIO_SCANPLAN_H */
