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
#include "base/guc.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "optimizer/paths.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"
#include "plan/cost.h"
#include "plan/late.h"
#include "plan/lookup.h"
#include "plan/partitions.h"
#include "plan/oldrow.h"
#include "plan/ship.h"
#include "plan/pathkeys.h"
#include "plan/upper.h"
#include "scan/scan_plan.h"
#include "utils/array.h"

/* A first page larger than this is as large as any. */
#define MAX_FIRST_PAGE 500
#define RECHECKED_FIRST_PAGE 20

/* A sorted page has no fewer rows: so many stand in order by chance once in 120. */
#define SORTED_FIRST_PAGE 5

/* Rows that may share the first key, beyond those that LIMIT wants. */
#define SHARED_KEY_ROWS 5

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
			plan->columns = bms_join(plan->columns, oldrow_columns(root, baserel, plan->relation, rel));
			plan->reads_optional = (root->parse->commandType == CMD_DELETE);
		}
	}
	foreach(lc, baserel->baserestrictinfo)
		pull_varattnos((Node *) ((RestrictInfo *) lfirst(lc))->clause, baserel->relid, &plan->columns);
}

static ShipContext
ship_context(PlannerInfo *root, RelOptInfo *baserel)
{
	ShipContext context = {root, ((RelationPlan *) baserel->fdw_private)->relation, baserel->relid, NIL, false, NULL};

	return context;
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
		ShipContext context = ship_context(root, baserel);
		Verdict verdict;

		if (ship_condition(&context, rinfo->clause, &verdict) == NIL)
			continue;
		shipped = lappend(shipped, copyObject(rinfo));
		if (ship_is_key(&context, rinfo->clause))
			*keys = *keys == 0 ? key_count(rinfo->clause) : Min(*keys, key_count(rinfo->clause));
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
	double keys;

	plan->relation = attio_relation_open(rel);
	plan->relation->user = attio_planned_user(root, baserel);
	find_columns(root, baserel, plan, rel);
	table_close(rel, NoLock);
	baserel->fdw_private = plan;
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

/* One path: a listing of so many rows, for the rows of these outer relations, in this order. */
static void
add_listing_path(PlannerInfo *root, RelOptInfo *baserel, double fetched, double rows, Relids required_outer,
				 List *pathkeys)
{
	RelationPlan *plan = (RelationPlan *) baserel->fdw_private;
	Cost startup;
	Cost total;

	cost_listing(fetched, plan->has_key ? KEYS_A_REQUEST : plan->relation->page_size, &startup, &total);
	startup += baserel->baserestrictcost.startup;
	total += baserel->baserestrictcost.startup + baserel->baserestrictcost.per_tuple * fetched;
	add_path(baserel, (Path *) attio_create_foreignscan_path(root, baserel, rows, startup, total, pathkeys,
															 required_outer, NIL));
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
	ShipContext context = ship_context(root, baserel);
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

/* Are all conditions answered by Attio alone, whatever the definitions turn out to be? */
static bool
is_all_exact(PlannerInfo *root, RelOptInfo *baserel)
{
	ListCell *lc;

	foreach(lc, baserel->baserestrictinfo)
	{
		ShipContext context = ship_context(root, baserel);
		Verdict verdict;

		(void) ship_condition(&context, lfirst_node(RestrictInfo, lc)->clause, &verdict);
		if (verdict != VERDICT_EXACT || context.uncertain)
			return false;
	}
	return attio_push_filter || baserel->baserestrictinfo == NIL;
}

bool
plan_is_countable(PlannerInfo *root, RelOptInfo *baserel)
{
	return resource_can(((RelationPlan *) baserel->fdw_private)->relation->resource, CAN_COUNT) &&
		   is_all_exact(root, baserel);
}

static bool
is_constant_or_none(Node *node)
{
	return node == NULL || IsA(node, Const);
}

/*
 * Is the scan all there is below a LIMIT whose rows fit one page?  Then nothing
 * reads it further (limit_tuples is not set where anything else stands above).
 */
static bool
is_one_page_wanted(PlannerInfo *root, RelOptInfo *baserel)
{
	RelationPlan *plan = (RelationPlan *) baserel->fdw_private;

	return attio_push_limit && root->limit_tuples > 0 && root->limit_tuples <= plan->relation->page_size &&
		   baserel->reloptkind == RELOPT_BASEREL && bms_membership(root->all_baserels) == BMS_SINGLETON &&
		   root->parse->rowMarks == NIL && root->parse->limitOption == LIMIT_OPTION_COUNT &&
		   is_constant_or_none(root->parse->limitCount) && is_constant_or_none(root->parse->limitOffset) &&
		   is_all_exact(root, baserel) && !late_is_unknown(root, baserel);
}

WantedOrder
plan_wanted_order(PlannerInfo *root, RelOptInfo *baserel)
{
	RelationPlan *plan = (RelationPlan *) baserel->fdw_private;
	WantedOrder order = {SORT_ANY, 0, NULL, NIL};

	if (!attio_push_sort || plan->has_key || !resource_can(plan->relation->resource, CAN_SORT))
		return order;
	order = sorts_over_pages(baserel, plan->relation, root->query_pathkeys);
	/* who reads all rows can as well sort them by all keys here */
	if (order.covered < list_length(root->query_pathkeys) && root->tuple_fraction <= 0)
		order = (WantedOrder){SORT_ANY, 0, NULL, NIL};
	if (order.shape == SORT_ANY && root->query_pathkeys != NIL && is_one_page_wanted(root, baserel))
		order = sorts_on_one_page(baserel, plan->relation, root->query_pathkeys);
	return order;
}

/* A sorted listing costs a little more, so that it is used where the order is. */
static void
add_sorted_path(PlannerInfo *root, RelOptInfo *baserel)
{
	RelationPlan *plan = (RelationPlan *) baserel->fdw_private;
	WantedOrder order = plan_wanted_order(root, baserel);

	if (order.shape != SORT_ANY)
		add_listing_path(root, baserel, plan->fetched * SORTED_ROW_COST, baserel->rows, baserel->lateral_relids,
						 list_copy_head(root->query_pathkeys, order.covered));
}

/*
 * Rows that the first page should hold: those that LIMIT wants, where this scan
 * is the whole query and nothing above reads it to its end.  It changes no
 * result, only the size of a request.
 */
static int
first_page_rows(PlannerInfo *root, RelOptInfo *baserel, const WantedOrder *order, bool all_exact)
{
	double wanted = root->limit_tuples;

	if (!attio_push_limit || root->limit_tuples <= 0 || root->limit_tuples > MAX_FIRST_PAGE ||
		bms_membership(root->all_baserels) != BMS_SINGLETON ||
		(root->query_pathkeys != NIL && order->shape == SORT_ANY))
		return 0;
	/*
	 * The server sorts rows that share the first key, so it reads on until one
	 * has another; from the middle of a page on the next one is asked for.
	 */
	if (order->covered < list_length(root->query_pathkeys))
		wanted = 2 * (wanted + SHARED_KEY_ROWS);
	/* With conditions that are checked again some rows will not count. */
	if (!all_exact)
		wanted = Max(wanted, RECHECKED_FIRST_PAGE);
	if (order->shape != SORT_ANY)
		wanted = Max(wanted, SORTED_FIRST_PAGE);
	return (int) Min(wanted, ((RelationPlan *) baserel->fdw_private)->relation->page_size);
}

/* GetForeignPaths: the listing, and lookups for rows of other relations. */
void
attio_get_paths(PlannerInfo *root, RelOptInfo *baserel, Oid table)
{
	RelationPlan *plan = (RelationPlan *) baserel->fdw_private;
	ListCell *lc;

	(void) table;
	add_listing_path(root, baserel, plan->fetched, baserel->rows, baserel->lateral_relids, NIL);
	add_sorted_path(root, baserel);
	foreach(lc, parameterizations(root, baserel))
	{
		ParamPathInfo *info = (ParamPathInfo *) lfirst(lc);
		double keys;
		List *shipped = shipped_conditions(root, baserel, info->ppi_clauses, &keys);
		double rows = keys > 0 ? Min(info->ppi_rows, keys) : info->ppi_rows;
		double fetched = plan->fetched * clauselist_selectivity(root, shipped, baserel->relid, JOIN_INNER, NULL);

		add_listing_path(root, baserel, keys > 0 ? rows : Max(fetched, rows), rows, info->ppi_req_outer, NIL);
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
		if (!attio_is_stored(TupleDescAttr(tupdesc, i - 1)))
			continue;
		if (whole_row || bms_is_member(i - FirstLowInvalidHeapAttributeNumber, columns))
			list = lappend_int(list, i);
	}
	table_close(rel, NoLock);
	return list;
}

/* The other columns of a row that is deleted, for the log. */
static List *
optional_columns(const RelationPlan *plan, Oid table)
{
	if (!plan->reads_optional)
		return NIL;
	return list_difference_int(column_list(bms_make_singleton(0 - FirstLowInvalidHeapAttributeNumber), table),
							   column_list(plan->columns, table));
}

/* LIMIT or OFFSET as an operand: its index. */
static int
add_operand(ShipContext *context, Node *node)
{
	if (node == NULL)
		return NO_OPERAND;
	context->operands = lappend(context->operands, copyObject(node));
	return list_length(context->operands) - 1;
}

/* The keys that a join hands over, as the last of the terms. */
static List *
add_lookup(ShipContext *context, const ScanPath *path, ScanPlan *plan, List *terms)
{
	Verdict verdict;

	plan->lookup = list_length(context->operands);
	plan->keys_per_request = path->keys_per_request;
	return lappend(terms, (Node *) ship_condition(context, path->clause, &verdict));
}

/* The order that the path promises, if any; NULL: none. */
static WantedOrder
promised_order(PlannerInfo *root, RelOptInfo *baserel, const Path *path)
{
	WantedOrder order = {SORT_ANY, 0, NULL, NIL};

	if (path->pathkeys != NIL)
		order = plan_wanted_order(root, baserel);
	if (order.covered < list_length(path->pathkeys))
		elog(ERROR, "the order of a path is not that of its plan");
	order.covered = Min(order.covered, list_length(path->pathkeys));
	return order;
}

/* What of the conditions is sent, as the terms of an AND; notes their verdicts.  *all_exact: the remote alone decides. */
static List *
ship_conditions(ShipContext *context, List *quals, ScanPlan *plan, bool *all_exact)
{
	List *terms = NIL;
	ListCell *lc;

	*all_exact = true;
	foreach(lc, quals)
	{
		Verdict verdict;
		List *term = ship_condition(context, (Expr *) lfirst(lc), &verdict);
		const char *reason = context->reason == NULL ? "" : context->reason;

		*all_exact = *all_exact && verdict == VERDICT_EXACT;
		plan->verdicts = lappend_int(plan->verdicts, (int) verdict);
		plan->reasons = lappend(plan->reasons, makeString(pstrdup(reason)));
		if (term != NIL)
			terms = lappend(terms, term);
	}
	return terms;
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
	RelationPlan *relation = (RelationPlan *) baserel->fdw_private;
	ShipContext context;
	List *quals = extract_actual_clauses(scan_clauses, false);
	WantedOrder order;
	ScanPath path;
	ScanPlan plan;
	List *terms;
	bool all_exact;

	scan_path_from_nodes(best_path, &path);
	if (path.kind == PATH_COUNT)
		return count_get_plan(root, tlist);
	context = ship_context(root, baserel);
	scan_plan_init(&plan);
	order = promised_order(root, baserel, &best_path->path);
	terms = ship_conditions(&context, quals, &plan, &all_exact);
	if (path.kind == PATH_LOOKUP)
		terms = add_lookup(&context, &path, &plan, terms);
	ship_pair_actors(terms);
	if (terms != NIL)
		plan.filter = lcons(makeInteger(TERM_AND), terms);
	sorts_as_executed(baserel, best_path->path.pathkeys, &order, &relation->columns);
	plan.shape = order.shape;
	plan.nsorts = order.covered;
	plan.sorts = order.keys;
	plan.guard = order.guard;
	plan.first_page = first_page_rows(root, baserel, &order, all_exact);
	plan.limited = (path.kind == PATH_LIMITED);
	plan.limit = plan.limited ? add_operand(&context, root->parse->limitCount) : NO_OPERAND;
	plan.offset = plan.limited ? add_operand(&context, root->parse->limitOffset) : NO_OPERAND;
	plan.columns = column_list(relation->columns, table);
	plan.optional = optional_columns(relation, table);
	plan.learns = relation->relation->known->learns;
	return make_foreignscan(tlist, quals, baserel->relid, context.operands, scan_plan_to_nodes(&plan), NIL, quals,
							outer_plan);
}

/*
 * IsForeignPathAsyncCapable: the options allow it, there is a descriptor to
 * wait on, and the server's Append can be interrupted while it waits.
 */
bool
attio_is_async_capable(ForeignPath *path)
{
	const RelationPlan *plan = (const RelationPlan *) path->path.parent->fdw_private;

	return plan != NULL && plan->relation->async_capable && attio_append_is_interruptible();
}
