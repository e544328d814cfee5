/*
 * param_groups.c
 *		Which parameters are sent together, and which must be given.
 *
 * Owns: the rules of "together", "either" and "required" of ParamDef, for
 * planning and running alike; and the error where something is missing.  Must
 * not know values.
 */
#include "remote/param_groups.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "remote/param_texts.h"
#include "remote/relation.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

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

/* ----- the error ----- */

/* A condition that would give it, for people. */
static char *
example_of(const ResourceDef *resource, const ParamDef *param)
{
	const FieldDef *field = resource_field(resource, param->column);
	Oid type = field == NULL ? TEXTOID : field->type;
	const char *value = param->example != NULL   ? quote_literal_cstr(param->example)
						: param_is_integer(type) ? "1"
						: type == BOOLOID        ? "true"
						: type == UUIDOID        ? "'00000000-0000-4000-8000-000000000000'"
						: param_is_time(type)    ? param->rule == PARAM_FROM ? "'2026-01-01'" : "'2026-01-31'"
												 : "'...'";

	if (OidIsValid(get_element_type(type)))
		return psprintf("%s = ANY (%s)", value, quote_identifier(param->column));
	return psprintf("%s %s %s", quote_identifier(param->column),
					param->rule == PARAM_FROM     ? ">="
					: param->rule == PARAM_BEFORE ? "<"
												  : "=",
					value);
}

/* A query with all that is given, and all that is missing. */
static char *
query_that_works(const RemoteRelation *relation, const bool *given, const List *missing)
{
	const ResourceDef *resource = relation->resource;
	const char *schema = OidIsValid(relation->table) && !RelationIsVisible(relation->table)
							 ? get_namespace_name(get_rel_namespace(relation->table))
							 : NULL;
	StringInfoData text;
	const char *before = "WHERE";

	initStringInfo(&text);
	appendStringInfo(&text, "SELECT * FROM %s", quote_qualified_identifier(schema, relation->name));
	for (int i = 0; i < resource->nparams; i++)
		if (given[i] || list_member_ptr(missing, &resource->params[i]))
		{
			appendStringInfo(&text, " %s %s", before, example_of(resource, &resource->params[i]));
			before = "AND";
		}
	return text.data;
}

/* The columns by name: "a" and "b" */
static char *
columns_of(const List *params)
{
	StringInfoData text;
	const ListCell *lc;

	initStringInfo(&text);
	foreach(lc, params)
		appendStringInfo(&text, "%s\"%s\"", foreach_current_index(lc) == 0 ? "" : " and ",
						 ((const ParamDef *) lfirst(lc))->column);
	return text.data;
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

/* Is no parameter given that belongs to the resource's own listing alone, or to a way? */
static bool
may_go_any_way(const ResourceDef *resource, const bool *given)
{
	for (int i = 0; i < resource->nparams; i++)
		if (given[i] && !resource->params[i].every_way)
			return false;
	return resource->way == NULL;
}

/* The server's option that would give one of these, as a sentence with a blank in front; "" = none would. */
static const char *
option_that_helps(const List *missing)
{
	const ListCell *lc;

	foreach(lc, missing)
		if (((const ParamDef *) lfirst(lc))->otherwise != NULL)
			return psprintf(" The server option %s can give a lower bound.",
							((const ParamDef *) lfirst(lc))->otherwise);
	return "";
}

/* Nothing can be asked without these parameters.  Does not return. */
void
params_raise_missing(const RemoteRelation *relation, const bool *given, const List *missing)
{
	const ResourceDef *resource = relation->resource;
	const List *first = (const List *) linitial(missing);
	bool is_one = list_length(missing) == 1 && list_length(first) == 1;
	bool is_bound = is_one && ((const ParamDef *) linitial(first))->rule == PARAM_FROM;
	StringInfoData columns;
	const ListCell *lc;

	initStringInfo(&columns);
	foreach(lc, missing)
		appendStringInfo(&columns, "%s%s", foreach_current_index(lc) == 0 ? "" : ", or ",
						 columns_of((const List *) lfirst(lc)));
	for (int i = 0; i < resource->nparams && (list_length(missing) > 1 || may_go_any_way(resource, given)); i++)
	{
		const ParamDef *param = &resource->params[i];

		if (param->way != NULL && params_missing_of_way(resource, given, param) != NIL)
			appendStringInfo(&columns, ", or %s", columns_of(params_missing_of_way(resource, given, param)));
	}
	ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
					is_bound ? errmsg("foreign table \"%s\" cannot be read without a lower bound on column %s",
									  relation->name, columns.data)
					: is_one ? errmsg("foreign table \"%s\" cannot be read without a condition on column %s",
									  relation->name, columns.data)
							 : errmsg("foreign table \"%s\" cannot be read without conditions on columns %s",
									  relation->name, columns.data),
					errhint("A query that works: %s. A join can give the values, too.%s",
							query_that_works(relation, given, first), option_that_helps(first))));
}
