/*
 * param_rules.c
 *		Which conditions can become parameters of a request.
 *
 * Owns: the rules of ParamDef.  A condition that fits none is checked locally.
 * Must not know how values are written.
 */
#include "remote/param_rules.h"

#include "catalog/pg_type.h"
#include "remote/param_groups.h"
#include "remote/param_texts.h"
#include "utils/lsyscache.h"

/* ----- what a condition is worth ----- */

/* Do conditions on the field become the parameter? */
static bool
is_of_field(const ParamDef *param, const char *field)
{
	return strcmp(param->column, field) == 0 || (param->implied_by != NULL && strcmp(param->implied_by, field) == 0);
}

bool
params_of_field(const ResourceDef *resource, const char *field)
{
	for (int i = 0; i < resource->nparams; i++)
		if (is_of_field(&resource->params[i], field) && resource->params[i].rule != PARAM_ORDER)
			return true;
	return false;
}

/* Do the values that a column is to have give a begin and an end? */
static bool
is_span(TermOp op)
{
	return op == OP_EQ || op == OP_IN;
}

/* Does a condition with this operator say what the parameter asks for? */
static bool
fits_rule(const ParamDef *param, TermOp op)
{
	switch (param->rule)
	{
		case PARAM_EQUAL:
		case PARAM_ANY:
			return op == OP_EQ || op == OP_IN || op == OP_TRUE || op == OP_FALSE || op == OP_HAS_ANY ||
				   op == OP_HAS_ALL || (op == OP_IS_NULL && param->of_null != NULL);
		case PARAM_CHOICE:
			return op == OP_EQ || op == OP_IN;
		case PARAM_FROM:
			return op == OP_GE || op == OP_GT || (is_span(op) && param->max_days > 0);
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
		if (is_of_field(&resource->params[i], field) && fits_rule(&resource->params[i], op))
			return &resource->params[i];
	return NULL;
}

bool
param_chooses(const ResourceDef *resource, const List *term)
{
	Condition condition = term_condition(term);
	const ParamDef *param = param_of_condition(resource, condition.name, condition.op);

	return param != NULL && param->rule == PARAM_CHOICE;
}

const ParamDef *
param_of_order(const ResourceDef *resource, const char *field, bool descending)
{
	for (int i = 0; i < resource->nparams; i++)
	{
		const ParamDef *param = &resource->params[i];

		if (param->rule == PARAM_ORDER && param->way == resource->way && strcmp(param->column, field) == 0 &&
			(descending ? param->descending : param->ascending) != NULL)
			return param;
	}
	return NULL;
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

/*
 * Of an array what a condition says of one of its values; all that is sent is
 * checked again.  Not of a group, whose parameters are of one and the same value,
 * while conditions may be met by several; and not where a row that comes twice,
 * once for each of two values, cannot be known by its id.
 */
static Verdict
ship_of_array(const ResourceDef *resource, const ParamDef *param, const FieldDef *field, const Comparison *comparison)
{
	Oid element = get_element_type(field->type);
	bool fits = false;

	if (param->together != NULL || param->either != NULL || resource->id_path == NULL)
		return VERDICT_LOCAL;
	if (comparison->op == OP_IS_NULL)
		fits = true;
	else if (comparison->op == OP_EQ && !comparison->any_value)
		fits = comparison->type == field->type;
	else if (comparison->op == OP_EQ || comparison->op == OP_HAS_ANY || comparison->op == OP_HAS_ALL)
		fits = is_comparable(element, comparison->type);
	return fits ? VERDICT_SUPERSET : VERDICT_LOCAL;
}

/* Of a single value. */
static Verdict
ship_of_value(const ParamDef *param, const FieldDef *field, const Comparison *comparison)
{
	bool is_test = (comparison->op == OP_TRUE || comparison->op == OP_FALSE);

	if (comparison->any_value || comparison->op == OP_HAS_ANY || comparison->op == OP_HAS_ALL)
		return VERDICT_LOCAL;
	if (comparison->op == OP_IS_NULL)
		return VERDICT_SUPERSET;
	if (is_test ? field->type != BOOLOID : !is_comparable(field->type, comparison->type))
		return VERDICT_LOCAL;
	/* the next value behind a bound is known of times and integers only */
	if (comparison->op == OP_LE && !param_is_integer(field->type) && !param_is_time(field->type))
		return VERDICT_LOCAL;
	if (comparison->op == OP_GT || comparison->op == OP_LE || strcmp(param->column, field->name) != 0)
		return VERDICT_SUPERSET;
	return param->verdict == VERDICT_EXACT ? VERDICT_EXACT : VERDICT_SUPERSET;
}

Verdict
params_ship(const ResourceDef *resource, const char *field, const Comparison *comparison)
{
	const FieldDef *def = resource_field(resource, field);
	const ParamDef *param = param_of_condition(resource, field, comparison->op);

	if (def == NULL || param == NULL || comparison->lowered || comparison->days > 0 ||
		(OidIsValid(comparison->collation) && !get_collation_isdeterministic(comparison->collation)))
		return VERDICT_LOCAL;
	return OidIsValid(get_element_type(def->type)) ? ship_of_array(resource, param, def, comparison)
												   : ship_of_value(param, def, comparison);
}

/* ----- what is given ----- */

/* Which parameters these terms give, one member for each. */
static bool *
params_of_terms(const ResourceDef *resource, const List *terms)
{
	bool *given = (bool *) palloc0(sizeof(bool) * Max(resource->nparams, 1));
	const ListCell *lc;

	foreach(lc, terms)
	{
		const List *term = (const List *) lfirst(lc);
		Condition condition;
		const ParamDef *param;

		if (term_kind(term) != TERM_PARAM)
			continue;
		condition = term_condition(term);
		param = param_of_condition(resource, condition.name, condition.op);
		if (param != NULL)
			given[param - resource->params] = true;
		if (param != NULL && param->rule == PARAM_FROM && is_span(condition.op))
			given[param_of_condition(resource, condition.name, OP_LE) - resource->params] = true;
	}
	return given;
}

/* Is a term about a column that shows what the resource's own listing was asked for? */
static bool
wants_listing(const ResourceDef *resource, const bool *given)
{
	for (int i = 0; i < resource->nparams; i++)
		if (given[i] && resource->params[i].way == NULL && !resource->params[i].every_way &&
			param_is_shown(resource, &resource->params[i]))
			return true;
	return false;
}

const ResourceDef *
params_resource(const ResourceDef *resource, const List *terms)
{
	bool *given = params_of_terms(resource, terms);
	ResourceDef *copy;

	/* what the rows of a way do not show could not be checked */
	if (wants_listing(resource, given))
		return resource;
	for (int i = 0; i < resource->nparams; i++)
	{
		const Way *way = resource->params[i].way;

		if (way == NULL || !given[i])
			continue;
		copy = (ResourceDef *) palloc(sizeof(ResourceDef));
		*copy = *resource;
		copy->way = way;
		copy->list = way->list;
		copy->paging = way->paging;
		copy->parents = NULL;
		return copy;
	}
	return resource;
}

const ParamDef *
params_left_way(const ResourceDef *resource, const List *terms)
{
	const bool *given = params_of_terms(resource, terms);

	for (int i = 0; i < resource->nparams; i++)
	{
		const Way *way = resource->params[i].way;
		bool is_whole = way != NULL && way != resource->way;

		for (int j = 0; j < resource->nparams && is_whole; j++)
			is_whole = given[j] || (resource->params[j].way != way && !resource->params[j].every_way);
		if (is_whole)
			return &resource->params[i];
	}
	return NULL;
}

bool
params_are_given(const ResourceDef *resource, const List *terms)
{
	return params_choose(params_resource(resource, terms), params_of_terms(resource, terms)) == NIL;
}

bool
params_leave_parents(const ResourceDef *resource, const List *terms)
{
	const bool *given = params_of_terms(resource, terms);

	for (int i = 0; i < resource->nparams && resource->parents != NULL; i++)
		if (resource->params[i].required && resource->params[i].way == NULL && !given[i])
			return true;
	return false;
}

bool
params_send(const ResourceDef *resource, const List *terms, const List *term)
{
	bool *given;
	Condition condition;
	const ParamDef *param;

	if (term_kind(term) != TERM_PARAM)
		return true;
	given = params_of_terms(resource, terms);
	(void) params_choose(params_resource(resource, terms), given);
	condition = term_condition(term);
	param = param_of_condition(resource, condition.name, condition.op);
	return param != NULL && given[param - resource->params];
}

bool
param_is_shown(const ResourceDef *resource, const ParamDef *param)
{
	const FieldDef *field = resource_field(resource, param->column);

	return field != NULL && field->source == FIELD_GIVEN;
}

int
param_values_per_request(const ResourceDef *resource, const ParamDef *param)
{
	bool takes_several = param->rule == PARAM_ANY && !is_part_name(param->name) && !param_is_shown(resource, param);

	return takes_several ? Max(param->max_values, 1) : 1;
}

bool
params_are_bounds(const ResourceDef *resource, const List *term)
{
	Condition condition = term_condition(term);
	const ParamDef *param = param_of_condition(resource, condition.name, condition.op);

	return param != NULL && (param->rule == PARAM_FROM || param->rule == PARAM_BEFORE);
}

int
params_keys_per_request(const ResourceDef *resource, const List *term, int keys)
{
	Condition condition;
	const ParamDef *param;

	if (term_kind(term) != TERM_PARAM)
		return keys;
	condition = term_condition(term);
	param = param_of_condition(resource, condition.name, condition.op);
	return param == NULL ? keys : Min(keys, param_values_per_request(resource, param));
}
