/*
 * param_nodes.h
 *		Expressions whose value comes while the statement runs: those with a Param in them.
 */
#ifndef SCAN_PARAM_NODES_H
#define SCAN_PARAM_NODES_H

#include "base/compat.h"
#include "nodes/primnodes.h"

/* Does an expression, or a List of them, use a Param of this kind?  No error, no memory. */
extern bool contains_param(Node *node, ParamKind kind);

#endif /* SCAN_PARAM_NODES_H */
