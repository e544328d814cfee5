/*
 * param_groups.h
 *		Which parameters are sent together, and which must be given.
 */
#ifndef REMOTE_PARAM_GROUPS_H
#define REMOTE_PARAM_GROUPS_H

#include "remote/resource.h"

/*
 * Choose what is sent of the parameters that are given: of a group all or none,
 * of several groups of which one is wanted the first that is whole.  "given" has
 * a member for each parameter; those that are not sent become false.  Returns
 * what is missing: Lists of ParamDef, each of which would do; NIL = nothing.
 */
extern List *params_choose(const ResourceDef *resource, bool *given);

/*
 * What is not given of all that a parameter's way takes, ParamDefs; NIL for all
 * but the first parameter of that way.
 */
extern List *params_missing_of_way(const ResourceDef *resource, const bool *given, const ParamDef *param);

/* The other bound of the same column, where a span of it is walked in windows; else NULL. */
extern const ParamDef *param_other_bound(const ResourceDef *resource, const ParamDef *bound);

/* Is it a parameter of the listing that is asked, or of the way that is gone in its place? */
static inline bool
param_is_of_listing(const ResourceDef *resource, const ParamDef *param)
{
	return param->every_way || param->way == resource->way;
}

/* Does a listing of the resource need no parameter of the path, because the parents say it? */
static inline bool
resource_has_parents(const ResourceDef *resource)
{
	return resource->parents != NULL;
}

#endif /* REMOTE_PARAM_GROUPS_H */
