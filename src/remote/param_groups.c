/*
 * param_groups.c
 *		Which parameters are sent together, and which must be given.
 *
 * Owns: the rules of "together", "either" and "required" of ParamDef, for
 * planning and running alike.  Must not know values.
 */
#include "remote/param_groups.h"

/* ----- groups ----- */

static bool
is_same_name(const char *one, const char *other)
{
	return one != NULL && other != NULL && strcmp(one, other) == 0;
}

/* Are these sent together or not at all?  A parameter without a group is one by itself. */
static bool
is_same_group(const ParamDef *one, const ParamDef *other)
{
	return one == other || is_same_name(one->together, other->together);
}

/* Those of the parameter's group that are given, or those that are not. */
static List *
members_of_group(const ResourceDef *resource, const bool *given, const ParamDef *param, bool wanted)
{
	List *members = NIL;

	for (int i = 0; i < resource->nparams; i++)
		if (is_same_group(&resource->params[i], param) && given[i] == wanted &&
			param_is_of_listing(resource, &resource->params[i]))
			members = lappend(members, unconstify(ParamDef *, &resource->params[i]));
	return members;
}

/* Of a choice only this group is sent; NULL: none. */
static void
leave_others(const ResourceDef *resource, bool *given, const char *choice, const ParamDef *chosen)
{
	for (int i = 0; i < resource->nparams; i++)
		if (is_same_name(resource->params[i].either, choice) &&
			(chosen == NULL || !is_same_group(&resource->params[i], chosen)))
			given[i] = false;
}

/* The first whole group of a choice is sent; where there is none: what each lacks, or the one that is begun. */
static List *
choose_group(const ResourceDef *resource, bool *given, const char *choice)
{
	List *missing = NIL;
	const ParamDef *last = NULL;

	for (int i = 0; i < resource->nparams; i++)
	{
		const ParamDef *param = &resource->params[i];
		List *lacks;

		if (!is_same_name(param->either, choice) || !param_is_of_listing(resource, param) ||
			(last != NULL && is_same_group(param, last)))
			continue;
		last = param;
		lacks = members_of_group(resource, given, param, false);
		if (lacks == NIL)
		{
			leave_others(resource, given, choice, param);
			return NIL;
		}
		/* what is used most stands behind what is special */
		missing = lcons(lacks, missing);
	}
	if (resource_has_parents(resource))
	{
		leave_others(resource, given, choice, NULL);
		return NIL;
	}
	for (int i = 0; i < resource->nparams; i++)
		if (is_same_name(resource->params[i].either, choice) && given[i])
			return list_make1(members_of_group(resource, given, &resource->params[i], false));
	return missing;
}

/* Can rows be read without the parameter, and be checked for it? */
static bool
can_be_left(const ResourceDef *resource, const ParamDef *param)
{
	const FieldDef *field = resource_field(resource, param->column);

	return !param->required && field != NULL && field->source != FIELD_GIVEN;
}

/* Part of a group is missing: the rest is checked locally, where that can be; else it is missed. */
static List *
leave_half_group(const ResourceDef *resource, bool *given, const ParamDef *param)
{
	List *lacks = members_of_group(resource, given, param, false);
	List *rest = members_of_group(resource, given, param, true);
	ListCell *lc;

	if (lacks == NIL || rest == NIL)
		return NIL;
	foreach(lc, rest)
		if (!can_be_left(resource, (const ParamDef *) lfirst(lc)))
			return lacks;
	foreach(lc, rest)
		given[(const ParamDef *) lfirst(lc) - resource->params] = false;
	return NIL;
}

const ParamDef *
param_other_bound(const ResourceDef *resource, const ParamDef *bound)
{
	ParamRule wanted = bound->rule == PARAM_FROM ? PARAM_BEFORE : PARAM_FROM;

	if (bound->max_days == 0 || (bound->rule != PARAM_FROM && bound->rule != PARAM_BEFORE))
		return NULL;
	for (int i = 0; i < resource->nparams; i++)
		if (resource->params[i].rule == wanted && strcmp(resource->params[i].column, bound->column) == 0)
			return &resource->params[i];
	return NULL;
}

/* Only the other end of a span is given, which is walked in windows. */
static bool
is_end_of_span_missing(const ResourceDef *resource, const bool *given, const ParamDef *bound)
{
	const ParamDef *other = param_other_bound(resource, bound);

	return other != NULL && given[other - resource->params] && !param_is_always_sent(bound);
}

/* What is missing in any case, beside each of several that would do. */
static List *
with_each_choice(List *missing, List *choices)
{
	ListCell *lc;

	if (missing == NIL || choices == NIL)
		return missing != NIL ? list_make1(missing) : choices;
	foreach(lc, choices)
		lfirst(lc) = list_concat_copy((List *) lfirst(lc), missing);
	return choices;
}

List *
params_choose(const ResourceDef *resource, bool *given)
{
	List *choices = NIL;
	List *missing = NIL;

	for (int i = 0; i < resource->nparams; i++)
	{
		const ParamDef *param = &resource->params[i];

		if (!param_is_of_listing(resource, param))
		{
			given[i] = false;
			continue;
		}
		if (param->either != NULL)
			choices = choices == NIL ? choose_group(resource, given, param->either) : choices;
		else if (param->together != NULL)
			missing = list_concat_unique_ptr(missing, leave_half_group(resource, given, param));
		if (param_is_of_listing(resource, param) && !given[i] && !param_is_always_sent(param) &&
			(is_end_of_span_missing(resource, given, param) ||
			 ((param->required || param->way != NULL) && !(param->of_parents && resource_has_parents(resource)))))
			missing = list_append_unique_ptr(missing, unconstify(ParamDef *, param));
	}
	return with_each_choice(missing, choices);
}

List *
params_missing_of_way(const ResourceDef *resource, const bool *given, const ParamDef *param)
{
	List *params = NIL;

	for (int i = 0; i < resource->nparams; i++)
	{
		const ParamDef *other = &resource->params[i];

		if (other->way == param->way && other < param)
			return NIL;
		if ((other->way == param->way || other->every_way) && !given[i] && !param_is_always_sent(other))
			params = lappend(params, unconstify(ParamDef *, other));
	}
	return params;
}
