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

/* Fill the slot with what Attio answered. */
void
answer_read(ModifyState *state, const Write *write, TupleTableSlot *slot)
{
	static const Listing nowhere = {0};
	TupleDesc tupdesc = RelationGetDescr(state->rel);
	PagerRow row = {0};
	List *all = NIL;

	if (state->reader == NULL)
	{
		MemoryContext saved = MemoryContextSwitchTo(state->context);

		for (int i = 1; i <= tupdesc->natts; i++)
			if (!TupleDescAttr(tupdesc, i - 1)->attisdropped)
				all = lappend_int(all, i);
		state->projection = projection_create();
		state->reader = row_reader_create(state->relation, tupdesc, all, state->definitions, state->projection);
		state->pager = pager_open(state->session, state->relation, state->projection, 0);
		state->page.grow = grow_page;
		state->page.single = true;
		MemoryContextSwitchTo(saved);
	}
	if (tok_page(&state->page, write->exchange->body, write->exchange->length, state->projection->row) != TOK_OK ||
		state->page.nrows != 1)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("Attio's answer has an unknown shape"),
						errdetail("%s The row was written all the same.", api_request_detail(write->exchange))));
	row.page = &state->page;
	row.row = &state->page.rows[0];
	row.listing = &nowhere;
	ExecClearTuple(slot);
	row_read(state->reader, state->pager, &row, slot);
	ExecStoreVirtualTuple(slot);
	ExecMaterializeSlot(slot);
}
