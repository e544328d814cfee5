/*
 * upper.c
 *		What stands above a scan and can be part of it: LIMIT and count(*).
 */
#include "plan/upper.h"

#include "plan/count_paths.h"
#include "plan/limit_paths.h"

/* GetForeignUpperPaths */
void
get_foreign_upper_paths(PlannerInfo *root, UpperRelationKind stage, RelOptInfo *input_rel, RelOptInfo *output_rel,
						void *extra)
{
	if (stage == UPPERREL_GROUP_AGG)
		count_add_path(root, output_rel);
	else if (stage == UPPERREL_FINAL)
		limit_add_path(root, output_rel, (const FinalPathExtraData *) extra);
}
