/*
 * limit_paths.c
 *		LIMIT and OFFSET as part of a scan.
 *
 * Owns: when a scan may count the rows itself, so that the service leaves out and
 * stops (docs/invariants.md 1.3).  Only where nothing between the scan and LIMIT adds,
 * drops or reorders rows, and the service alone decides which rows count.
 */
#include "plan/limit_paths.h"

#include "base/guc.h"
#include "nodes/makefuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "plan/cost.h"
#include "plan/countable.h"
#include "plan/pathkeys.h"
#include "plan/relation_plan.h"

/* Is the query a scan of one table, its order, and LIMIT? */
static bool
is_plain_limit(PlannerInfo *root, const FinalPathExtraData *extra)
{
	const Query *parse = root->parse;

	return extra->limit_needed && parse->commandType == CMD_SELECT && parse->limitCount != NULL &&
		   parse->limitOption == LIMIT_OPTION_COUNT && parse->rowMarks == NIL && parse->groupClause == NIL &&
		   parse->groupingSets == NIL && parse->distinctClause == NIL && !parse->hasAggs && !parse->hasWindowFuncs &&
		   !parse->hasTargetSRFs && !root->hasHavingQual && parse->setOperations == NULL;
}

/* An expression that can be evaluated once, before the scan starts. */
static bool
is_evaluable(Node *node)
{
	return node == NULL || (!contain_volatile_functions(node) && !contain_subplans(node));
}

/* The rows that LIMIT leaves of so many; where it is not known, a tenth, as the server assumes. */
static double
limited_rows(const FinalPathExtraData *extra, double rows)
{
	double skipped = extra->offset_est < 0 ? rows / 10 : (double) extra->offset_est;
	double left = Max(rows - skipped, 0);

	if (extra->count_est != 0)
		left = Min(left, extra->count_est < 0 ? rows / 10 : (double) extra->count_est);
	return clamp_row_est(left);
}

void
limit_add_path(PlannerInfo *root, RelOptInfo *output_rel, const FinalPathExtraData *extra)
{
	RelOptInfo *baserel;
	WantedOrder order;
	double rows;
	Cost startup;
	Cost total;
	ScanPath limited = {.kind = PATH_LIMITED};
	Path *path;

	if (!setting_push_limit || !is_plain_limit(root, extra) || !is_evaluable(root->parse->limitCount) ||
		!is_evaluable(root->parse->limitOffset) || (baserel = countable_relation(root, CAN_LIMIT)) == NULL)
		return;
	order = wanted_order(root, baserel);
	if (order.covered < list_length(root->sort_pathkeys))
		return;
	rows = limited_rows(extra, baserel->rows);
	cost_listing(rows, relation_plan_of(baserel)->relation->page_size, &startup, &total);
	/* A little less than the same scan below a Limit. */
	path = (Path *) compat_create_foreignscan_path(root, baserel, rows, startup * LIMITED_SCAN_COST,
												   total * LIMITED_SCAN_COST, root->sort_pathkeys, NULL,
												   scan_path_to_nodes(&limited));
	if (path->pathtarget != root->upper_targets[UPPERREL_FINAL])
		path = (Path *) create_projection_path(root, output_rel, path, root->upper_targets[UPPERREL_FINAL]);
	add_path(output_rel, path);
}
