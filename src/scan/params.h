/*
 * params.h
 *		Expressions whose value comes while the statement runs.
 */
#ifndef ATTIO_PARAMS_H
#define ATTIO_PARAMS_H

#include "base/compat.h"
#include "nodes/primnodes.h"

/* Does an expression, or a List of them, use a Param of this kind?  No error, no memory. */
extern bool contains_param(Node *node, ParamKind kind);

#endif /* ATTIO_PARAMS_H */
