/*
 * params.c
 *		Conditions that become parameters of a request.
 *
 * Owns: how values are written, how many asks they make, and what is missing.
 * Must not know any service.  Makes no request.
 *
 * What is asked for is never less than what the conditions let through: where
 * several conditions could be the same parameter one is sent; the others are
 * checked locally.
 */
#include "remote/params.h"

#include "base/text_rows.h"
#include "base/timestamps.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "remote/extras.h"
#include "remote/param_asks.h"
#include "remote/param_groups.h"
#include "remote/param_rules.h"
#include "remote/param_texts.h"
#include "remote/relation.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

/* ----- the values of each parameter ----- */

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

/* Values to be equal to; false: one of them cannot be sent. */
static bool
add_equals(ParamValues *values, const FieldDef *field, const Condition *condition, const Operand *operand)
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

/* Does the condition choose among listings? */
static bool
is_choice(const ResourceDef *resource, const List *term)
{
	Condition condition = term_condition(term);
	const ParamDef *param = param_of_condition(resource, condition.name, condition.op);

	return param != NULL && param->rule == PARAM_CHOICE;
}

/* What the conditions that choose among listings say, as far as it is known: a List of AskChoice. */
static List *
choices_of_terms(const AskInput *input)
{
	const ResourceDef *resource = input->relation->resource;
	List *choices = NIL;

	for (int i = 1; i < list_length(input->term); i++)
	{
		const List *arm = (const List *) list_nth(input->term, i);
		ParamValues values = {0};
		Condition condition;
		const Operand *operand;
		AskChoice *choice;

		if (term_kind(arm) != TERM_PARAM || !is_choice(resource, arm))
			continue;
		condition = term_condition(arm);
		values.def = param_of_condition(resource, condition.name, condition.op);
		operand = condition.operand >= 0 ? &input->operands[condition.operand] : NULL;
		if (operand != NULL && !operand->isnull &&
			(!operand->known || !add_equals(&values, resource_field(resource, condition.name), &condition, operand)))
			continue;
		choice = (AskChoice *) palloc(sizeof(AskChoice));
		choice->name = resource_field(resource, condition.name)->path;
		choice->texts = values.texts;
		choices = lappend(choices, choice);
	}
	return choices;
}

bool
choices_leave_listing(const List *choices, const List *given)
{
	const ListCell *lc;

	foreach(lc, choices)
	{
		const AskChoice *choice = (const AskChoice *) lfirst(lc);
		const char *value = given_value(given, choice->name);

		if (value != NULL && !list_has_text(choice->texts, value))
			return false;
	}
	return true;
}

bool
params_choose_listing(const AskInput *input, const List *given)
{
	return choices_leave_listing(choices_of_terms(input), given);
}

/* A condition becomes values of a parameter, which is of the listing. */
static void
add_to_param(ParamValues *values, const AskInput *input, const FieldDef *field, const Condition *condition, AskSet *set)
{
	const Operand *operand = condition->operand < 0 ? NULL : &input->operands[condition->operand];
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
		sent = is_bound ? add_bound(values, field, condition, operand) : add_equals(values, field, condition, operand);
		set->incomplete = set->incomplete || !sent;
		set->nothing = set->nothing || (sent && values->texts == NIL);
	}
}

/* One condition becomes values of its parameter; an equality with a bound both bounds. */
static void
add_condition(const ResourceDef *resource, const AskInput *input, const List *term, ParamValues *all, AskSet *set)
{
	Condition condition = term_condition(term);
	const FieldDef *field = resource_field(resource, condition.name);
	const ParamDef *param = param_of_condition(resource, condition.name, condition.op);
	bool is_both = param != NULL && param->rule == PARAM_FROM && condition.op == OP_EQ;

	if (param == NULL || field == NULL || !param_is_of_listing(resource, param))
	{
		set->incomplete = true;
		return;
	}
	condition.op = is_both ? OP_GE : condition.op;
	add_to_param(&all[param - resource->params], input, field, &condition, set);
	if (!is_both)
		return;
	condition.op = OP_LE;
	param = param_of_condition(resource, condition.name, condition.op);
	add_to_param(&all[param - resource->params], input, field, &condition, set);
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

		if (term_kind(arm) == TERM_PARAM && !is_choice(resource, arm))
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

/* ----- what must be given ----- */

/* Conditions on the columns of both cannot be met by rows that one listing has.  Does not return. */
static void
raise_combined(const AskInput *input, const ParamDef *left, const ParamDef *sent)
{
	ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
					errmsg("conditions on columns \"%s\" and \"%s\" of foreign table \"%s\" cannot be combined",
						   left->column, sent->column, input->relation->name),
					errdetail("%s returns the rows for one of them, and these do not show the other.",
							  input->relation->service->title),
					errhint("Leave one of them out.")));
}

/*
 * Something is missing, while all that another way takes is given: what must be
 * left out is of more use than what to add.
 */
static void
check_left_way(const AskInput *input, const bool *given)
{
	const ResourceDef *resource = input->relation->resource;
	const ParamDef *left = params_left_way(resource, list_copy_tail(input->term, 1));

	for (int i = 0; i < resource->nparams && left != NULL; i++)
	{
		const ParamDef *sent = &resource->params[i];

		if (given[i] && !sent->every_way && param_is_of_listing(resource, sent) && param_is_shown(resource, sent))
			raise_combined(input, sent, left);
	}
}

/*
 * A group of a choice is not sent, as another one is.  ERROR where its condition
 * cannot be checked locally: rows show what they were asked for, or the listing
 * of a group that stands behind it has none of its rows.
 */
static void
check_left_group(const AskInput *input, const bool *given, const ParamDef *left)
{
	const ResourceDef *resource = input->relation->resource;

	for (int i = 0; i < resource->nparams && left->either != NULL; i++)
	{
		const ParamDef *sent = &resource->params[i];

		if (given[i] && sent->either != NULL && strcmp(sent->either, left->either) == 0 &&
			(param_is_shown(resource, left) || left < sent))
			raise_combined(input, left, sent);
	}
}

/* Leave what is not sent; ERROR where what must be given is not. */
static void
leave_unsent(const AskInput *input, ParamValues *all, AskSet *set)
{
	const ResourceDef *resource = input->relation->resource;
	bool *given = (bool *) palloc(sizeof(bool) * resource->nparams);
	List *missing;

	for (int i = 0; i < resource->nparams; i++)
		given[i] = all[i].texts != NIL;
	missing = params_choose(resource, given);
	if (missing != NIL)
	{
		check_left_way(input, given);
		params_raise_missing(input->relation, given, missing);
	}
	for (int i = 0; i < resource->nparams; i++)
		if (all[i].texts != NIL && !given[i])
		{
			check_left_group(input, given, &resource->params[i]);
			all[i].texts = NIL;
			set->incomplete = true;
		}
}

/* ----- what listings there are ----- */

bool
asks_say_parent(const ResourceDef *resource, const AskSet *set)
{
	const Ask *ask = set->asks == NIL ? NULL : (const Ask *) linitial(set->asks);
	bool found = false;

	for (int i = 0; i < resource->nparams; i++)
	{
		const ParamDef *param = &resource->params[i];

		if (!is_part_name(param->name) || !param_is_of_listing(resource, param))
			continue;
		found = true;
		if (ask == NULL || given_value(ask->given, bare_part_name(param->name)) == NULL)
			return false;
	}
	return found;
}

bool
ask_has_row(const Ask *ask, TupleTableSlot *slot)
{
	ListCell *lc;

	foreach(lc, ask->parts)
	{
		const AskPart *part = (const AskPart *) lfirst(lc);
		Oid type = TupleDescAttr(slot->tts_tupleDescriptor, part->column - 1)->atttypid;
		const char *text;

		if (slot->tts_isnull[part->column - 1])
			return false;
		text = param_text(part->param, part->field, type, slot->tts_values[part->column - 1]);
		if (text == NULL || !list_has_text(part->texts, text))
			return false;
	}
	return true;
}

void
params_write(const AskInput *input, AskSet *set)
{
	const ResourceDef *resource = input->relation->resource;
	ParamValues *all = (ParamValues *) palloc0(sizeof(ParamValues) * Max(resource->nparams, 1));
	List *asks = set->asks == NIL ? list_make1(ask_by_filter(NULL)) : set->asks;
	bool any = false;

	if (resource->nparams == 0 || set->nothing)
		return;
	collect_values(resource, input, all, set);
	if (set->nothing)
		return;
	add_defaults(input, all);
	leave_unsent(input, all, set);
	for (int i = 0; i < resource->nparams; i++)
		any = any || all[i].texts != NIL;
	if (!any)
		return;
	set->asks = asks_of_params(input, asks, all);
	set->nothing = (set->asks == NIL);
}

bool
asks_need_several(const ResourceDef *resource, const AskSet *set)
{
	if (list_length(set->asks) > 1)
		return true;
	return resource_has_parents(resource) && !asks_say_parent(resource, set);
}

void
params_add_order(const ResourceDef *resource, const char *field, bool descending, AskSet *set)
{
	const ParamDef *param = param_of_order(resource, field, descending);
	ListCell *lc;

	if (set->asks == NIL)
		set->asks = list_make1(ask_by_filter(NULL));
	foreach(lc, set->asks)
	{
		Ask *ask = (Ask *) lfirst(lc);

		ask->query = query_with(
			ask->query, psprintf("%s=%s", param->name, http_escape(descending ? param->descending : param->ascending)));
	}
}

AskSet
asks_of_scan(struct Session *session, const AskInput *input)
{
	const Service *service = input->relation->service;
	bool by_param = input->looked_up >= 0 && term_kind((const List *) llast(input->term)) == TERM_PARAM;
	AskInput others = *input;
	AskSet set = {0};

	/* keys that become a parameter are none of the others', which may have been refused */
	if (by_param)
		others.looked_up = -1;
	if (service->write_asks != NULL &&
		(!by_param || !input->without_others || input->relation->resource->value_of != NULL))
		set = service->write_asks(session, &others);
	if (by_param && input->without_others)
	{
		set.asks = asks_without_filters(set.asks);
		set.incomplete = true;
	}
	params_write(input, &set);
	extras_write(input, &set);
	set.choices = choices_of_terms(input);
	return set;
}
