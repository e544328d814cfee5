/*
 * scan.h
 *		The executor's callbacks for reading a foreign table.
 */
#ifndef ATTIO_SCAN_H
#define ATTIO_SCAN_H

#include "scan/pager.h"

extern void attio_begin_scan(ForeignScanState *node, int eflags);
extern TupleTableSlot *attio_iterate_scan(ForeignScanState *node);
extern void attio_rescan(ForeignScanState *node);
extern void attio_end_scan(ForeignScanState *node);

/* For EXPLAIN ANALYZE; NULL when the scan never ran. */
extern bool attio_scan_counts(ForeignScanState *node, PagerCounts *counts);

/* The filters (JsonTree) of its last run; NIL when it never ran or asks for everything. */
extern List *attio_scan_filters(ForeignScanState *node);

#endif /* ATTIO_SCAN_H */
