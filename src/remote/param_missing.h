/*
 * param_missing.h
 *		The error where nothing can be asked without further parameters.
 */
#ifndef REMOTE_PARAM_MISSING_H
#define REMOTE_PARAM_MISSING_H

#include "remote/resource.h"

struct RemoteRelation;

/* Their columns of the table by name, in the current memory context: "a" and "b". */
extern char *params_columns(const struct RemoteRelation *relation, const List *params);

/* ERROR: these are missing.  "given" is as params_choose() left it.  Does not return. */
extern void params_raise_missing(const struct RemoteRelation *relation, const bool *given, const List *missing)
	__attribute__((noreturn));

#endif /* REMOTE_PARAM_MISSING_H */
