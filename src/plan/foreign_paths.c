/*
 * foreign_paths.c
 *		Size and paths of one foreign table.
 *
 * Owns: what reading it costs, and by what its rows can be looked up.  Makes no
 * request: planning also happens for EXPLAIN, for PREPARE, and before permissions
 * are checked.
 */
#include "plan/foreign_paths.h"

#include "access/table.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/paths.h"
#include "optimizer/restrictinfo.h"
#include "plan/cost.h"
#include "plan/judged.h"
#include "plan/oldrow.h"
#include "plan/partitions.h"
#include "plan/pathkeys.h"
#include "plan/relation_plan.h"
#include "remote/param_rules.h"
#include "utils/array.h"

/*
 * Columns that the query needs of us: its output's and its conditions', and of
 * the rows that are to be changed what somebody looks at.
 */
static void
find_columns(PlannerInfo *root, RelOptInfo *baserel, RelationPlan *plan, Relation rel)
{
	bool is_target = oldrow_is_target(root, baserel);
	ListCell *lc;

	foreach(lc, baserel->reltarget->exprs)
	{
		if (!is_target || !oldrow_is_whole((Node *) lfirst(lc), baserel->relid))
			pull_varattnos((Node *) lfirst(lc), baserel->relid, &plan->columns);
		else
		{
			plan->columns = bms_join(plan->columns, oldrow_columns(root, baserel, plan, rel));
			plan->reads_optional = (root->parse->commandType == CMD_DELETE);
		}
	}
	foreach(lc, baserel->baserestrictinfo)
		pull_varattnos((Node *) ((RestrictInfo *) lfirst(lc))->clause, baserel->relid, &plan->columns);
}

/* The ids that a condition on the key allows, each of one row. */
static double
key_count(Expr *clause)
{
	ScalarArrayOpExpr *expr = (ScalarArrayOpExpr *) clause;
	Const *array;

	if (!IsA(expr, ScalarArrayOpExpr))
		return 1;
	array = (Const *) lsecond(expr->args);
	if (IsA(array, ArrayExpr))
		return Max(list_length(((ArrayExpr *) array)->elements), 1);
	if (!IsA(array, Const))
		return DEFAULT_KEYS;
	if (array->constisnull)
		return 1;
	return Max(ArrayGetNItems(ARR_NDIM(DatumGetArrayTypeP(array->constvalue)),
							  ARR_DIMS(DatumGetArrayTypeP(array->constvalue))),
			   1);
}

/* Those of the conditions of which something is sent; *keys: how many ids one of them allows, 0 = any. */
static List *
shipped_conditions(PlannerInfo *root, RelOptInfo *baserel, List *conditions, double *keys)
{
	List *shipped = NIL;
	ListCell *lc;

	*keys = 0;
	foreach(lc, conditions)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		const JudgedCondition *judged = judge_condition(root, baserel, rinfo->clause);

		if (judged->term == NIL)
			continue;
		shipped = lappend(shipped, copyObject(rinfo));
		if (judged->is_key)
			*keys = *keys == 0 ? key_count(rinfo->clause) : Min(*keys, key_count(rinfo->clause));
	}
	return shipped;
}

/* GetForeignRelSize */
void
get_foreign_rel_size(PlannerInfo *root, RelOptInfo *baserel, Oid table)
{
	Relation rel = table_open(table, NoLock);
	RelationPlan *plan = relation_plan_create(remote_relation_open(rel));
	List *shipped;
	double keys;

	plan->relation->user = compat_planned_user(root, baserel);
	baserel->fdw_private = plan;
	find_columns(root, baserel, plan, rel);
	table_close(rel, NoLock);
	partitions_check(root, baserel);
	if (plan->relation->estimated_rows >= 0)
		baserel->tuples = plan->relation->estimated_rows;
	else if (baserel->tuples < 0)
		baserel->tuples = plan->relation->resource->values != NULL ? DEFAULT_ROWS : DEFAULT_DEFINITION_ROWS;
	set_baserel_size_estimates(root, baserel);
	shipped = shipped_conditions(root, baserel, baserel->baserestrictinfo, &keys);
	plan->fetched = baserel->tuples * clauselist_selectivity(root, shipped, baserel->relid, JOIN_INNER, NULL);
	plan->has_key = (keys > 0);
	if (plan->has_key)
		baserel->rows = plan->fetched = clamp_row_est(Min(baserel->rows, keys));
}

/* Of a listing that asks for less than it must: anything else is better, such as to look rows up by a join that is disabled. */
#define COST_OF_AN_ERROR 1.0e12

/*
 * Of a lookup for each row of a nested loop: where a single row is expected, a
 * join by lookups costs the same, and does not cost a request more for each row
 * that was not expected.
 */
#define COST_OF_NESTING 1.0

/* What a listing costs beside its rows, where the relation's own conditions and these do not give all parameters. */
static Cost
cost_without_params(PlannerInfo *root, RelOptInfo *baserel, List *conditions)
{
	const ResourceDef *resource = relation_plan_of(baserel)->relation->resource;
	List *terms = NIL;
	ListCell *lc;

	foreach(lc, list_concat_copy(baserel->baserestrictinfo, conditions))
	{
		const JudgedCondition *judged = judge_condition(root, baserel, lfirst_node(RestrictInfo, lc)->clause);

		if (judged->term != NIL)
			terms = lappend(terms, (Node *) judged->term);
	}
	if (!params_are_given(resource, terms))
		return COST_OF_AN_ERROR;
	return params_leave_parents(resource, terms) ? COST_OF_PARENTS : 0;
}

/* One path: a listing of so many rows, for the rows of these outer relations, whose conditions are these, in this order. */
static void
add_listing_path(PlannerInfo *root, RelOptInfo *baserel, double fetched, double rows, Relids required_outer,
				 List *conditions, List *pathkeys)
{
	RelationPlan *plan = relation_plan_of(baserel);
	Cost without_params = cost_without_params(root, baserel, conditions);
	Cost startup;
	Cost total;
	ForeignPath *path;

	cost_listing(fetched, plan->has_key ? KEYS_PER_REQUEST : plan->relation->page_size, &startup, &total);
	startup += baserel->baserestrictcost.startup;
	total += baserel->baserestrictcost.startup + baserel->baserestrictcost.per_tuple * fetched;
	total += without_params + (conditions != NIL ? COST_OF_NESTING : 0);
	path = compat_create_foreignscan_path(root, baserel, rows, startup, total, pathkeys, required_outer, NIL);
	if (without_params >= COST_OF_AN_ERROR)
		compat_set_worst_path(path);
	add_path(baserel, (Path *) path);
}

/* The member of an equivalence class that is being looked for, and those that were. */
typedef struct MemberSearch
{
	Expr *current;
	List *used;
} MemberSearch;

/* Is this a column of ours by which the service can look rows up? */
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
	Relids required_outer;

	if (!join_clause_is_movable_to(rinfo, baserel) || judge_condition(root, baserel, rinfo->clause)->term == NIL)
		return infos;
	required_outer = bms_union(rinfo->clause_relids, baserel->lateral_relids);
	required_outer = bms_del_member(required_outer, baserel->relid);
	if (bms_is_empty(required_outer))
		return infos;
	return list_append_unique_ptr(infos, get_baserel_parampathinfo(root, baserel, required_outer));
}

/* Join conditions by which rows can be looked up: by the relation's own and by equivalence classes. */
static List *
lookup_parameterizations(PlannerInfo *root, RelOptInfo *baserel)
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

/* A sorted listing costs a little more, so that it is used where the order is. */
static void
add_sorted_path(PlannerInfo *root, RelOptInfo *baserel)
{
	RelationPlan *plan = relation_plan_of(baserel);
	WantedOrder order = wanted_order(root, baserel);

	if (order.shape != SORT_ANY)
		add_listing_path(root, baserel, plan->fetched * SORTED_ROW_COST, baserel->rows, baserel->lateral_relids, NIL,
						 list_copy_head(root->query_pathkeys, order.covered));
}

/* GetForeignPaths: the listing, and lookups for rows of other relations. */
void
get_foreign_paths(PlannerInfo *root, RelOptInfo *baserel, Oid table)
{
	RelationPlan *plan = relation_plan_of(baserel);
	ListCell *lc;

	add_listing_path(root, baserel, plan->fetched, baserel->rows, baserel->lateral_relids, NIL, NIL);
	add_sorted_path(root, baserel);
	foreach(lc, lookup_parameterizations(root, baserel))
	{
		ParamPathInfo *info = (ParamPathInfo *) lfirst(lc);
		double keys;
		List *shipped = shipped_conditions(root, baserel, info->ppi_clauses, &keys);
		double rows = keys > 0 ? Min(info->ppi_rows, keys) : info->ppi_rows;
		double fetched = plan->fetched * clauselist_selectivity(root, shipped, baserel->relid, JOIN_INNER, NULL);

		add_listing_path(root, baserel, keys > 0 ? rows : Max(fetched, rows), rows, info->ppi_req_outer,
						 info->ppi_clauses, NIL);
	}
}

/*
 * IsForeignPathAsyncCapable: the options allow it, there is a descriptor to
 * wait on, and the server's Append can be interrupted while it waits.
 */
bool
is_foreign_path_async_capable(ForeignPath *path)
{
	const RelationPlan *plan = relation_plan_of(path->path.parent);

	return plan != NULL && plan->relation->async_capable && compat_append_is_interruptible();
}
