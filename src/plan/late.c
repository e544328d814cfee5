/*
 * late.c
 *		Scans that may run when the statement has begun to write.
 *
 * Owns: which they are.  Makes no request.
 */
#include "plan/late.h"

#include "scan/param_nodes.h"

/* Is there a part of the statement that may be run when another has written a row? */
static bool
reads_late(PlannerInfo *root)
{
	const Query *statement;

	while (root->parent_root != NULL)
		root = root->parent_root;
	statement = root->parse;
	return statement->hasModifyingCTE || (statement->commandType != CMD_SELECT && statement->hasSubLinks &&
										  (statement->returningList != NIL || statement->withCheckOptions != NIL));
}

bool
late_is_unknown(PlannerInfo *root, const RelOptInfo *baserel)
{
	ListCell *lc;

	if (!reads_late(root))
		return false;
	foreach(lc, baserel->baserestrictinfo)
		if (contains_param((Node *) lfirst_node(RestrictInfo, lc)->clause, PARAM_EXEC))
			return true;
	return contains_param(root->parse->limitCount, PARAM_EXEC) || contains_param(root->parse->limitOffset, PARAM_EXEC);
}
