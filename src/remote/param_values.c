/*
 * param_values.c
 *		What conditions say of the parameters of a request.
 *
 * Owns: the values of each parameter, and those that are sent where no condition
 * says one.  Must not know how many requests they take.  Makes no request.
 *
 * What is asked for is never less than what the conditions let through: where
 * several conditions could be the same parameter one is sent; the others are
 * checked locally.
 */
#include "remote/param_values.h"

#include "base/timestamps.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "miscadmin.h"
#include "remote/param_groups.h"
#include "remote/param_rules.h"
#include "remote/param_texts.h"
#include "remote/relation.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

/* Move a bound out, so that more is asked for; false where there is no such time. */
static bool
add_slack(const ParamDef *param, Datum *value)
{
	int64 slack = param->slack * USECS_PER_SEC;
	int64 moment;

	if (pg_add_s64_overflow(DatumGetTimestampTz(*value), param->rule == PARAM_FROM ? -slack : slack, &moment) ||
		!IS_VALID_TIMESTAMP(moment))
		return false;
	*value = TimestampTzGetDatum(moment);
	return true;
}

/*
 * A bound: one value, of several the narrowest.  Where it cannot be sent
 * everything on that side is asked for; not where windows begin, which would
 * leave them without a begin: a later one than can be sent is the last that can.
 */
static bool
add_bound(ParamValues *values, const FieldDef *field, const Condition *condition, const Operand *operand)
{
	Oid type = operand->type;
	Datum value = operand->value;
	TimestampTz moment = 0;
	char *text;

	/* of a date compared with a time the day's begin counts, in the session's zone */
	if (field->type == TIMESTAMPTZOID)
	{
		if (!moment_of_value(type, value, &moment))
			return false;
		if (values->def->rule == PARAM_FROM && values->def->max_days > 0)
			moment = Min(moment, param_last_moment());
		if (TIMESTAMP_NOT_FINITE(moment))
			return false;
		type = TIMESTAMPTZOID;
		value = TimestampTzGetDatum(moment);
	}
	if ((condition->op == OP_LE || (condition->op == OP_GT && values->def->grain > 0)) &&
		!param_next_value(type, &value))
		return false;
	if (values->def->slack > 0 && field->type == TIMESTAMPTZOID && !add_slack(values->def, &value))
		return false;
	if (param_is_integer(type) && condition->op == OP_LE)
		type = INT8OID;
	text = param_text(values->def, field->type, type, value);
	if (text == NULL)
		return false;
	if (field->type == TIMESTAMPTZOID)
		moment = DatumGetTimestampTz(value);
	if (values->texts != NIL)
	{
		if (!values->is_moment || field->type != TIMESTAMPTZOID)
			return false;
		if (values->def->rule == PARAM_FROM ? moment <= values->moment : moment >= values->moment)
			return true;
	}
	values->texts = list_make1(text);
	values->is_moment = (field->type == TIMESTAMPTZOID);
	values->moment = moment;
	return true;
}

/* What a condition wants a column to be equal to, or one of an array's values; false: nothing that can be sent. */
static bool
wanted_values(const Condition *condition, const Operand *operand, Datum *single, Elements *elements)
{
	bool is_array = operand != NULL && OidIsValid(get_element_type(operand->type));

	if (operand == NULL)
		*single = BoolGetDatum(condition->op == OP_TRUE);
	else if (!is_array)
		*single = operand->value;
	else
	{
		*elements = elements_of_array(operand->value);
		if (condition->op == OP_IN || condition->op == OP_HAS_ANY)
			return true;
		/* whoever has all of them has the first; who has none of them may have anything */
		elements->n = Min(elements->n, 1);
		return elements->n > 0;
	}
	*elements = (Elements){.type = operand == NULL ? BOOLOID : operand->type, .values = single, .n = 1};
	return true;
}

/* Is it asked whether the column has no value: NULL, or an empty array? */
static bool
wants_no_value(const Condition *condition, const Operand *operand)
{
	if (condition->op == OP_IS_NULL)
		return true;
	return condition->op == OP_EQ && operand != NULL && OidIsValid(get_element_type(operand->type)) &&
		   ArrayGetNItems(ARR_NDIM(DatumGetArrayTypeP(operand->value)), ARR_DIMS(DatumGetArrayTypeP(operand->value))) ==
			   0;
}

bool
param_add_equals(ParamValues *values, const FieldDef *field, const Condition *condition, const Operand *operand)
{
	Oid type = OidIsValid(get_element_type(field->type)) ? get_element_type(field->type) : field->type;
	Elements elements;
	Datum single;

	if (wants_no_value(condition, operand))
	{
		if (values->def->of_null == NULL)
			return false;
		values->texts = list_make1(pstrdup(values->def->of_null));
		values->is_null = true;
		return true;
	}
	if (!wanted_values(condition, operand, &single, &elements))
		return false;
	for (int i = 0; i < elements.n; i++)
	{
		char *text = param_text(values->def, type, elements.type, elements.values[i]);

		CHECK_FOR_INTERRUPTS();
		if (text == NULL || (values->def->has_commas && strchr(text, ',') != NULL) ||
			(values->def->of_null != NULL && strcmp(text, values->def->of_null) == 0))
		{
			values->texts = NIL;
			return false;
		}
		values->texts = lappend(values->texts, text);
	}
	return true;
}

/* A condition becomes values of a parameter, which is of the listing. */
static void
add_to_param(ParamValues *values, const FieldDef *field, const Condition *condition, const Operand *operand,
			 AskSet *set)
{
	bool is_bound = values->def->rule == PARAM_FROM || values->def->rule == PARAM_BEFORE;
	bool sent;

	if (operand != NULL && operand->isnull)
		set->nothing = true;
	else if (values->texts != NIL && (!is_bound || (operand != NULL && !operand->known)))
		set->incomplete = true; /* one condition is this parameter already */
	else if (operand != NULL && !operand->known)
		values->texts = list_make1(psprintf("{operand %d}", condition->operand + 1));
	else
	{
		values->column = condition->column;
		values->field = field->type;
		sent = is_bound ? add_bound(values, field, condition, operand)
						: param_add_equals(values, field, condition, operand);
		set->incomplete = set->incomplete || !sent;
		set->nothing = set->nothing || (sent && values->texts == NIL);
	}
}

/* The first and the last moment of those that a column is to be one of; where there is none, NULL. */
static void
outer_moments(const Operand *operand, Operand *first, Operand *last)
{
	Elements elements = elements_of_array(operand->value);
	TimestampTz from = DT_NOEND;
	TimestampTz to = DT_NOBEGIN;

	for (int i = 0; i < elements.n; i++)
	{
		TimestampTz moment;

		CHECK_FOR_INTERRUPTS();
		/* no row has one that is infinite */
		if (!moment_of_value(elements.type, elements.values[i], &moment) || TIMESTAMP_NOT_FINITE(moment))
			continue;
		from = Min(from, moment);
		to = Max(to, moment);
	}
	*first = (Operand){
		.known = true, .type = TIMESTAMPTZOID, .value = TimestampTzGetDatum(from), .isnull = TIMESTAMP_IS_NOEND(from)};
	*last = (Operand){
		.known = true, .type = TIMESTAMPTZOID, .value = TimestampTzGetDatum(to), .isnull = TIMESTAMP_IS_NOEND(from)};
}

/* One condition becomes values of its parameter; an equality with a bound, or with one of several, both bounds. */
static void
add_condition(const ResourceDef *resource, const AskInput *input, const List *term, ParamValues *all, AskSet *set)
{
	Condition condition = term_condition(term);
	const FieldDef *field = resource_field(resource, condition.name);
	const ParamDef *param = param_of_condition(resource, condition.name, condition.op);
	const Operand *operand = condition.operand < 0 ? NULL : &input->operands[condition.operand];
	bool is_both = param != NULL && param->rule == PARAM_FROM && (condition.op == OP_EQ || condition.op == OP_IN);
	Operand outer[2];

	if (param == NULL || field == NULL || !param_is_of_listing(resource, param))
	{
		set->incomplete = true;
		return;
	}
	memset(outer, 0, sizeof(outer));
	if (operand != NULL)
		outer[0] = outer[1] = *operand;
	if (is_both && condition.op == OP_IN && operand->known && !operand->isnull)
		outer_moments(operand, &outer[0], &outer[1]);
	condition.op = is_both ? OP_GE : condition.op;
	add_to_param(&all[param - resource->params], field, &condition, operand == NULL ? NULL : &outer[0], set);
	if (!is_both)
		return;
	condition.op = OP_LE;
	param = param_of_condition(resource, condition.name, condition.op);
	add_to_param(&all[param - resource->params], field, &condition, &outer[1], set);
}

/* What all terms ask of each parameter; of two conditions on one the keys of a lookup count. */
static void
collect_values(const ResourceDef *resource, const AskInput *input, ParamValues *all, AskSet *set)
{
	int last = list_length(input->term) - 1;
	bool keys_first = input->looked_up >= 0 && last > 0;

	for (int i = 0; i < resource->nparams; i++)
		all[i].def = &resource->params[i];
	for (int i = 1; i <= last; i++)
	{
		const List *arm = (const List *) list_nth(input->term, !keys_first ? i : i == 1 ? last : i - 1);

		if (term_kind(arm) == TERM_PARAM && !param_chooses(resource, arm))
			add_condition(resource, input, arm, all, set);
	}
}

/* ----- what is sent whatever the conditions say ----- */

/* Each word. */
static List *
all_words(const WordDef *words)
{
	List *texts = NIL;

	for (const WordDef *each = words; each->word != NULL; each++)
		texts = lappend(texts, unconstify(char *, each->sent));
	return texts;
}

/* The moment at which a date of the server's options begins. */
static TimestampTz
moment_of_option(const RemoteRelation *relation, const char *name)
{
	const char *text = option_text(relation->service->options, relation->server_options, ForeignServerRelationId, name);
	DateADT date;

	if (!parse_iso_date(text, strlen(text), &date))
		elog(ERROR, "option \"%s\" is not a date: \"%s\"", name, text);
	return (TimestampTz) date * USECS_PER_DAY;
}

/* As far ahead of now as an option of the server says. */
static TimestampTz
moment_ahead(const RemoteRelation *relation, const char *name)
{
	int minutes = option_int(relation->service->options, relation->server_options, ForeignServerRelationId, name);

	return GetCurrentTimestamp() + minutes * USECS_PER_MINUTE;
}

/* A bound that no condition says. */
static void
set_bound(ParamValues *values, TimestampTz moment)
{
	values->texts = list_make1(param_text(values->def, TIMESTAMPTZOID, TIMESTAMPTZOID, TimestampTzGetDatum(moment)));
	values->is_moment = true;
	values->moment = moment;
}

/* Add what is sent where no condition says it; an end only to a begin that is known. */
static void
add_defaults(const AskInput *input, ParamValues *all)
{
	const ResourceDef *resource = input->relation->resource;
	bool has_begin = false;

	for (int i = 0; i < resource->nparams; i++)
	{
		const ParamDef *def = all[i].def;

		if (!param_is_of_listing(resource, def))
			continue;
		if (def->all_words && all[i].texts == NIL)
			all[i].texts = all_words(def->words);
		if (def->is_said && all[i].texts == NIL)
		{
			set_bound(&all[i], moment_of_option(input->relation, def->otherwise));
			all[i].of_option = true;
		}
		has_begin = has_begin || (def->rule == PARAM_FROM && all[i].is_moment);
		if (def->ahead == NULL || all[i].texts != NIL || !has_begin)
			continue;
		set_bound(&all[i], moment_ahead(input->relation, def->ahead));
		all[i].is_ahead = true;
	}
}

ParamValues *
param_values_of_terms(const AskInput *input, AskSet *set)
{
	const ResourceDef *resource = input->relation->resource;
	ParamValues *all = (ParamValues *) palloc0(sizeof(ParamValues) * resource->nparams);

	collect_values(resource, input, all, set);
	if (!set->nothing)
		add_defaults(input, all);
	return all;
}
