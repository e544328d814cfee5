/*
 * operands.h
 *		The values that a scan's conditions compare with.
 */
#ifndef SCAN_OPERANDS_H
#define SCAN_OPERANDS_H

#include "scan/scan_state.h"

/* The present values of all operands, in the current memory context. */
extern Operand *scan_evaluate_operands(RemoteScan *state, ForeignScanState *node);

#endif /* SCAN_OPERANDS_H */
