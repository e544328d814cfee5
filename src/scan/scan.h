/*
 * scan.h
 *		The rows of one scan, as they come.
 */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include "scan/scan_state.h"

/* Read the definitions, bind the columns, and begin the first round.  Asks for definitions, not for rows. */
extern void scan_open(RemoteScan *state, ForeignScanState *node);

/* The next row, in the node's slot; an empty slot at the end.  Opens the scan. */
extern TupleTableSlot *scan_next_row(RemoteScan *state, ForeignScanState *node);

/* Does the row meet the conditions that the executor checks? */
extern bool scan_meets_conditions(ForeignScanState *node, TupleTableSlot *slot);

/* All rows were handed out: give back what the scan ran with, unless somebody may look at it. */
extern void scan_end_run(RemoteScan *state, ForeignScanState *node);

#endif /* SCAN_SCAN_H */
