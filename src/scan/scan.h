/*
 * scan.h
 *		The executor's callbacks for reading a foreign table.
 */
#ifndef ATTIO_SCAN_H
#define ATTIO_SCAN_H

#include "base/compat.h"
#include "foreign/fdwapi.h"
#include "page/pager.h"

extern void attio_begin_scan(ForeignScanState *node, int eflags);
extern TupleTableSlot *attio_iterate_scan(ForeignScanState *node);
extern void attio_rescan(ForeignScanState *node);
extern void attio_end_scan(ForeignScanState *node);

/* Is it the table of callbacks of this extension? */
extern bool attio_is_ours(const FdwRoutine *routine);

/* Is it a scan of ours, that reads? */
extern bool attio_is_scan(const ForeignScanState *node);

/*
 * Let the scan read all rows before it hands out the first; before it runs, for
 * statements that write meanwhile.
 */
extern void attio_read_all_first(ForeignScanState *node);

/*
 * Read what the scan may still want: whatever it hands out from now on was read
 * before this returns.  For a scan that reads all first; where its conditions
 * may change yet, that is all of the table.  Raises ERROR where it cannot know.
 */
extern void attio_scan_freeze(ForeignScanState *node);

/*
 * Ask for the rows that have any of these keys, an array, from now on; for a
 * plan that looks up.  The array must live until the next call.  Rows come once
 * each; others may be among them.
 */
extern void attio_scan_lookup(ForeignScanState *node, Datum keys);

/* Writes of the scan's session so far; 0 before it began. */
extern int64 attio_scan_writes(const ForeignScanState *node);

/* The table that is scanned; also of a scan that counts, which has no tuples of it. */
extern AttioRelation *attio_scan_relation(const ForeignScanState *node);

/* For EXPLAIN ANALYZE; NULL when the scan never ran. */
extern bool attio_scan_counts(ForeignScanState *node, PagerCounts *counts);

/* Why the scan sorted its rows itself; NULL where it did not. */
extern const char *attio_scan_sorts_locally(ForeignScanState *node);

/* Of a scan that counts: why the rows were read and counted locally; NULL: they were not. */
extern const char *attio_scan_counts_locally(ForeignScanState *node);

/* The asks of its last run; NIL when it never ran or asks for everything. */
extern List *attio_scan_asks(ForeignScanState *node);

#endif /* ATTIO_SCAN_H */
