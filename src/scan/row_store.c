/*
 * row_store.c
 *		Rows of a scan that are kept, on disk beyond work_mem, and handed out again.
 *
 * Owns: how they come from the store into the scan's slot.  Why they are kept is
 * for the callers (keep.c, once.c) to know.
 */
#include "scan/row_store.h"

#include "executor/executor.h"
#include "miscadmin.h"

Tuplestorestate *
row_store_begin(RemoteScan *state, ForeignScanState *node, TupleTableSlot **stored)
{
	MemoryContext saved = MemoryContextSwitchTo(state->context);
	Tuplestorestate *store = tuplestore_begin_heap(false, false, work_mem);

	if (*stored == NULL)
		*stored = ExecInitExtraTupleSlot(node->ss.ps.state, node->ss.ss_ScanTupleSlot->tts_tupleDescriptor,
										 &TTSOpsMinimalTuple);
	MemoryContextSwitchTo(saved);
	return store;
}

TupleTableSlot *
row_store_next(RemoteScan *state, ForeignScanState *node, Tuplestorestate *store, TupleTableSlot *stored)
{
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;
	int natts = slot->tts_tupleDescriptor->natts;
	MemoryContext saved;
	bool found;

	ExecClearTuple(slot);
	/* a row from disk is the slot's until the next one; the caller's memory may be one row's */
	saved = MemoryContextSwitchTo(state->context);
	found = tuplestore_gettupleslot(store, true, false, stored);
	MemoryContextSwitchTo(saved);
	if (!found)
		return slot;
	slot_getallattrs(stored);
	memcpy(slot->tts_values, stored->tts_values, sizeof(Datum) * natts);
	memcpy(slot->tts_isnull, stored->tts_isnull, sizeof(bool) * natts);
	return ExecStoreVirtualTuple(slot);
}
