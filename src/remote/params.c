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

#include "base/fixed_settings.h"
#include "base/timestamps.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "miscadmin.h"
#include "remote/param_rules.h"
#include "remote/relation.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

/* What one parameter is asked for; several values make several asks, or one with all of them. */
typedef struct ParamValues
{
	const ParamDef *def;
	List *texts;    /* char *; NIL = it is not asked for */
	bool is_moment; /* a bound of a timestamptz: */
	TimestampTz moment;
} ParamValues;

/* ----- values as text ----- */

/* 2026-01-31T08:00:00Z; fractions of a second where there are some. */
static char *
moment_text(TimestampTz moment)
{
	struct pg_tm tm;
	fsec_t fraction;
	char *text;

	if (TIMESTAMP_NOT_FINITE(moment) || timestamp2tm(moment, NULL, &tm, &fraction, NULL, NULL) != 0 || tm.tm_year < 1 ||
		tm.tm_year > 9999)
		return NULL;
	text =
		psprintf("%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return fraction == 0 ? psprintf("%sZ", text) : psprintf("%s.%06dZ", text, (int) fraction);
}

/* The text of a value of an operand's type; NULL: it cannot be sent. */
static char *
value_text(const ParamDef *param, Oid field, Oid type, Datum value)
{
	TimestampTz moment;

	if (param->write != NULL)
		return param->write(value, type);
	if (field == TIMESTAMPTZOID)
		return moment_of_value(type, value, &moment) ? moment_text(moment) : NULL;
	if (type == BOOLOID)
		return pstrdup(DatumGetBool(value) ? "true" : "false");
	return fixed_output(type, value);
}

/* The smallest value behind this one, so that "<=" becomes "<"; false: there is none. */
static bool
next_value(Oid type, Datum *value)
{
	int64 next;

	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
			next = type == INT2OID   ? DatumGetInt16(*value)
				   : type == INT4OID ? DatumGetInt32(*value)
									 : DatumGetInt64(*value);
			if (pg_add_s64_overflow(next, 1, &next))
				return false;
			*value = Int64GetDatum(next);
			return true;
		case DATEOID:
			if (DATE_NOT_FINITE(DatumGetDateADT(*value)))
				return false;
			*value = DateADTGetDatum(DatumGetDateADT(*value) + 1);
			return true;
		default:
			if (TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(*value)) ||
				pg_add_s64_overflow(DatumGetTimestampTz(*value), 1, &next))
				return false;
			*value = TimestampTzGetDatum(next);
			return true;
	}
}

/* ----- the values of each parameter ----- */

/* A bound: one value.  Where it cannot be sent everything on that side is asked for. */
static bool
add_bound(ParamValues *values, const FieldDef *field, const Condition *condition, const Operand *operand)
{
	Oid type = operand->type;
	Datum value = operand->value;
	char *text;

	/* of a date compared with a time the day's begin counts, in the session's zone */
	if (field->type == TIMESTAMPTZOID)
	{
		if (!moment_of_value(type, value, &values->moment) || TIMESTAMP_NOT_FINITE(values->moment))
			return false;
		type = TIMESTAMPTZOID;
		value = TimestampTzGetDatum(values->moment);
	}
	if (condition->op == OP_LE && !next_value(type, &value))
		return false;
	if (param_is_integer(type) && condition->op == OP_LE)
		type = INT8OID;
	text = value_text(values->def, field->type, type, value);
	if (text == NULL)
		return false;
	values->texts = list_make1(text);
	values->is_moment = (field->type == TIMESTAMPTZOID);
	if (values->is_moment)
		values->moment = DatumGetTimestampTz(value);
	return true;
}

/* Values to be equal to; false: one of them cannot be sent. */
static bool
add_equals(ParamValues *values, const FieldDef *field, const Condition *condition, const Operand *operand)
{
	Elements elements = {.type = BOOLOID, .n = 1};
	Datum single;

	if (condition->op == OP_IN)
		elements = elements_of_array(operand->value);
	else
	{
		single = operand == NULL ? BoolGetDatum(condition->op == OP_TRUE) : operand->value;
		elements.type = operand == NULL ? BOOLOID : operand->type;
		elements.values = &single;
	}
	for (int i = 0; i < elements.n; i++)
	{
		char *text = value_text(values->def, field->type, elements.type, elements.values[i]);

		CHECK_FOR_INTERRUPTS();
		if (text == NULL)
		{
			values->texts = NIL;
			return false;
		}
		values->texts = lappend(values->texts, text);
	}
	return true;
}

/* One condition becomes values of its parameter. */
static void
add_condition(const ResourceDef *resource, const AskInput *input, const List *term, ParamValues *all, AskSet *set)
{
	Condition condition = term_condition(term);
	const FieldDef *field = resource_field(resource, condition.slug);
	const ParamDef *param = param_of_condition(resource, condition.slug, condition.op);
	const Operand *operand = condition.operand < 0 ? NULL : &input->operands[condition.operand];
	ParamValues *values;
	bool sent;

	if (param == NULL || field == NULL || param->way != resource->way)
	{
		set->incomplete = true;
		return;
	}
	values = &all[param - resource->params];
	if (operand != NULL && operand->isnull)
		set->nothing = true;
	else if (values->texts != NIL)
		set->incomplete = true; /* one condition is this parameter already */
	else if (operand != NULL && !operand->known)
		values->texts = list_make1(psprintf("{operand %d}", condition.operand + 1));
	else
	{
		sent = param->rule == PARAM_FROM || param->rule == PARAM_BEFORE
				   ? add_bound(values, field, &condition, operand)
				   : add_equals(values, field, &condition, operand);
		set->incomplete = set->incomplete || !sent;
		set->nothing = set->nothing || (sent && values->texts == NIL);
	}
}

/* What all terms ask of each parameter. */
static void
collect_values(const ResourceDef *resource, const AskInput *input, ParamValues *all, AskSet *set)
{
	for (int i = 0; i < resource->nparams; i++)
		all[i].def = &resource->params[i];
	for (int i = 1; i < list_length(input->term); i++)
	{
		const List *arm = (const List *) list_nth(input->term, i);

		if (term_kind(arm) == TERM_PARAM)
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

/* A condition that would give it, for people. */
static char *
example_of(const ResourceDef *resource, const ParamDef *param)
{
	const FieldDef *field = resource_field(resource, param->column);
	Oid type = field == NULL ? TEXTOID : field->type;
	const char *value = param_is_integer(type) ? "1"
						: type == BOOLOID      ? "true"
						: type == UUIDOID      ? "'00000000-0000-4000-8000-000000000000'"
						: param_is_time(type)  ? "'2026-01-31'"
											   : "'...'";
	const char *op = param->rule == PARAM_FROM ? ">=" : param->rule == PARAM_BEFORE ? "<" : "=";

	return psprintf("%s %s %s", quote_identifier(param->column), op, value);
}

/* Does not return. */
static void
raise_param_missing(const ResourceDef *resource, const char *table, const ParamDef *param)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_ERROR),
			 errmsg("foreign table \"%s\" cannot be read without a condition on column \"%s\"", table, param->column),
			 errhint("Add a condition such as %s, or join on the column.", example_of(resource, param))));
}

/*
 * Part of a group is missing: the rest is checked locally.  ERROR where it cannot
 * be: rows show what was asked for, or cannot be asked for without it.
 */
static void
leave_group(const ResourceDef *resource, const char *table, ParamValues *all, const ParamDef *missing, AskSet *set)
{
	for (int i = 0; i < resource->nparams; i++)
	{
		const ParamDef *param = all[i].def;
		const FieldDef *field = resource_field(resource, param->column);

		if (all[i].texts == NIL || param->together == NULL || strcmp(param->together, missing->together) != 0)
			continue;
		if (param->required || field == NULL || field->source == FIELD_GIVEN)
			raise_param_missing(resource, table, missing);
		all[i].texts = NIL;
		set->incomplete = true;
	}
}

/* The conditions of a group stand together: all or none of them, or just one. */
static void
check_group(const ResourceDef *resource, const char *table, ParamValues *all, const char *group, AskSet *set)
{
	bool just_one = (group[0] == '?');
	const ParamDef *missing = NULL;
	int given = 0;

	for (int i = 0; i < resource->nparams; i++)
	{
		if (all[i].def->together == NULL || strcmp(all[i].def->together, group) != 0)
			continue;
		if (all[i].texts == NIL)
			missing = missing == NULL ? all[i].def : missing;
		else if (just_one && given++ > 0)
		{
			/* the others are checked locally */
			all[i].texts = NIL;
			set->incomplete = true;
		}
		else if (!just_one)
			given++;
	}
	if (missing != NULL && just_one && given == 0)
		raise_param_missing(resource, table, missing);
	if (missing != NULL && !just_one && given > 0)
		leave_group(resource, table, all, missing, set);
}

/* ERROR where what must be given is not; without it "parents" may say what there is. */
static void
check_given(const ResourceDef *resource, const char *table, ParamValues *all, AskSet *set)
{
	for (int i = 0; i < resource->nparams; i++)
	{
		const ParamDef *param = &resource->params[i];
		const ParamValues *other = other_bound(resource, all, param);

		if (param->way != resource->way)
			continue;
		if (other != NULL && other->texts != NIL && all[i].texts == NIL)
			raise_param_missing(resource, table, param);
		if (param->together != NULL)
			check_group(resource, table, all, param->together, set);
		if ((param->required || param->way != NULL) && all[i].texts == NIL && resource->parents == NULL)
			raise_param_missing(resource, table, param);
	}
}

/* ----- asks ----- */

/* "{name}" is a part of the path, called so. */
static bool
is_of_path(const ParamDef *param)
{
	return param->name[0] == '{';
}

/* The name by which the value is given. */
static char *
bare_name(const ParamDef *param)
{
	return is_of_path(param) ? pnstrdup(param->name + 1, strcspn(param->name + 1, "}")) : pstrdup(param->name);
}

/* A copy of an ask that asks for these values of a parameter, too. */
static Ask *
ask_for_values(const Ask *ask, const ParamDef *param, List *texts)
{
	Ask *more = (Ask *) palloc(sizeof(Ask));
	ListCell *lc;

	*more = *ask;
	if (list_length(texts) == 1)
		more->given = lappend(list_copy(ask->given), given_make(bare_name(param), (const char *) linitial(texts)));
	if (is_of_path(param))
		return more;
	foreach(lc, texts)
		more->query = psprintf("%s%s%s=%s", more->query == NULL ? "" : more->query, more->query == NULL ? "" : "&",
							   param->name, http_escape((const char *) lfirst(lc)));
	return more;
}

/* How many values of a parameter one ask may have. */
static int
values_per_ask(const ParamDef *param, const AskInput *input)
{
	int most = param->rule == PARAM_ANY && !is_of_path(param) ? Max(param->max_values, 1) : 1;

	return input->keys_per_request > 0 ? Min(most, input->keys_per_request) : most;
}

/* Each of the asks for each portion of the parameter's values. */
static List *
multiply_asks(List *asks, const ParamValues *values, const AskInput *input)
{
	List *more = NIL;
	int size = values_per_ask(values->def, input);
	ListCell *lc;

	for (int at = 0; at < list_length(values->texts); at += size)
	{
		List *some = list_copy_head(list_copy_tail(values->texts, at), size);

		CHECK_FOR_INTERRUPTS();
		foreach(lc, asks)
			more = lappend(more, ask_for_values((const Ask *) lfirst(lc), values->def, some));
	}
	return more;
}

/* A border between two windows. */
static char *
window_text(const ParamDef *param, TimestampTz moment)
{
	return value_text(param, TIMESTAMPTZOID, TIMESTAMPTZOID, TimestampTzGetDatum(moment));
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
			const Ask *ask = ask_for_values((const Ask *) lfirst(lc), from->def, first);

			more = lappend(more, ask_for_values(ask, before->def, last));
		}
	}
	return more;
}

/* The asks for all of the parameters. */
static List *
multiply_by_all(const ResourceDef *resource, const AskInput *input, List *asks, ParamValues *all)
{
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
	check_given(resource, input->relation->name, all, set);
	for (int i = 0; i < resource->nparams; i++)
		any = any || all[i].texts != NIL;
	if (!any)
		return;
	set->asks = multiply_by_all(resource, input, asks, all);
	set->nothing = (set->asks == NIL);
}

AskSet
asks_of_scan(struct Session *session, const AskInput *input)
{
	const Service *service = input->relation->service;
	AskSet set = {false, false, NIL};
	AskInput others = *input;

	/* keys that become a parameter are none of the others' */
	if (input->looked_up >= 0 && term_kind((const List *) llast(input->term)) == TERM_PARAM)
		others.looked_up = -1;
	if (service->write_asks != NULL)
		set = service->write_asks(session, &others);
	params_write(input, &set);
	return set;
}
