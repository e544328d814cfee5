/*
 * system_columns.h
 *		Statements that tell rows of ours apart by ctid and its like are refused.
 */
#ifndef ATTIO_SYSTEM_COLUMNS_H
#define ATTIO_SYSTEM_COLUMNS_H

#include "base/compat.h"

/* BeginForeignScan: the check, where this scan shows such a column, and then the scan's own beginning. */
extern void attio_begin_checked_scan(ForeignScanState *node, int eflags);

/* The check of a whole statement, once for each time it is run.  Makes no request. */
extern void system_columns_check(EState *estate);

#endif /* ATTIO_SYSTEM_COLUMNS_H */
