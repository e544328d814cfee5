/*
 * judged.c
 *		What of a condition is sent, judged once for each condition.
 *
 * Owns: that a verdict is found once, however often planning asks for it.  Makes
 * no request.
 */
#include "plan/judged.h"

#include "base/guc.h"
#include "plan/relation_plan.h"
#include "plan/ship.h"

const JudgedCondition *
judge_condition(PlannerInfo *root, const RelOptInfo *rel, Expr *clause)
{
	RelationPlan *plan = relation_plan_of(rel);
	ShipContext context = {.root = root, .plan = plan, .relid = rel->relid};
	JudgedCondition *judged;

	for (judged = plan->judged; judged != NULL; judged = judged->next)
		if (judged->clause == clause)
			return judged;
	judged = (JudgedCondition *) palloc0(sizeof(JudgedCondition));
	judged->clause = clause;
	judged->term = ship_condition(&context, clause, &judged->verdict);
	judged->operands = context.operands;
	judged->is_uncertain = context.uncertain;
	judged->is_key = judged->term != NIL && term_kind(judged->term) == TERM_KEY;
	judged->reason = context.reason == NULL ? "" : context.reason;
	if (relation_plan_can_keep(plan))
	{
		judged->next = plan->judged;
		plan->judged = judged;
	}
	return judged;
}

List *
judged_term(const JudgedCondition *condition, List **operands)
{
	List *term = condition->term == NIL ? NIL : term_renumbered(condition->term, list_length(*operands));

	*operands = list_concat(*operands, copyObject(condition->operands));
	return term;
}

/* Is all of the relation's conditions worth so much? */
static bool
is_all_worth(PlannerInfo *root, const RelOptInfo *rel, Verdict least)
{
	ListCell *lc;

	foreach(lc, rel->baserestrictinfo)
	{
		const JudgedCondition *judged = judge_condition(root, rel, lfirst_node(RestrictInfo, lc)->clause);

		if (judged->verdict < least || judged->is_uncertain)
			return false;
	}
	return setting_push_filter || rel->baserestrictinfo == NIL;
}

bool
judge_is_all_exact(PlannerInfo *root, const RelOptInfo *rel)
{
	return is_all_worth(root, rel, VERDICT_EXACT);
}

bool
judge_is_all_sent(PlannerInfo *root, const RelOptInfo *rel)
{
	return is_all_worth(root, rel, VERDICT_SUPERSET);
}
