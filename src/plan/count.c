/*
 * count.c
 *		count(*) of one table, by probing whether there is a row at an offset.
 *
 * Owns: when a query is nothing but that (DESIGN.md 6: Attio alone decides
 * which rows count), and its plan.  Makes no request.
 */
#include "plan/upper.h"

#include <math.h>

#include "base/guc.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/planmain.h"
#include "optimizer/tlist.h"
#include "plan/cost.h"
#include "plan/lookup.h"
#include "plan/scanplan.h"
#include "plan/ship.h"
#include "scan/scan_private.h"

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

	if (!attio_push_count || !is_plain_count(root, target) || (baserel = upper_only_relation(root)) == NULL ||
		((RelationPlan *) baserel->fdw_private)->has_key)
		return;
	cost = cost_count(baserel->rows);
	add_path(output_rel, (Path *) attio_create_foreign_upper_path(root, output_rel, target, 1, cost, cost,
																  list_make1(makeInteger(PATH_COUNT))));
}

ForeignScan *
count_get_plan(PlannerInfo *root, List *tlist)
{
	RelOptInfo *baserel = upper_only_relation(root);
	ShipContext context = {root, ((RelationPlan *) baserel->fdw_private)->relation, baserel->relid, NIL, false};
	List *terms = NIL;
	List *fdw_private = NIL;
	List *shown = NIL;
	ListCell *lc;

	foreach(lc, baserel->baserestrictinfo)
	{
		Verdict verdict;
		List *term = ship_condition(&context, lfirst_node(RestrictInfo, lc)->clause, &verdict);

		terms = lappend(terms, (Node *) term);
	}
	if (terms != NIL)
		terms = lcons(makeInteger(TERM_AND), terms);
	/* the scan tuple: each count once */
	shown = add_to_flat_tlist(NIL, parts_of(root->upper_targets[UPPERREL_GROUP_AGG]));
	fdw_private = list_make4((Node *) NIL, (Node *) terms, (Node *) NIL, (Node *) list_make2_int((int) SORT_ANY, 0));
	while (list_length(fdw_private) < SCAN_PLAN_COUNTS)
		fdw_private = lappend(fdw_private, (Node *) NIL);
	fdw_private = lappend(fdw_private, makeInteger(1));
	fdw_private = lappend(fdw_private, makeInteger(0));
	Assert(list_length(fdw_private) == SCAN_PLAN_LENGTH);
	return make_foreignscan(tlist, NIL, 0, context.operands, fdw_private, shown, NIL, NULL);
}
