/*
 * once.h
 *		What a scan reads once, although it is asked for other rows again and again.
 */
#ifndef SCAN_ONCE_H
#define SCAN_ONCE_H

#include "scan/scan_state.h"

/* The next row as it comes from the service. */
typedef TupleTableSlot *(*OnceSource)(RemoteScan *state, ForeignScanState *node);

/*
 * From now on the scan asks for the listing of all rows, whatever keys are wanted:
 * keep what comes, if others may be wanted later.  Where some rows were handed
 * out before, which do not come again, that is to begin with the next keys.
 */
extern void once_begin(RemoteScan *state);

/* The rows from now on are of other keys, or the same once more. */
extern void once_change(RemoteScan *state);

/* What is asked for has been prepared: are the rows of it kept?  They come from the first, or are forgotten. */
extern void once_turn(RemoteScan *state);

/* The next row, of those that are kept if they are; an empty slot at the end. */
extern TupleTableSlot *once_next(RemoteScan *state, ForeignScanState *node, OnceSource source);

/* Free what is kept. */
extern void once_end(RemoteScan *state);

#endif /* SCAN_ONCE_H */
