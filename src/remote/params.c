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
#include "catalog/pg_type.h"
#include "common/int.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "remote/extras.h"
#include "remote/param_groups.h"
#include "remote/param_rules.h"
#include "remote/param_texts.h"
#include "remote/relation.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

/* What one parameter is asked for; several values make several asks, or one with all of them. */
typedef struct ParamValues
{
	const ParamDef *def;
	List *texts;       /* char *; NIL = it is not asked for */
	AttrNumber column; /* whose condition it is */
	Oid field;         /* type of its field */
	bool is_null;      /* the text stands for no value */
	bool is_moment;    /* a bound of a timestamptz: */
	TimestampTz moment;
} ParamValues;

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
 * everything on that side is asked for.
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
		if (!moment_of_value(type, value, &moment) || TIMESTAMP_NOT_FINITE(moment))
			return false;
		type = TIMESTAMPTZOID;
		value = TimestampTzGetDatum(moment);
	}
	if (condition->op == OP_LE && !param_next_value(type, &value))
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

/* One condition becomes values of its parameter. */
static void
add_condition(const ResourceDef *resource, const AskInput *input, const List *term, ParamValues *all, AskSet *set)
{
	Condition condition = term_condition(term);
	const FieldDef *field = resource_field(resource, condition.name);
	const ParamDef *param = param_of_condition(resource, condition.name, condition.op);
	const Operand *operand = condition.operand < 0 ? NULL : &input->operands[condition.operand];
	ParamValues *values;
	bool is_bound;
	bool sent;

	if (param == NULL || field == NULL || !param_is_of_listing(resource, param))
	{
		set->incomplete = true;
		return;
	}
	values = &all[param - resource->params];
	is_bound = param->rule == PARAM_FROM || param->rule == PARAM_BEFORE;
	if (operand != NULL && operand->isnull)
		set->nothing = true;
	else if (values->texts != NIL && (!is_bound || (operand != NULL && !operand->known)))
		set->incomplete = true; /* one condition is this parameter already */
	else if (operand != NULL && !operand->known)
		values->texts = list_make1(psprintf("{operand %d}", condition.operand + 1));
	else
	{
		values->column = condition.column;
		values->field = field->type;
		sent =
			is_bound ? add_bound(values, field, &condition, operand) : add_equals(values, field, &condition, operand);
		set->incomplete = set->incomplete || !sent;
		set->nothing = set->nothing || (sent && values->texts == NIL);
	}
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

/* ----- what must be given ----- */

/* The other bound of the same column, where a span of it is walked in windows; or NULL. */
static ParamValues *
other_bound(const ResourceDef *resource, ParamValues *all, const ParamDef *bound)
{
	ParamRule wanted = bound->rule == PARAM_FROM ? PARAM_BEFORE : PARAM_FROM;

	if (bound->max_days == 0 || (bound->rule != PARAM_FROM && bound->rule != PARAM_BEFORE))
		return NULL;
	for (int i = 0; i < resource->nparams; i++)
		if (resource->params[i].rule == wanted && strcmp(resource->params[i].column, bound->column) == 0)
			return &all[i];
	return NULL;
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
			ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
							errmsg("conditions on columns \"%s\" and \"%s\" of foreign table \"%s\" cannot be combined",
								   left->column, sent->column, input->relation->name),
							errdetail("%s returns the rows for one of them, and these do not show the other.",
									  input->relation->service->title),
							errhint("Leave one of them out.")));
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
		params_raise_missing(input->relation, given, missing);
	for (int i = 0; i < resource->nparams; i++)
		if (all[i].texts != NIL && !given[i])
		{
			check_left_group(input, given, &resource->params[i]);
			all[i].texts = NIL;
			set->incomplete = true;
		}
}

/* ----- asks ----- */

/* The name by which the value is given. */
static char *
bare_name(const ParamDef *param)
{
	return param_is_of_path(param) ? pnstrdup(param->name + 1, strcspn(param->name + 1, "}")) : pstrdup(param->name);
}

/* The query string with this parameter behind it. */
static char *
query_with(const char *query, const char *name, const char *text)
{
	return psprintf("%s%s%s=%s", query == NULL ? "" : query, query == NULL ? "" : "&", name, text);
}

/* A copy of an ask that asks for these values of a parameter, too. */
static Ask *
ask_for_values(const Ask *ask, const ParamValues *values, List *texts)
{
	const ParamDef *param = values->def;
	Ask *more = (Ask *) palloc(sizeof(Ask));
	StringInfoData list;
	ListCell *lc;

	*more = *ask;
	if (list_length(texts) == 1)
		more->given = lappend(list_copy(ask->given),
							  given_make(bare_name(param), values->is_null ? NULL : (const char *) linitial(texts)));
	if (param_is_of_path(param))
		return more;
	initStringInfo(&list);
	foreach(lc, texts)
	{
		char *text = http_escape((const char *) lfirst(lc));

		if (param->has_commas)
			appendStringInfo(&list, "%s%s", list.len > 0 ? "," : "", text);
		else
			more->query = query_with(more->query, param->name, text);
	}
	if (param->has_commas)
		more->query = query_with(more->query, param->name, list.data);
	return more;
}

/* How many values of a parameter one ask may have. */
static int
values_per_ask(const ParamDef *param, const AskInput *input)
{
	int most = param_values_per_request(input->relation->resource, param);

	return input->keys_per_request > 0 ? Min(most, input->keys_per_request) : most;
}

/* Each of the asks for each portion of the parameter's values. */
static List *
multiply_asks(List *asks, const ParamValues *values, const AskInput *input)
{
	List *more = NIL;
	int size = values_per_ask(values->def, input);
	bool is_split = list_length(values->texts) > size;
	bool is_array = OidIsValid(values->field) && OidIsValid(get_element_type(values->field));
	ListCell *lc;

	for (int at = 0; at < list_length(values->texts); at += size)
	{
		List *some = list_copy_head(list_copy_tail(values->texts, at), size);

		CHECK_FOR_INTERRUPTS();
		foreach(lc, asks)
		{
			Ask *ask = ask_for_values((const Ask *) lfirst(lc), values, some);

			if (is_split && !is_array && !param_is_shown(input->relation->resource, values->def))
			{
				AskPart *part = (AskPart *) palloc(sizeof(AskPart));

				*part = (AskPart){values->column, values->def, values->field, some};
				ask->parts = lappend(list_copy(ask->parts), part);
			}
			more = lappend(more, ask);
		}
	}
	return more;
}

bool
asks_say_parent(const ResourceDef *resource, const AskSet *set)
{
	const Ask *ask = set->asks == NIL ? NULL : (const Ask *) linitial(set->asks);
	bool found = false;

	for (int i = 0; i < resource->nparams; i++)
	{
		const ParamDef *param = &resource->params[i];

		if (!param_is_of_path(param) || !param_is_of_listing(resource, param))
			continue;
		found = true;
		if (ask == NULL || given_value(ask->given, bare_name(param)) == NULL)
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
		bool found = false;
		const ListCell *wanted;

		if (slot->tts_isnull[part->column - 1])
			return false;
		text = param_text(part->param, part->field, type, slot->tts_values[part->column - 1]);
		foreach(wanted, part->texts)
			found = found || (text != NULL && strcmp(text, (const char *) lfirst(wanted)) == 0);
		if (!found)
			return false;
	}
	return true;
}

/* A border between two windows. */
static char *
window_text(const ParamDef *param, TimestampTz moment)
{
	return param_text(param, TIMESTAMPTZOID, TIMESTAMPTZOID, TimestampTzGetDatum(moment));
}

/* Each of the asks for each window of a span that is longer than one listing may be. */
static List *
multiply_by_windows(List *asks, const ParamValues *from, const ParamValues *before)
{
	List *more = NIL;
	TimestampTz at = from->moment;
	int64 step = from->def->max_days * USECS_PER_DAY;
	ListCell *lc;

	for (; at < before->moment; at += step)
	{
		TimestampTz end = Min(at + step, before->moment);
		List *first = at == from->moment ? from->texts : list_make1(window_text(from->def, at));
		List *last = end == before->moment ? before->texts : list_make1(window_text(before->def, end));

		CHECK_FOR_INTERRUPTS();
		foreach(lc, asks)
		{
			const Ask *ask = ask_for_values((const Ask *) lfirst(lc), from, first);

			more = lappend(more, ask_for_values(ask, before, last));
		}
	}
	return more;
}

/* The asks for all of the parameters. */
static List *
multiply_by_all(const AskInput *input, List *asks, ParamValues *all)
{
	const ResourceDef *resource = input->relation->resource;

	for (int i = 0; i < resource->nparams; i++)
	{
		const ParamValues *other = all[i].is_moment ? other_bound(resource, all, all[i].def) : NULL;

		/* an upper bound goes with the lower one */
		if (all[i].texts == NIL || (other != NULL && all[i].def->rule == PARAM_BEFORE))
			continue;
		asks = other != NULL ? multiply_by_windows(asks, &all[i], other) : multiply_asks(asks, &all[i], input);
	}
	return asks;
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
	leave_unsent(input, all, set);
	for (int i = 0; i < resource->nparams; i++)
		any = any || all[i].texts != NIL;
	if (!any)
		return;
	set->asks = multiply_by_all(input, asks, all);
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

		ask->query =
			query_with(ask->query, param->name, http_escape(descending ? param->descending : param->ascending));
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
