/*
 * row_store.h
 *		Rows of a scan that are kept, on disk beyond work_mem, and handed out again.
 */
#ifndef SCAN_ROW_STORE_H
#define SCAN_ROW_STORE_H

#include "scan/scan_state.h"
#include "utils/tuplestore.h"

/* An empty store in the scan's memory; the slot to read it with is made where *stored is NULL. */
extern Tuplestorestate *row_store_begin(RemoteScan *state, ForeignScanState *node, TupleTableSlot **stored);

/* Its next row in the scan's slot, good until the next call; an empty slot at the end. */
extern TupleTableSlot *
row_store_next(RemoteScan *state, ForeignScanState *node, Tuplestorestate *store, TupleTableSlot *stored);

#endif /* SCAN_ROW_STORE_H */
