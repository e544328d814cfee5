/*
 * foreign_scan.h
 *		The executor's callbacks for reading a foreign table, and what joins and writes ask of a scan.
 */
#ifndef SCAN_FOREIGN_SCAN_H
#define SCAN_FOREIGN_SCAN_H

#include "base/compat.h"
#include "foreign/fdwapi.h"
#include "page/pager.h"

extern void begin_foreign_scan(ForeignScanState *node, int eflags);
extern TupleTableSlot *iterate_foreign_scan(ForeignScanState *node);
extern void rescan_foreign_scan(ForeignScanState *node);
extern void end_foreign_scan(ForeignScanState *node);

/* Is it the table of callbacks of this extension? */
extern bool is_our_routine(const FdwRoutine *routine);

/* Is it a scan of ours, that reads? */
extern bool is_our_scan(const ForeignScanState *node);

/*
 * Let the scan read all rows before it hands out the first; before it runs, for
 * statements that write meanwhile.
 */
extern void scan_buffer_rows(ForeignScanState *node);

/*
 * Ask for the rows that have any of these keys, an array, from now on; for a
 * plan that looks up.  The array must live until the next call.  Rows come once
 * each; others may be among them.
 */
extern void scan_set_keys(ForeignScanState *node, Datum keys);

/* Has the scan read, and kept, all rows, as the service cannot be asked for keys? */
extern bool scan_reads_whole(const ForeignScanState *node);

/* Writes of the scan's session so far; 0 before it began. */
extern int64 scan_session_writes(const ForeignScanState *node);

/* What the scan cost so far; false where it did not run. */
extern const ScanCost *scan_cost(ForeignScanState *node);

/* Why the scan sorted its rows itself; NULL where it did not. */
extern const char *scan_local_sort_reason(ForeignScanState *node);

/* Of a scan that counts: why the rows were read and counted locally; NULL: they were not. */
extern const char *scan_local_count_reason(ForeignScanState *node);

/* What its last run asked for (Ask); NIL when it never ran or asks for everything. */
extern List *scan_present_asks(ForeignScanState *node);

#endif /* SCAN_FOREIGN_SCAN_H */
