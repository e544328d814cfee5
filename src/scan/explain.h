/*
 * explain.h
 *		What EXPLAIN tells of a scan.
 */
#ifndef ATTIO_EXPLAIN_H
#define ATTIO_EXPLAIN_H

#include "base/compat.h"

extern void attio_explain_scan(ForeignScanState *node, struct ExplainState *es);

#endif /* ATTIO_EXPLAIN_H */
