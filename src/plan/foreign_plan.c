/*
 * foreign_plan.c
 *		The plan of a scan of one foreign table.
 *
 * Owns: what the executor is told, of the path that was chosen.  Makes no request.
 */
#include "plan/foreign_plan.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "base/guc.h"
#include "nodes/makefuncs.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"
#include "plan/count_paths.h"
#include "plan/judged.h"
#include "plan/pathkeys.h"
#include "plan/present.h"
#include "plan/relation_plan.h"
#include "plan/ship.h"
#include "remote/extras.h"
#include "remote/param_rules.h"
#include "scan/scan_plan.h"

/* A first page larger than this is as large as any. */
#define MAX_FIRST_PAGE 500
#define RECHECKED_FIRST_PAGE 20

/* A sorted page has no fewer rows: so many stand in order by chance once in 120. */
#define SORTED_FIRST_PAGE 5

/* Rows that may share the first key, beyond those that LIMIT wants. */
#define SHARED_KEY_ROWS 5

/*
 * Rows that the first page should hold: those that LIMIT wants, where this scan
 * is the whole query and nothing above reads it to its end.  It changes no
 * result, only the size of a request.
 */
static int
first_page_rows(PlannerInfo *root, RelOptInfo *baserel, const WantedOrder *order, bool all_exact)
{
	double wanted = root->limit_tuples;

	if (!setting_push_limit || root->limit_tuples <= 0 || root->limit_tuples > MAX_FIRST_PAGE ||
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
	return (int) Min(wanted, relation_plan_of(baserel)->relation->page_size);
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
		if (!compat_is_stored(TupleDescAttr(tupdesc, i - 1)))
			continue;
		if (whole_row || bms_is_member(i - FirstLowInvalidHeapAttributeNumber, columns))
			list = lappend_int(list, i);
	}
	table_close(rel, NoLock);
	return list;
}

/* The other columns of a row that is deleted, for the log: those that come with the row anyway. */
static List *
unnamed_columns(const RelationPlan *plan, Oid table)
{
	List *columns = NIL;
	ListCell *lc;

	if (!plan->reads_optional)
		return NIL;
	foreach(lc, list_difference_int(column_list(bms_make_singleton(0 - FirstLowInvalidHeapAttributeNumber), table),
									column_list(plan->columns, table)))
		if (extra_of_column(plan->relation, (AttrNumber) lfirst_int(lc)) == NULL)
			columns = lappend_int(columns, lfirst_int(lc));
	return columns;
}

/* LIMIT or OFFSET as an operand: its index. */
static int
add_limit_operand(List **operands, Node *node)
{
	if (node == NULL)
		return NO_OPERAND;
	*operands = lappend(*operands, copyObject(node));
	return list_length(*operands) - 1;
}

/* The order that the path promises. */
static WantedOrder
promised_order(PlannerInfo *root, RelOptInfo *baserel, const Path *path)
{
	WantedOrder order = {SORT_ANY, 0, NULL, NIL};

	if (path->pathkeys != NIL)
		order = wanted_order(root, baserel);
	if (order.covered < list_length(path->pathkeys))
		elog(ERROR, "the order of a path is not that of its plan");
	order.covered = Min(order.covered, list_length(path->pathkeys));
	return order;
}

/* What of the conditions is sent, as the terms of an AND. */
static List *
add_conditions(PlannerInfo *root, RelOptInfo *baserel, List *quals, List **operands)
{
	List *terms = NIL;
	ListCell *lc;

	foreach(lc, quals)
	{
		const JudgedCondition *judged = judge_condition(root, baserel, (Expr *) lfirst(lc));

		if (judged->term != NIL)
			terms = lappend(terms, (Node *) judged_term(judged, operands));
	}
	return terms;
}

/*
 * Note what becomes of the conditions, of which these terms are sent.  A
 * parameter that is not sent without another one is checked locally where that
 * one is not given.  *all_exact: nothing is rechecked.
 */
static void
note_verdicts(PlannerInfo *root, RelOptInfo *baserel, List *quals, const List *terms, ScanPlan *plan, bool *all_exact)
{
	const ResourceDef *resource = relation_plan_of(baserel)->relation->resource;
	ListCell *lc;

	*all_exact = true;
	foreach(lc, quals)
	{
		const JudgedCondition *judged = judge_condition(root, baserel, (Expr *) lfirst(lc));
		bool is_left = judged->term != NIL && !params_send(resource, terms, judged->term);
		Verdict verdict = is_left ? VERDICT_LOCAL : judged->verdict;

		*all_exact = *all_exact && verdict == VERDICT_EXACT;
		plan->verdicts = lappend_int(plan->verdicts, (int) verdict);
		plan->reasons = lappend(plan->reasons,
								makeString(pstrdup(is_left ? "not sent with the other conditions" : judged->reason)));
	}
}

/* The keys that a join hands over, as the last of the terms. */
static List *
add_lookup(PlannerInfo *root, RelOptInfo *baserel, const ScanPath *path, ScanPlan *plan, List *terms, List **operands)
{
	const JudgedCondition *judged = judge_condition(root, baserel, path->clause);

	plan->lookup = list_length(*operands);
	plan->keys_per_request = path->keys_per_request;
	return lappend(terms, (Node *) judged_term(judged, operands));
}

/*
 * GetForeignPlan.  Every condition is checked by the executor as well: those
 * that the service answers alone cost next to nothing locally, and where it refuses a
 * filter the rows are right all the same.
 */
ForeignScan *
get_foreign_plan(PlannerInfo *root, RelOptInfo *baserel, Oid table, ForeignPath *best_path, List *tlist,
				 List *scan_clauses, Plan *outer_plan)
{
	RelationPlan *relation = relation_plan_of(baserel);
	List *quals = extract_actual_clauses(scan_clauses, false);
	List *operands = NIL;
	WantedOrder order;
	ScanPath path;
	ScanPlan plan;
	List *terms;
	bool all_exact;

	scan_path_from_nodes(best_path, &path);
	if (path.kind == PATH_COUNT)
		return count_get_plan(root, tlist);
	scan_plan_init(&plan);
	order = promised_order(root, baserel, &best_path->path);
	terms = add_conditions(root, baserel, quals, &operands);
	if (path.kind == PATH_LOOKUP)
		terms = add_lookup(root, baserel, &path, &plan, terms, &operands);
	note_verdicts(root, baserel, quals, terms, &plan, &all_exact);
	if (terms != NIL)
		plan.filter = term_of_arms(TERM_AND, terms);
	complete_sort_keys(baserel, best_path->path.pathkeys, &order, &relation->columns);
	plan.shape = order.shape;
	plan.nsorts = order.covered;
	plan.sorts = order.keys;
	plan.guard = order.guard;
	plan.first_page = first_page_rows(root, baserel, &order, all_exact);
	plan.limited = (path.kind == PATH_LIMITED);
	plan.limit = plan.limited ? add_limit_operand(&operands, root->parse->limitCount) : NO_OPERAND;
	plan.offset = plan.limited ? add_limit_operand(&operands, root->parse->limitOffset) : NO_OPERAND;
	plan.columns = column_list(relation->columns, table);
	plan.present = present_columns(root, baserel, plan.columns, quals);
	plan.optional = unnamed_columns(relation, table);
	plan.learns = columns_learn(relation->relation);
	return make_foreignscan(tlist, quals, baserel->relid, operands, scan_plan_to_nodes(&plan), NIL, quals, outer_plan);
}
