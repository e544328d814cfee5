/*
 * params.c
 *		Expressions whose value comes while the statement runs.
 */
#include "scan/params.h"

#include "nodes/nodeFuncs.h"

static bool
find_param(Node *node, ParamKind *kind)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param) && ((Param *) node)->paramkind == *kind)
		return true;
	return expression_tree_walker(node, find_param, kind);
}

bool
contains_param(Node *node, ParamKind kind)
{
	return find_param(node, &kind);
}
