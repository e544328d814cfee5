/*
 * upper.c
 *		What stands above a scan and can be part of it.
 */
#include "plan/upper.h"

#include "plan/late.h"
#include "plan/scanplan.h"

/* GetForeignUpperPaths */
void
attio_get_upper_paths(PlannerInfo *root, UpperRelationKind stage, RelOptInfo *input_rel, RelOptInfo *output_rel,
					  void *extra)
{
	(void) input_rel;
	if (stage == UPPERREL_GROUP_AGG)
		count_add_path(root, output_rel);
	else if (stage == UPPERREL_FINAL)
		limit_add_path(root, output_rel, (const FinalPathExtraData *) extra);
}

/* The one relation of the query, if it is a table of ours whose rows Attio alone decides; else NULL. */
RelOptInfo *
upper_only_relation(PlannerInfo *root)
{
	RelOptInfo *baserel;

	if (bms_membership(root->all_baserels) != BMS_SINGLETON)
		return NULL;
	baserel = find_base_rel(root, bms_singleton_member(root->all_baserels));
	if (baserel->reloptkind != RELOPT_BASEREL || baserel->fdw_private == NULL || !plan_is_countable(root, baserel) ||
		late_is_unknown(root, baserel))
		return NULL;
	return baserel;
}
