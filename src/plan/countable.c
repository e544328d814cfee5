/*
 * countable.c
 *		May a scan count rows, for LIMIT and count(*)?
 *
 * Owns: that every row counts which the service returns.  Makes no request.
 */
#include "plan/countable.h"

#include "optimizer/pathnode.h"
#include "plan/judged.h"
#include "plan/late.h"
#include "plan/relation_plan.h"

RelOptInfo *
countable_relation(PlannerInfo *root, Ability ability)
{
	RelOptInfo *baserel;
	const RelationPlan *plan;

	if (bms_membership(root->all_baserels) != BMS_SINGLETON)
		return NULL;
	baserel = find_base_rel(root, bms_singleton_member(root->all_baserels));
	plan = relation_plan_of(baserel);
	if (baserel->reloptkind != RELOPT_BASEREL || plan == NULL || !resource_can(plan->relation->resource, ability) ||
		!judge_is_all_exact(root, baserel) || late_is_unknown(root, baserel))
		return NULL;
	return baserel;
}
