/*
 * count_paths.c
 *		count(*) of one table, by probing whether there is a row at an offset.
 *
 * Owns: when a query is nothing but that (the service alone decides which rows
 * count), and its plan.  Makes no request.
 */
#include "plan/count_paths.h"

#include <math.h>

#include "base/guc.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"
#include "optimizer/tlist.h"
#include "plan/cost.h"
#include "plan/countable.h"
#include "plan/judged.h"
#include "plan/relation_plan.h"
#include "scan/scan_plan.h"

/* count(*), and nothing about it? */
static bool
is_count(const Node *node)
{
	const Aggref *aggregate = (const Aggref *) node;

	return IsA(node, Aggref) && aggregate->aggstar && aggregate->aggfilter == NULL && aggregate->aggorder == NIL &&
		   aggregate->aggdistinct == NIL && aggregate->aggsplit == AGGSPLIT_SIMPLE && aggregate->agglevelsup == 0;
}

/* The aggregates and columns that the target is made of. */
static List *
parts_of(const PathTarget *target)
{
	return pull_var_clause((Node *) target->exprs, PVC_INCLUDE_AGGREGATES | PVC_INCLUDE_PLACEHOLDERS);
}

/* Is all that the query shows made of the number of rows, without groups and HAVING? */
static bool
is_plain_count(PlannerInfo *root, const PathTarget *target)
{
	const Query *parse = root->parse;
	ListCell *lc;

	if (!parse->hasAggs || parse->hasWindowFuncs || parse->groupClause != NIL || parse->groupingSets != NIL ||
		root->hasHavingQual || parse->hasTargetSRFs || parse->rowMarks != NIL)
		return false;
	foreach(lc, parts_of(target))
		if (!is_count((Node *) lfirst(lc)))
			return false;
	return true;
}

void
count_add_path(PlannerInfo *root, RelOptInfo *output_rel)
{
	PathTarget *target = root->upper_targets[UPPERREL_GROUP_AGG];
	RelOptInfo *baserel;
	Cost cost;
	ScanPath path = {.kind = PATH_COUNT};

	if (!setting_push_count || !is_plain_count(root, target) ||
		(baserel = countable_relation(root, CAN_COUNT)) == NULL || relation_plan_of(baserel)->has_key)
		return;
	cost = cost_count(baserel->rows, relation_plan_of(baserel)->relation->page_size);
	add_path(output_rel, (Path *) compat_create_foreign_upper_path(root, output_rel, target, 1, cost, cost,
																   scan_path_to_nodes(&path)));
}

/* The conditions of the relation, none of which is a constant: those make a gate above the plan. */
static List *
conditions_of(RelOptInfo *baserel)
{
	return extract_actual_clauses(baserel->baserestrictinfo, false);
}

/* The columns that the scan tuple has behind its counts: their attribute numbers, in order. */
static List *
columns_behind(List *shown, int ncounts)
{
	List *columns = NIL;

	for (int i = ncounts; i < list_length(shown); i++)
		columns = lappend_int(columns, ((Var *) ((TargetEntry *) list_nth(shown, i))->expr)->varattno);
	return columns;
}

/*
 * The scan tuple holds each count once, and behind them the columns that the
 * conditions need: where the service answers a row, or where it does not count, they
 * are checked locally.  The executor itself has nothing to check on the one row
 * that comes out, so the conditions are where those of a recheck are.
 */
ForeignScan *
count_get_plan(PlannerInfo *root, List *tlist)
{
	RelOptInfo *baserel = countable_relation(root, CAN_COUNT);
	List *conditions = conditions_of(baserel);
	List *terms = NIL;
	List *operands = NIL;
	List *shown = NIL;
	ScanPlan plan;
	ListCell *lc;

	scan_plan_init(&plan);
	foreach(lc, conditions)
	{
		const JudgedCondition *judged = judge_condition(root, baserel, (Expr *) lfirst(lc));

		terms = lappend(terms, (Node *) judged_term(judged, &operands));
		plan.verdicts = lappend_int(plan.verdicts, (int) judged->verdict);
	}
	if (terms != NIL)
		plan.filter = term_of_arms(TERM_AND, terms);
	shown = add_to_flat_tlist(NIL, parts_of(root->upper_targets[UPPERREL_GROUP_AGG]));
	plan.ncounts = list_length(shown);
	shown = add_to_flat_tlist(shown, pull_var_clause((Node *) conditions, 0));
	plan.columns = columns_behind(shown, plan.ncounts);
	return make_foreignscan(tlist, NIL, 0, operands, scan_plan_to_nodes(&plan), shown, conditions, NULL);
}
