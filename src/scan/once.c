/*
 * once.c
 *		What a scan reads once, although it is asked for other rows again and again.
 *
 * Owns: the rows of a listing that has to be read whole for each batch of keys,
 * as the service cannot be asked for the keys.  They stand in a store, on disk
 * beyond work_mem, and come from there as long as the same would be asked for.
 * Which of them are wanted is for the caller to check.
 */
#include "scan/once.h"

#include "lib/stringinfo.h"
#include "scan/row_store.h"

/* What one listing asks for, in words. */
static void
append_ask(StringInfo words, const Ask *ask)
{
	ListCell *lc;

	appendStringInfo(words, "\n%s\n%s", ask->query == NULL ? "" : ask->query,
					 ask->filter == NULL ? "" : json_write(ask->filter));
	appendStringInfo(words, "\n" INT64_FORMAT " " INT64_FORMAT " " INT64_FORMAT, ask->window.from, ask->window.before,
					 ask->since == NULL ? DT_NOBEGIN : *ask->since);
	foreach(lc, ask->given)
	{
		const Given *each = (const Given *) lfirst(lc);

		appendStringInfo(words, "\n%s=%s", each->name, each->value == NULL ? "" : each->value);
	}
}

/* What the listings ask for, in words: equal words bring equal rows. */
static char *
asks_in_words(const AskSet *set)
{
	StringInfoData words;
	ListCell *lc;
	ListCell *text;

	initStringInfo(&words);
	if (set->nothing)
		appendStringInfoString(&words, "nothing");
	foreach(lc, set->asks)
		append_ask(&words, (const Ask *) lfirst(lc));
	foreach(lc, set->choices)
	{
		const AskChoice *choice = (const AskChoice *) lfirst(lc);

		appendStringInfo(&words, "\n%s", choice->name);
		foreach(text, choice->texts)
			appendStringInfo(&words, "=%s", (const char *) lfirst(text));
	}
	return words.data;
}

void
once_begin(RemoteScan *state)
{
	state->may_read_once = state->has_params && !state->plan->limited && state->plan->nsorts == 0 &&
						   state->plan->ncounts == 0 && state->plan->shape == SORT_ANY;
	if (state->returned == state->returned_before)
		state->reads_once = state->may_read_once;
}

void
once_change(RemoteScan *state)
{
	state->reads_once = state->may_read_once;
	state->returned_before = state->returned;
}

void
once_turn(RemoteScan *state)
{
	char *words;

	if (state->once == NULL)
		return;
	words = asks_in_words(&state->asks);
	if (strcmp(words, state->once_words) == 0 && state->once_writes == state->table.session->writes)
		tuplestore_rescan(state->once);
	else
		once_end(state);
	pfree(words);
}

/* Keep this row, if it is one, and all that follow; they are kept once all have come. */
static void
keep_rows(RemoteScan *state, ForeignScanState *node, TupleTableSlot *slot, OnceSource source)
{
	bool waits = TupIsNull(slot) && state->answer == PAGER_WAIT;
	Tuplestorestate *store = row_store_begin(state, node, &state->once_slot);
	MemoryContext saved;

	state->async = false;
	if (waits)
		slot = source(state, node);
	for (; !TupIsNull(slot); slot = source(state, node))
		tuplestore_puttupleslot(store, slot);
	pager_release(state->pager);
	saved = MemoryContextSwitchTo(state->context);
	state->once = store;
	state->once_words = asks_in_words(&state->asks);
	state->once_writes = state->table.session->writes;
	MemoryContextSwitchTo(saved);
}

TupleTableSlot *
once_next(RemoteScan *state, ForeignScanState *node, OnceSource source)
{
	TupleTableSlot *slot;

	if (state->once != NULL)
		return row_store_next(state, node, state->once, state->once_slot);
	slot = source(state, node);
	/* this may just have shown that all must be read */
	if (!state->reads_once)
		return slot;
	keep_rows(state, node, slot, source);
	return row_store_next(state, node, state->once, state->once_slot);
}

void
once_end(RemoteScan *state)
{
	if (state->once == NULL)
		return;
	tuplestore_end(state->once);
	pfree(state->once_words);
	state->once = NULL;
}
