/*
 * answer.c
 *		What Attio made of a write, read as a row.
 *
 * Owns: the values that RETURNING shows.  They are the answer's, not those
 * that were sent.
 */
#include "modify/state.h"

#include "attio/api.h"
#include "utils/memutils.h"

static void *
grow_page(void *old, size_t size)
{
	return old == NULL ? MemoryContextAllocHuge(CurrentMemoryContext, size) : repalloc_huge(old, size);
}

/* Get ready to read all columns by these definitions. */
static void
make_reader(ModifyState *state, List *definitions)
{
	MemoryContext saved = MemoryContextSwitchTo(state->context);
	TupleDesc tupdesc = RelationGetDescr(state->rel);
	List *all = NIL;

	for (int i = 1; i <= tupdesc->natts; i++)
		if (attio_is_stored(TupleDescAttr(tupdesc, i - 1)))
			all = lappend_int(all, i);
	state->answer_definitions = definitions;
	state->projection = projection_create();
	state->reader = row_reader_create(state->relation, tupdesc, all, definitions, state->projection);
	state->pager = pager_open(state->session, state->relation, state->projection, 0);
	state->page.grow = grow_page;
	state->page.single = true;
	MemoryContextSwitchTo(saved);
}

static void
read_page(ModifyState *state, const Write *write, PagerRow *row)
{
	static const Listing nowhere = {0};

	if (tok_page(&state->page, write->exchange->body, write->exchange->length, state->projection->row) != TOK_OK ||
		state->page.nrows != 1)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("Attio's answer has an unknown shape"),
						errdetail("%s The row was written all the same.", api_request_detail(write->exchange))));
	row->page = &state->page;
	row->row = &state->page.rows[0];
	row->listing = &nowhere;
}

/* The answer casts doubt on the definitions: have they changed?  Then read by the new ones from now on. */
static bool
bind_anew(ModifyState *state)
{
	MemoryContext saved;
	List *definitions;

	if (!relation_has_changed(state->relation, state->session, state->answer_definitions))
		return false;
	saved = MemoryContextSwitchTo(state->context);
	definitions = relation_definitions(state->relation, state->session);
	MemoryContextSwitchTo(saved);
	make_reader(state, definitions);
	return true;
}

/* Fill the slot with what Attio answered. */
void
answer_read(ModifyState *state, const Write *write, TupleTableSlot *slot)
{
	PagerRow row = {0};

	if (state->reader == NULL)
		make_reader(state, state->definitions);
	read_page(state, write, &row);
	for (;;)
	{
		ExecClearTuple(slot);
		row_read(state->reader, state->pager, &row, slot);
		if (!row_is_doubtful(state->reader))
			break;
		if (!row_lacks_hidden(state->reader, state->session) && bind_anew(state))
			read_page(state, write, &row);
		else
			row_settle(state->reader, state->session);
	}
	ExecStoreVirtualTuple(slot);
	ExecMaterializeSlot(slot);
}
