/*
 * param_rules.c
 *		Which conditions can become parameters of a request.
 *
 * Owns: the rules of ParamDef.  A condition that fits none is checked locally.
 * Must not know how values are written.
 */
#include "remote/param_rules.h"

#include "catalog/pg_type.h"
#include "utils/lsyscache.h"

/* ----- what a condition is worth ----- */

bool
params_of_field(const ResourceDef *resource, const char *field)
{
	for (int i = 0; i < resource->nparams; i++)
		if (strcmp(resource->params[i].column, field) == 0 && resource->params[i].rule != PARAM_ORDER)
			return true;
	return false;
}

/* Does a condition with this operator say what the parameter asks for? */
static bool
fits_rule(ParamRule rule, TermOp op)
{
	switch (rule)
	{
		case PARAM_EQUAL:
		case PARAM_ANY:
			return op == OP_EQ || op == OP_IN || op == OP_TRUE || op == OP_FALSE;
		case PARAM_FROM:
			return op == OP_GE || op == OP_GT;
		case PARAM_BEFORE:
			return op == OP_LT || op == OP_LE;
		case PARAM_ORDER:
			break;
	}
	return false;
}

/* The parameter that a condition on this field becomes, or NULL. */
const ParamDef *
param_of_condition(const ResourceDef *resource, const char *field, TermOp op)
{
	for (int i = 0; i < resource->nparams; i++)
		if (strcmp(resource->params[i].column, field) == 0 && fits_rule(resource->params[i].rule, op))
			return &resource->params[i];
	return NULL;
}

bool
param_is_integer(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

bool
param_is_time(Oid type)
{
	return type == TIMESTAMPTZOID || type == TIMESTAMPOID || type == DATEOID;
}

/* Does an operand of this type compare with the field as the service would? */
static bool
is_comparable(Oid field, Oid type)
{
	if (param_is_integer(field))
		return param_is_integer(type);
	if (field == TIMESTAMPTZOID)
		return param_is_time(type);
	return type == field || (field == TEXTOID && type == VARCHAROID);
}

Verdict
params_ship(const ResourceDef *resource, const char *field, const Comparison *comparison)
{
	const FieldDef *def = resource_field(resource, field);
	const ParamDef *param = param_of_condition(resource, field, comparison->op);
	bool is_test = (comparison->op == OP_TRUE || comparison->op == OP_FALSE);

	if (def == NULL || param == NULL || comparison->lowered || comparison->days > 0 || comparison->any_value ||
		(OidIsValid(comparison->collation) && !get_collation_isdeterministic(comparison->collation)))
		return VERDICT_LOCAL;
	if (is_test ? def->type != BOOLOID : !is_comparable(def->type, comparison->type))
		return VERDICT_LOCAL;
	/* the next value behind a bound is known of times and integers only */
	if (comparison->op == OP_LE && !param_is_integer(def->type) && !param_is_time(def->type))
		return VERDICT_LOCAL;
	if (comparison->op == OP_GT || comparison->op == OP_LE)
		return VERDICT_SUPERSET;
	return param->verdict == VERDICT_EXACT ? VERDICT_EXACT : VERDICT_SUPERSET;
}

/* Is it given by one of the terms? */
static bool
is_given(const ResourceDef *resource, const ParamDef *param, const List *terms)
{
	ListCell *lc;

	foreach(lc, terms)
	{
		const List *term = (const List *) lfirst(lc);
		Condition condition;

		if (term_kind(term) != TERM_PARAM)
			continue;
		condition = term_condition(term);
		if (param_of_condition(resource, condition.slug, condition.op) == param)
			return true;
	}
	return false;
}

/* One of the same group, of which just one is wanted? */
static bool
is_group_given(const ResourceDef *resource, const ParamDef *param, const List *terms)
{
	for (int i = 0; i < resource->nparams; i++)
		if (resource->params[i].together != NULL && strcmp(resource->params[i].together, param->together) == 0 &&
			is_given(resource, &resource->params[i], terms))
			return true;
	return false;
}

/* Do the terms give all parameters that the resource's own listing must be given? */
static bool
is_listing_given(const ResourceDef *resource, const List *terms)
{
	for (int i = 0; i < resource->nparams && resource->parents == NULL; i++)
	{
		const ParamDef *param = &resource->params[i];
		bool just_one = param->together != NULL && param->together[0] == '?';

		if (param->way != NULL)
			continue;
		if (just_one ? !is_group_given(resource, param, terms) : param->required && !is_given(resource, param, terms))
			return false;
	}
	return true;
}

/* Is a term about a column that shows what the resource's own listing was asked for? */
static bool
wants_listing(const ResourceDef *resource, const List *terms)
{
	for (int i = 0; i < resource->nparams; i++)
	{
		const ParamDef *param = &resource->params[i];
		const FieldDef *field = resource_field(resource, param->column);

		if (param->way == NULL && field != NULL && field->source == FIELD_GIVEN && is_given(resource, param, terms))
			return true;
	}
	return false;
}

/* The first parameter that opens a way and is given, or NULL. */
static const ParamDef *
way_param(const ResourceDef *resource, const List *terms)
{
	for (int i = 0; i < resource->nparams; i++)
		if (resource->params[i].way != NULL && is_given(resource, &resource->params[i], terms))
			return &resource->params[i];
	return NULL;
}

const ResourceDef *
params_resource(const ResourceDef *resource, const List *terms)
{
	const ParamDef *param = way_param(resource, terms);
	ResourceDef *copy;

	/* what the rows of a way do not show could not be checked */
	if (param == NULL || wants_listing(resource, terms))
		return resource;
	copy = (ResourceDef *) palloc(sizeof(ResourceDef));
	*copy = *resource;
	copy->way = param->way;
	copy->list = param->way->list;
	copy->paging = param->way->paging;
	copy->parents = NULL;
	return copy;
}

bool
params_are_given(const ResourceDef *resource, const List *terms)
{
	return params_resource(resource, terms) != resource || is_listing_given(resource, terms);
}
