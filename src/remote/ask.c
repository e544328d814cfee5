/*
 * ask.c
 *		What the listings of one scan ask for.
 */
#include "remote/ask.h"

/* An ask that has nothing but a filter. */
Ask *
ask_by_filter(JsonTree *filter)
{
	Ask *ask = (Ask *) palloc0(sizeof(Ask));

	ask->filter = filter;
	return ask;
}

/* The filter of the first ask; NULL where there is none. */
JsonTree *
asks_first_filter(const AskSet *set)
{
	return set->asks == NIL ? NULL : ((Ask *) linitial(set->asks))->filter;
}
