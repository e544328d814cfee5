/*
 * explain.h
 *		What EXPLAIN tells of a scan.
 */
#ifndef SCAN_EXPLAIN_H
#define SCAN_EXPLAIN_H

#include "base/compat.h"

extern void explain_foreign_scan(ForeignScanState *node, struct ExplainState *es);

#endif /* SCAN_EXPLAIN_H */
