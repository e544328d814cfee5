/*
 * param_nodes.c
 *		Expressions whose value comes while the statement runs: those with a Param in them.
 */
#include "scan/param_nodes.h"

#include "nodes/nodeFuncs.h"

/* A walker: stops at the first. */
static bool
has_param_of_kind(Node *node, ParamKind *kind)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param) && ((Param *) node)->paramkind == *kind)
		return true;
	return expression_tree_walker(node, has_param_of_kind, kind);
}

bool
contains_param(Node *node, ParamKind kind)
{
	return has_param_of_kind(node, &kind);
}
