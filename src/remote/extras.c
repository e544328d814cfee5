/*
 * extras.c
 *		Members of rows that come only where they are asked for.
 *
 * Owns: which listings are read for them, and in which order.  Must not know any
 * service.  Makes no request.
 */
#include "remote/extras.h"

#include "remote/column.h"
#include "remote/relation.h"

const Extra *
extra_of_column(const RemoteRelation *relation, AttrNumber attnum)
{
	const FieldDef *field = column_declared(relation, attnum)->field;

	return field == NULL ? NULL : field->extra;
}

List *
extras_of_columns(const RemoteRelation *relation, const List *columns)
{
	List *extras = NIL;
	const ListCell *lc;

	foreach(lc, columns)
	{
		const Extra *extra = extra_of_column(relation, (AttrNumber) lfirst_int(lc));

		if (extra != NULL)
			extras = list_append_unique_ptr(extras, unconstify(Extra *, extra));
	}
	return extras;
}

/* A copy of the ask that asks for the extra, too. */
static Ask *
ask_with_extra(const Ask *ask, const Extra *extra)
{
	Ask *more = (Ask *) palloc(sizeof(Ask));

	*more = *ask;
	more->query = query_with(ask->query, extra->query);
	more->extras = lappend(list_copy(ask->extras), unconstify(Extra *, extra));
	return more;
}

/* The asks with the extra; "both": and behind them the same without it. */
static List *
add_extra(const List *asks, const Extra *extra, bool both)
{
	List *with = NIL;
	List *without = NIL;
	const ListCell *lc;

	foreach(lc, asks)
	{
		const Ask *ask = (const Ask *) lfirst(lc);
		Ask *more = ask_with_extra(ask, extra);
		Ask *less;

		with = lappend(with, more);
		if (!both)
			continue;
		less = (Ask *) palloc(sizeof(Ask));
		*less = *ask;
		less->unless = more;
		without = lappend(without, less);
	}
	return list_concat(with, without);
}

/* Those that leave rows out come last, so that "unless" of an ask is one that is sent. */
void
extras_write(const AskInput *input, AskSet *set)
{
	List *extras = extras_of_columns(input->relation, input->columns);
	const List *present = extras_of_columns(input->relation, input->present);
	ListCell *lc;

	if (set->nothing || extras == NIL)
		return;
	if (set->asks == NIL)
		set->asks = list_make1(ask_by_filter(NULL));
	for (int leaving = 0; leaving <= 1; leaving++)
		foreach(lc, extras)
		{
			const Extra *extra = (const Extra *) lfirst(lc);

			if (extra->query != NULL && extra->leaves_rows_out == (leaving != 0))
				set->asks = add_extra(set->asks, extra, leaving != 0 && !list_member_ptr(present, extra));
		}
}
