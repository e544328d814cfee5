/*
 * operands.h
 *		The values that a scan's conditions compare with.
 */
#ifndef SCAN_OPERANDS_H
#define SCAN_OPERANDS_H

#include "scan/scan_state.h"

/* The present values of all operands, in the current memory context. */
extern Operand *scan_evaluate_operands(RemoteScan *state, ForeignScanState *node);

/* Those that are constants; of the others only the type is known.  In the current memory context. */
extern Operand *scan_constant_operands(const List *exprs);

#endif /* SCAN_OPERANDS_H */
