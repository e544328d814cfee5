/*
 * modify_plan.c
 *		What crosses from planner to executor of a statement that writes.
 *
 * Owns: the List in the fdwPrivLists of a ModifyTable.  The server copies and
 * prints plans, so it holds Nodes only.
 */
#include "modify/modify_plan.h"

#include "nodes/makefuncs.h"

typedef enum ModifyPlanIndex
{
	MODIFY_PLAN_COLUMNS,
	MODIFY_PLAN_NAMED,
	MODIFY_PLAN_FOUND,
	MODIFY_PLAN_SKIPS_CONFLICTS,
	MODIFY_PLAN_OPEN,
	MODIFY_PLAN_TARGET
} ModifyPlanIndex;

List *
modify_plan_to_nodes(const ModifyPlan *plan)
{
	List *nodes = list_make5((Node *) plan->columns, (Node *) plan->named, makeInteger((int) plan->found),
							 makeInteger(plan->skips_conflicts), (Node *) plan->open);

	return lappend(nodes, makeInteger((int) plan->target));
}

void
modify_plan_from_nodes(List *nodes, ModifyPlan *plan)
{
	plan->columns = (List *) list_nth(nodes, MODIFY_PLAN_COLUMNS);
	plan->named = (List *) list_nth(nodes, MODIFY_PLAN_NAMED);
	plan->found = (Qualification) intVal(list_nth(nodes, MODIFY_PLAN_FOUND));
	plan->skips_conflicts = intVal(list_nth(nodes, MODIFY_PLAN_SKIPS_CONFLICTS)) != 0;
	plan->open = (List *) list_nth(nodes, MODIFY_PLAN_OPEN);
	plan->target = (Index) intVal(list_nth(nodes, MODIFY_PLAN_TARGET));
}
