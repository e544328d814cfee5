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
#include "nodes/makefuncs.h"
#include "optimizer/paths.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"
#include "plan/cost.h"
#include "plan/ship.h"
#include "scan/scan_private.h"

/* What planning knows of a base relation; in baserel->fdw_private. */
typedef struct RelationPlan
{
	AttioRelation *relation;
	Bitmapset *columns; /* wanted, offset by FirstLowInvalidHeapAttributeNumber */
	double fetched;     /* rows that Attio answers to the relation's own conditions */
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

static ShipContext
ship_context(RelOptInfo *baserel)
{
	ShipContext context = {((RelationPlan *) baserel->fdw_private)->relation, baserel->relid, NIL};

	return context;
}

/* Those of the conditions of which something is sent; *has_key: one of them fixes the id. */
static List *
shipped_conditions(RelOptInfo *baserel, List *conditions, bool *has_key)
{
	List *shipped = NIL;
	ListCell *lc;

	*has_key = false;
	foreach(lc, conditions)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		ShipContext context = ship_context(baserel);
		Verdict verdict;

		if (ship_condition(&context, rinfo->clause, &verdict) == NIL)
			continue;
		shipped = lappend(shipped, copyObject(rinfo));
		*has_key = *has_key || ship_is_key(&context, rinfo->clause);
	}
	return shipped;
}

/* GetForeignRelSize */
void
attio_get_rel_size(PlannerInfo *root, RelOptInfo *baserel, Oid table)
{
	RelationPlan *plan = (RelationPlan *) palloc0(sizeof(RelationPlan));
	Relation rel = table_open(table, NoLock);
	List *shipped;
	bool has_key;

	plan->relation = attio_relation_open(rel);
	table_close(rel, NoLock);
	plan->columns = wanted_columns(baserel);
	baserel->fdw_private = plan;
	if (plan->relation->estimated_rows >= 0)
		baserel->tuples = plan->relation->estimated_rows;
	else if (baserel->tuples < 0)
		baserel->tuples = plan->relation->resource->values != NULL ? DEFAULT_ROWS : DEFAULT_DEFINITION_ROWS;
	set_baserel_size_estimates(root, baserel);
	shipped = shipped_conditions(baserel, baserel->baserestrictinfo, &has_key);
	plan->fetched = baserel->tuples * clauselist_selectivity(root, shipped, baserel->relid, JOIN_INNER, NULL);
	if (has_key)
		baserel->rows = plan->fetched = Min(baserel->rows, KEY_ROWS);
}

/* One path: a listing of so many rows, for the rows of these outer relations. */
static void
add_listing_path(PlannerInfo *root, RelOptInfo *baserel, double fetched, double rows, Relids required_outer)
{
	RelationPlan *plan = (RelationPlan *) baserel->fdw_private;
	Cost startup;
	Cost total;

	cost_listing(fetched, plan->relation->page_size, &startup, &total);
	startup += baserel->baserestrictcost.startup;
	total += baserel->baserestrictcost.startup + baserel->baserestrictcost.per_tuple * fetched;
	add_path(baserel,
			 (Path *) attio_create_foreignscan_path(root, baserel, rows, startup, total, NIL, required_outer, NIL));
}

/* The member of an equivalence class that is being looked for, and those that were. */
typedef struct MemberSearch
{
	Expr *current;
	List *used;
} MemberSearch;

/* Is this a column of ours by which Attio can look rows up? */
static bool
is_lookup_member(PlannerInfo *root, RelOptInfo *rel, EquivalenceClass *ec, EquivalenceMember *member, void *arg)
{
	MemberSearch *search = (MemberSearch *) arg;
	Expr *expr = member->em_expr;

	if (search->current != NULL)
		return equal(expr, search->current);
	if (list_member(search->used, expr) || !IsA(expr, Var) || ((Var *) expr)->varno != (int) rel->relid)
		return false;
	search->current = expr;
	return true;
}

/* Note the outer relations that a join condition needs, if it can be sent. */
static List *
add_parameterization(PlannerInfo *root, RelOptInfo *baserel, RestrictInfo *rinfo, List *infos)
{
	ShipContext context = ship_context(baserel);
	Verdict verdict;
	Relids required_outer;

	if (!join_clause_is_movable_to(rinfo, baserel) || ship_condition(&context, rinfo->clause, &verdict) == NIL)
		return infos;
	required_outer = bms_union(rinfo->clause_relids, baserel->lateral_relids);
	required_outer = bms_del_member(required_outer, baserel->relid);
	if (bms_is_empty(required_outer))
		return infos;
	return list_append_unique_ptr(infos, get_baserel_parampathinfo(root, baserel, required_outer));
}

/* Join conditions by which rows can be looked up: by the relation's own and by equivalence classes. */
static List *
parameterizations(PlannerInfo *root, RelOptInfo *baserel)
{
	List *infos = NIL;
	ListCell *lc;
	MemberSearch search = {NULL, NIL};

	foreach(lc, baserel->joininfo)
		infos = add_parameterization(root, baserel, lfirst_node(RestrictInfo, lc), infos);
	while (baserel->has_eclass_joins)
	{
		List *clauses;

		search.current = NULL;
		clauses = generate_implied_equalities_for_column(root, baserel, is_lookup_member, &search,
														 baserel->lateral_referencers);
		if (search.current == NULL)
			break;
		foreach(lc, clauses)
			infos = add_parameterization(root, baserel, lfirst_node(RestrictInfo, lc), infos);
		search.used = lappend(search.used, search.current);
	}
	return infos;
}

/* GetForeignPaths: the listing, and lookups for rows of other relations. */
void
attio_get_paths(PlannerInfo *root, RelOptInfo *baserel, Oid table)
{
	RelationPlan *plan = (RelationPlan *) baserel->fdw_private;
	ListCell *lc;

	(void) table;
	add_listing_path(root, baserel, plan->fetched, baserel->rows, baserel->lateral_relids);
	foreach(lc, parameterizations(root, baserel))
	{
		ParamPathInfo *info = (ParamPathInfo *) lfirst(lc);
		bool has_key;
		List *shipped = shipped_conditions(baserel, info->ppi_clauses, &has_key);
		double rows = has_key ? Min(info->ppi_rows, KEY_ROWS) : info->ppi_rows;
		double fetched = plan->fetched * clauselist_selectivity(root, shipped, baserel->relid, JOIN_INNER, NULL);

		add_listing_path(root, baserel, has_key ? rows : Max(fetched, rows), rows, info->ppi_req_outer);
	}
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

/*
 * GetForeignPlan.  Every condition is checked by the executor as well: those
 * that Attio answers alone cost next to nothing here, and where it refuses a
 * filter the rows are right all the same.
 */
ForeignScan *
attio_get_plan(PlannerInfo *root, RelOptInfo *baserel, Oid table, ForeignPath *best_path, List *tlist,
			   List *scan_clauses, Plan *outer_plan)
{
	RelationPlan *plan = (RelationPlan *) baserel->fdw_private;
	ShipContext context = ship_context(baserel);
	List *quals = extract_actual_clauses(scan_clauses, false);
	List *terms = NIL;
	List *verdicts = NIL;
	List *filter = NIL;
	List *fdw_private;
	ListCell *lc;

	(void) root, (void) best_path;
	foreach(lc, quals)
	{
		Verdict verdict;
		List *term = ship_condition(&context, (Expr *) lfirst(lc), &verdict);

		verdicts = lappend_int(verdicts, (int) verdict);
		if (term != NIL)
			terms = lappend(terms, term);
	}
	if (terms != NIL)
		filter = lcons(makeInteger(TERM_AND), terms);
	fdw_private = list_make3(column_list(plan->columns, table), filter, verdicts);
	Assert(list_length(fdw_private) == SCAN_PLAN_LENGTH);
	return make_foreignscan(tlist, quals, baserel->relid, context.operands, fdw_private, NIL, quals, outer_plan);
}
