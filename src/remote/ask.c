/*
 * ask.c
 *		What the listings of one scan ask for.
 */
#include "remote/ask.h"

#include "base/text_rows.h"

Ask *
ask_by_filter(JsonTree *filter)
{
	Ask *ask = (Ask *) palloc0(sizeof(Ask));

	ask->filter = filter;
	return ask;
}

char *
query_with(const char *query, const char *parameter)
{
	return query == NULL ? pstrdup(parameter) : psprintf("%s&%s", query, parameter);
}

JsonTree *
asks_first_filter(const AskSet *set)
{
	return set->asks == NIL ? NULL : ((Ask *) linitial(set->asks))->filter;
}

/* Do two asks differ in their filters only? */
static bool
is_same_but_filter(const Ask *one, const Ask *other)
{
	return texts_equal(one->query, other->query) && one->span == other->span && one->number == other->number &&
		   given_equal(one->given, other->given);
}

List *
asks_without_filters(const List *asks)
{
	List *rest = NIL;
	const ListCell *lc;

	foreach(lc, asks)
	{
		const Ask *ask = (const Ask *) lfirst(lc);
		bool known = ask->query == NULL && ask->given == NIL && ask->span == NULL;
		ListCell *other;

		foreach(other, rest)
			known = known || is_same_but_filter(ask, (const Ask *) lfirst(other));
		if (!known)
		{
			Ask *copy = (Ask *) palloc(sizeof(Ask));

			*copy = *ask;
			copy->filter = NULL;
			rest = lappend(rest, copy);
		}
	}
	return rest;
}
