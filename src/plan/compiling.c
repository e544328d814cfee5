/*
 * compiling.c
 *		Whether the server compiles expressions of plans that wait for the service.
 *
 * Owns: the decision once more (jit_above_cost and the like), with the cost of
 * requests left out.  The server takes all cost for work; of a scan of ours most
 * is waiting, which compiling does not shorten.
 */
#include "plan/hooks.h"

#include "base/compat.h"
#include "executor/executor.h"
#include "foreign/fdwapi.h"
#include "jit/jit.h"
#include "miscadmin.h"
#include "nodes/plannodes.h"
#include "plan/cost.h"
#include "scan/foreign_scan.h"

static ExecutorStart_hook_type previous_start_hook = NULL;

static Cost waiting_cost(const Plan *plan);

/* Of several plans. */
static Cost
waiting_cost_of_all(const List *plans)
{
	Cost cost = 0;
	const ListCell *lc;

	foreach(lc, plans)
		cost += waiting_cost((const Plan *) lfirst(lc));
	return cost;
}

/* The inner side of a nested loop is asked again and again, but where its rows are kept. */
static Cost
waiting_cost_of_loop(const Plan *plan)
{
	const Plan *outer = outerPlan(plan);
	const Plan *inner = innerPlan(plan);
	Cost once = waiting_cost(inner);

	if (IsA(inner, Material))
		return waiting_cost(outer) + once;
	return waiting_cost(outer) + Min(once * Max(outer->plan_rows, 1), Max(plan->total_cost - outer->total_cost, 0));
}

/* Of what is below the node. */
static Cost
waiting_cost_of_children(const Plan *plan)
{
	switch (nodeTag(plan))
	{
		case T_NestLoop:
			return waiting_cost_of_loop(plan);
		case T_Append:
			return waiting_cost_of_all(((const Append *) plan)->appendplans);
		case T_MergeAppend:
			return waiting_cost_of_all(((const MergeAppend *) plan)->mergeplans);
		case T_SubqueryScan:
			return waiting_cost(((const SubqueryScan *) plan)->subplan);
		case T_CustomScan:
			return waiting_cost_of_all(((const CustomScan *) plan)->custom_plans);
		default:
			return waiting_cost(outerPlan(plan)) + waiting_cost(innerPlan(plan));
	}
}

/* How much of a plan's cost is for requests; at most all of it. */
static Cost
waiting_cost(const Plan *plan)
{
	const Plan *child;
	Cost cost;

	check_stack_depth();
	if (plan == NULL)
		return 0;
	if (IsA(plan, ForeignScan))
		return is_our_routine(GetFdwRoutineByServerId(((const ForeignScan *) plan)->fs_server))
				   ? cost_waiting(plan->total_cost)
				   : 0;
	cost = waiting_cost_of_children(plan);
	child = outerPlan(plan);
	/* what ends before its input does (LIMIT) waits for less of it */
	if (IsA(plan, Limit) && child->total_cost > plan->total_cost)
		cost *= plan->total_cost / child->total_cost;
	return Min(cost, plan->total_cost);
}

/* What the server decided, for work alone. */
static void
decide_jit(PlannedStmt *statement)
{
	Cost work =
		statement->planTree->total_cost - waiting_cost(statement->planTree) - waiting_cost_of_all(statement->subplans);

	if (work <= jit_above_cost)
		statement->jitFlags = PGJIT_NONE;
	if (work <= jit_optimize_above_cost)
		statement->jitFlags &= ~PGJIT_OPT3;
	if (work <= jit_inline_above_cost)
		statement->jitFlags &= ~PGJIT_INLINE;
}

/*
 * ExecutorStart_hook: the planner's own hook is too late for the statement that
 * loads the library.  Of a plan that is kept the decision is the same each time.
 */
static void
start_with_jit_decided(QueryDesc *query, int flags)
{
	if (query->plannedstmt->jitFlags != PGJIT_NONE && query->plannedstmt->planTree != NULL)
		decide_jit(query->plannedstmt);
	if (previous_start_hook != NULL)
		previous_start_hook(query, flags);
	else
		standard_ExecutorStart(query, flags);
}

void
compiling_init(void)
{
	previous_start_hook = ExecutorStart_hook;
	ExecutorStart_hook = start_with_jit_decided;
}
