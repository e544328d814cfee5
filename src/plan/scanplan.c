/*
 * scanplan.c
 *		Planning a scan of one foreign table.
 *
 * Owns: size, paths and plan of a base relation.  Makes no request: planning
 * also happens for EXPLAIN, for PREPARE, and before permissions are checked.
 */
#include "plan/scanplan.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "attio/relation.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"
#include "plan/cost.h"
#include "scan/scan_private.h"

/* What planning knows of a base relation; in baserel->fdw_private. */
typedef struct RelationPlan
{
	AttioRelation *relation;
	Bitmapset *columns; /* wanted, offset by FirstLowInvalidHeapAttributeNumber */
} RelationPlan;

/* Columns that the query needs of us: its output's and its conditions'. */
static Bitmapset *
wanted_columns(RelOptInfo *baserel)
{
	Bitmapset *columns = NULL;
	ListCell *lc;

	pull_varattnos((Node *) baserel->reltarget->exprs, baserel->relid, &columns);
	foreach(lc, baserel->baserestrictinfo)
		pull_varattnos((Node *) ((RestrictInfo *) lfirst(lc))->clause, baserel->relid, &columns);
	return columns;
}

/* GetForeignRelSize */
void
attio_get_rel_size(PlannerInfo *root, RelOptInfo *baserel, Oid table)
{
	RelationPlan *plan = (RelationPlan *) palloc0(sizeof(RelationPlan));
	Relation rel = table_open(table, NoLock);

	plan->relation = attio_relation_open(rel);
	table_close(rel, NoLock);
	plan->columns = wanted_columns(baserel);
	baserel->fdw_private = plan;
	if (plan->relation->estimated_rows >= 0)
		baserel->tuples = plan->relation->estimated_rows;
	else if (baserel->tuples < 0)
		baserel->tuples = plan->relation->resource->values != NULL ? DEFAULT_ROWS : DEFAULT_DEFINITION_ROWS;
	set_baserel_size_estimates(root, baserel);
}

/* GetForeignPaths: one path, the whole listing. */
void
attio_get_paths(PlannerInfo *root, RelOptInfo *baserel, Oid table)
{
	RelationPlan *plan = (RelationPlan *) baserel->fdw_private;
	Cost startup;
	Cost total;

	(void) table;
	cost_listing(baserel->tuples, plan->relation->page_size, &startup, &total);
	startup += baserel->baserestrictcost.startup;
	total += baserel->baserestrictcost.startup + baserel->baserestrictcost.per_tuple * baserel->tuples;
	add_path(baserel, (Path *) attio_create_foreignscan_path(root, baserel, baserel->rows, startup, total, NIL,
															 baserel->lateral_relids, NIL));
}

/* The wanted columns as a list of attribute numbers; a whole-row reference wants all. */
static List *
column_list(Bitmapset *columns, Oid table)
{
	Relation rel = table_open(table, NoLock);
	TupleDesc tupdesc = RelationGetDescr(rel);
	bool whole_row = bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, columns);
	List *list = NIL;

	for (int i = 1; i <= tupdesc->natts; i++)
	{
		if (TupleDescAttr(tupdesc, i - 1)->attisdropped)
			continue;
		if (whole_row || bms_is_member(i - FirstLowInvalidHeapAttributeNumber, columns))
			list = lappend_int(list, i);
	}
	table_close(rel, NoLock);
	return list;
}

/* GetForeignPlan: every condition is checked here, by the executor. */
ForeignScan *
attio_get_plan(PlannerInfo *root, RelOptInfo *baserel, Oid table, ForeignPath *best_path, List *tlist,
			   List *scan_clauses, Plan *outer_plan)
{
	RelationPlan *plan = (RelationPlan *) baserel->fdw_private;
	List *fdw_private = list_make1(column_list(plan->columns, table));

	(void) root, (void) best_path;
	Assert(list_length(fdw_private) == SCAN_PLAN_LENGTH);
	return make_foreignscan(tlist, extract_actual_clauses(scan_clauses, false), baserel->relid, NIL, fdw_private, NIL,
							NIL, outer_plan);
}
