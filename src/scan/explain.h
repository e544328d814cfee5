/*
 * explain.h
 *		What EXPLAIN tells of a scan.
 */
#ifndef ATTIO_EXPLAIN_H
#define ATTIO_EXPLAIN_H

#include "base/compat.h"

extern void explain_foreign_scan(ForeignScanState *node, struct ExplainState *es);

#endif /* ATTIO_EXPLAIN_H */
