/*
 * keep.h
 *		Rows that are read before they are wanted.
 */
#ifndef SCAN_KEEP_H
#define SCAN_KEEP_H

#include "scan/scan_state.h"

/* May what the scan asks for change while the statement runs? */
extern bool keep_has_params(const ForeignScan *scan, const ScanPlan *plan);

/* The next row of a scan that reads all first; an empty slot at the end. */
extern TupleTableSlot *keep_next(RemoteScan *state, ForeignScanState *node);

/* May the same rows be wanted again, so that the scan keeps them as it reads them? */
extern bool keep_replays(const RemoteScan *state, const ForeignScanState *node);

/* The next row of such a scan; an empty slot at the end.  ERROR as scan_next_row() raises it. */
extern TupleTableSlot *keep_replay(RemoteScan *state, ForeignScanState *node);

/* The same rows from the start, or others where an operand may have changed. */
extern void keep_rescan(RemoteScan *state);

/* The end of the scan. */
extern void keep_end(RemoteScan *state);

/*
 * Read what the scan may still want: whatever it hands out from now on was read
 * before this returns.  For a scan that reads all first; where its conditions
 * may change yet, that is all of the table.  Raises ERROR where it cannot know.
 */
extern void scan_freeze(ForeignScanState *node);

#endif /* SCAN_KEEP_H */
