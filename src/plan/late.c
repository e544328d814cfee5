/*
 * late.c
 *		Scans that may run when the statement has begun to write.
 *
 * Owns: which they are.  Makes no request.
 */
#include "plan/late.h"

#include "nodes/nodeFuncs.h"

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

static bool
is_param(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param) && ((Param *) node)->paramkind == PARAM_EXEC)
		return true;
	return expression_tree_walker(node, is_param, context);
}

bool
late_is_unknown(PlannerInfo *root, const RelOptInfo *baserel)
{
	ListCell *lc;

	if (!reads_late(root))
		return false;
	foreach(lc, baserel->baserestrictinfo)
		if (is_param((Node *) lfirst_node(RestrictInfo, lc)->clause, NULL))
			return true;
	return is_param(root->parse->limitCount, NULL) || is_param(root->parse->limitOffset, NULL);
}
