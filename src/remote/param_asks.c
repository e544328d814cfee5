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

/* ----- one ask ----- */

/* The query string of an ask with these values of a parameter behind it; of many asks nothing else is left behind. */
static char *
query_with_values(const char *query, const ParamDef *param, const List *texts)
{
	StringInfoData list;
	const ListCell *lc;
	char *more;

	initStringInfo(&list);
	if (query != NULL)
		appendStringInfoString(&list, query);
	foreach(lc, texts)
	{
		char *text = http_escape((const char *) lfirst(lc));

		if (param->has_commas && foreach_current_index(lc) > 0)
			appendStringInfoChar(&list, ',');
		else
			appendStringInfo(&list, "%s%s=", list.len > 0 ? "&" : "", param->name);
		appendStringInfoString(&list, text);
		pfree(text);
	}
	more = pstrdup(list.data);
	pfree(list.data);
	return more;
}

/* A copy of an ask that asks for these values of a parameter, too. */
static Ask *
ask_for_values(const Ask *ask, const ParamValues *values, List *texts)
{
	const ParamDef *param = values->def;
	Ask *more = (Ask *) palloc(sizeof(Ask));

	*more = *ask;
	if (list_length(texts) == 1)
		more->given =
			lappend(list_copy(ask->given),
					given_make(bare_part_name(param->name), values->is_null ? NULL : (const char *) linitial(texts)));
	if (!is_part_name(param->name))
		more->query = query_with_values(ask->query, param, texts);
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

/* So many of the texts from this one on, or as many as there are. */
static List *
texts_from(const List *texts, int from, int n)
{
	List *some = NIL;

	for (int i = from; i < list_length(texts) && i < from + n; i++)
		some = lappend(some, list_nth(texts, i));
	return some;
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
		List *some = texts_from(values->texts, at, size);

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

/* Are there years in which the n-th window of a span begins and ends? */
static bool
has_window(const struct SpanAsked *span, int n)
{
	TimeSpan asked = window_asked(&span->windows, n);

	return window_text(span->from, asked.from) != NULL && window_text(span->before, asked.before) != NULL;
}

/* The n-th window of a span, which there is, in the query string; nothing else is left behind. */
static char *
window_query(const char *query, const struct SpanAsked *span, int n)
{
	TimeSpan asked = window_asked(&span->windows, n);
	char *from = window_text(span->from, asked.from);
	char *before = window_text(span->before, asked.before);
	char *from_sent = http_escape(from);
	char *before_sent = http_escape(before);
	char *window = psprintf("%s=%s&%s=%s", span->from->name, from_sent, span->before->name, before_sent);
	char *whole = query_with(query, window);

	pfree(from);
	pfree(before);
	pfree(from_sent);
	pfree(before_sent);
	pfree(window);
	return whole;
}

char *
ask_query(const Ask *ask)
{
	return ask->span == NULL ? unconstify(char *, ask->query) : window_query(ask->query, ask->span, ask->number);
}

/*
 * The ask for a window of a span, beside what it asks for otherwise; its query
 * string is made when it is sent: of many years and many keys there are many.
 */
static Ask *
ask_for_window(const Ask *ask, const struct SpanAsked *span, int n)
{
	Ask *more = (Ask *) palloc(sizeof(Ask));

	*more = *ask;
	more->span = span;
	more->number = n;
	more->window = window_at(&span->windows, n);
	more->since = span->since;
	return more;
}

Ask *
ask_next_ahead(const Ask *ask)
{
	if (ask == NULL || !ask->goes_on || !has_window(ask->span, ask->number - 1))
		return NULL;
	return ask_for_window(ask, ask->span, ask->number - 1);
}

/* The end of a span that begins behind the usual end: as far as one listing may go. */
static TimestampTz
end_behind(const ParamDef *from, TimestampTz begin)
{
	int64 grain = Max(from->grain * USECS_PER_SEC, 1);

	/* the window is in whole grains, and may begin before the span */
	return Max(Min(begin + from->max_days * USECS_PER_DAY - 2 * grain, param_last_moment()), begin + 1);
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
		whole.before = end_behind(from->def, whole.from);
	span->from = from->def;
	span->before = before->def;
	span->windows = windows_of_span(from->def, whole);
	if (from->of_option)
		span->since = &span->windows.from;
	for (int stage = 0; stage < span->windows.n; stage++)
	{
		int n = input->oldest_first ? span->windows.n - 1 - stage : stage;

		CHECK_FOR_INTERRUPTS();
		if (!has_window(span, n))
			continue;
		foreach(lc, asks)
		{
			Ask *one = ask_for_window((const Ask *) lfirst(lc), span, n);

			one->stage = stage;
			one->goes_on = n == 0 && before->is_ahead;
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
