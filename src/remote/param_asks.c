/*
 * param_asks.c
 *		From the values of parameters to what listings are asked for.
 *
 * Owns: how parameters stand in a query string, and how many asks they make.
 * Must not know conditions.  Makes no request.
 */
#include "remote/param_asks.h"

#include "catalog/pg_type.h"
#include "http/http.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "remote/param_groups.h"
#include "remote/param_rules.h"
#include "remote/param_texts.h"
#include "remote/relation.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

/* A span that is asked for in windows. */
struct SpanAsked
{
	const ParamDef *from;
	const ParamDef *before;
	Windows windows;
	TimestampTz *since; /* of the rows that are wanted, where no condition drops the others; NULL = one does */
};

/* What is asked for next where the newest window has rows. */
struct AskAhead
{
	const Ask *base; /* without any window */
	const struct SpanAsked *span;
	int n; /* of the window */
};

/* ----- one ask ----- */

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
		more->given =
			lappend(list_copy(ask->given),
					given_make(bare_part_name(param->name), values->is_null ? NULL : (const char *) linitial(texts)));
	if (is_part_name(param->name))
		return more;
	initStringInfo(&list);
	foreach(lc, texts)
	{
		char *text = http_escape((const char *) lfirst(lc));

		if (param->has_commas)
			appendStringInfo(&list, "%s%s", list.len > 0 ? "," : "", text);
		else
			more->query = query_with(more->query, psprintf("%s=%s", param->name, text));
	}
	if (param->has_commas)
		more->query = query_with(more->query, psprintf("%s=%s", param->name, list.data));
	return more;
}

/* ----- values ----- */

/* How many values of a parameter one ask may have. */
static int
values_per_ask(const ParamDef *param, const AskInput *input)
{
	int most = param_values_per_request(input->relation->resource, param);

	return input->keys_per_request > 0 ? Min(most, input->keys_per_request) : most;
}

/* May rows of such a listing have a value of the parameter's field? */
static bool
may_have_value(const Ask *ask, const ParamDef *param)
{
	const char *given = param->only_of == NULL ? NULL : given_value(ask->given, param->only_of);

	return given == NULL || strstr(psprintf("|%s|", param->only_values), psprintf("|%s|", given)) != NULL;
}

/* Each of the asks, of which rows can have such a value, for each portion of the parameter's values. */
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
			Ask *ask;

			if (!may_have_value((const Ask *) lfirst(lc), values->def))
				continue;
			ask = ask_for_values((const Ask *) lfirst(lc), values, some);

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

/* ----- windows ----- */

/* The values of the other bound of the same span, or NULL. */
static const ParamValues *
other_bound(const ResourceDef *resource, const ParamValues *all, const ParamDef *bound)
{
	const ParamDef *other = param_other_bound(resource, bound);

	return other == NULL ? NULL : &all[other - resource->params];
}

/* A border between two windows. */
static char *
window_text(const ParamDef *param, TimestampTz moment)
{
	return param_text(param, TIMESTAMPTZOID, TIMESTAMPTZOID, TimestampTzGetDatum(moment));
}

/* The ask for a window of a span, beside what it asks for otherwise. */
static Ask *
ask_for_window(const Ask *ask, const struct SpanAsked *span, int n)
{
	TimeSpan asked = window_asked(&span->windows, n);
	char *from = window_text(span->from, asked.from);
	char *before = window_text(span->before, asked.before);
	Ask *more;

	if (from == NULL || before == NULL)
		return NULL;
	more = ask_for_values(ask, &(ParamValues){.def = span->from}, list_make1(from));
	more = ask_for_values(more, &(ParamValues){.def = span->before}, list_make1(before));
	more->window = (TimeSpan *) palloc(sizeof(TimeSpan));
	*more->window = window_at(&span->windows, n);
	more->since = span->since;
	return more;
}

/* Let the ask for the newest window go on behind it, where no condition says the end. */
static void
let_go_on(Ask *more, const Ask *ask, const struct SpanAsked *span, int n)
{
	struct AskAhead *ahead = (struct AskAhead *) palloc(sizeof(struct AskAhead));

	*ahead = (struct AskAhead){ask, span, n - 1};
	more->ahead = ahead;
}

Ask *
ask_next_ahead(const Ask *ask)
{
	const struct AskAhead *ahead = ask == NULL ? NULL : ask->ahead;
	Ask *more = ahead == NULL ? NULL : ask_for_window(ahead->base, ahead->span, ahead->n);

	if (more == NULL)
		return NULL;
	more->stage = ask->stage;
	let_go_on(more, ahead->base, ahead->span, ahead->n);
	return more;
}

/* Each of the asks for each window of a span that is longer than one listing may be, one window after the other. */
static List *
multiply_by_windows(const AskInput *input, List *asks, const ParamValues *from, const ParamValues *before)
{
	struct SpanAsked *span = (struct SpanAsked *) palloc0(sizeof(struct SpanAsked));
	TimeSpan whole = {from->moment, before->moment};
	List *more = NIL;
	ListCell *lc;

	if (before->is_ahead && whole.before <= whole.from)
		whole.before = whole.from + 1;
	span->from = from->def;
	span->before = before->def;
	span->windows = windows_of_span(from->def, whole);
	if (from->of_option)
		span->since = &span->windows.from;
	for (int stage = 0; stage < span->windows.n; stage++)
	{
		int n = input->oldest_first ? span->windows.n - 1 - stage : stage;

		CHECK_FOR_INTERRUPTS();
		foreach(lc, asks)
		{
			const Ask *ask = (const Ask *) lfirst(lc);
			Ask *one = ask_for_window(ask, span, n);

			/* there is no such year */
			if (one == NULL)
				continue;
			one->stage = stage;
			if (n == 0 && before->is_ahead)
				let_go_on(one, ask, span, n);
			more = lappend(more, one);
		}
	}
	return more;
}

/* ----- all of it ----- */

/* Is this bound walked in windows together with the other one? */
static bool
is_of_windows(const ResourceDef *resource, const ParamValues *all, const ParamValues *bound)
{
	const ParamValues *other = bound->is_moment ? other_bound(resource, all, bound->def) : NULL;

	return other != NULL && other->is_moment;
}

List *
asks_of_params(const AskInput *input, List *asks, const ParamValues *all)
{
	const ResourceDef *resource = input->relation->resource;
	const ParamValues *from = NULL;

	for (int i = 0; i < resource->nparams; i++)
	{
		if (all[i].texts == NIL)
			continue;
		if (!is_of_windows(resource, all, &all[i]))
			asks = multiply_asks(asks, &all[i], input);
		else if (all[i].def->rule == PARAM_FROM)
			from = &all[i];
	}
	/* last, so that all that is asked of a window comes together */
	return from == NULL ? asks : multiply_by_windows(input, asks, from, other_bound(resource, all, from->def));
}
