/*
 * count_scan.h
 *		A scan whose one row is the number of rows.
 */
#ifndef SCAN_COUNT_SCAN_H
#define SCAN_COUNT_SCAN_H

#include "scan/scan_state.h"

/*
 * How many rows there are that meet the conditions, with the present values of
 * the operands.  Everything it takes lives until the next count.
 */
extern int64 count_scan_rows(RemoteScan *state, ForeignScanState *node);

/* The scan's row of that number. */
extern TupleTableSlot *count_scan_show(ForeignScanState *node, int64 rows);

/* Why the rows were read and counted locally, in words; NULL: they were not. */
extern const char *count_scan_reason(const RemoteScan *state);

#endif /* SCAN_COUNT_SCAN_H */
