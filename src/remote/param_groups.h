/*
 * param_groups.h
 *		Which parameters are sent together, and which must be given.
 */
#ifndef REMOTE_PARAM_GROUPS_H
#define REMOTE_PARAM_GROUPS_H

#include "remote/resource.h"

struct RemoteRelation;

/*
 * Choose what is sent of the parameters that are given: of a group all or none,
 * of several groups of which one is wanted the first that is whole.  "given" has
 * a member for each parameter; those that are not sent become false.  Returns
 * what is missing: Lists of ParamDef, each of which would do; NIL = nothing.
 */
extern List *params_choose(const ResourceDef *resource, bool *given);

/* ERROR: these are missing.  "given" is as params_choose() left it.  Does not return. */
extern void params_raise_missing(const struct RemoteRelation *relation, const bool *given, const List *missing)
	__attribute__((noreturn));

/* Does a listing of the resource need no parameter of the path, because the parents say it? */
static inline bool
resource_has_parents(const ResourceDef *resource)
{
	return resource->parents != NULL;
}

#endif /* REMOTE_PARAM_GROUPS_H */
