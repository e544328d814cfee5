/*
 * explain_write.h
 *		What EXPLAIN says of writes: two callbacks of the server.
 */
#ifndef MODIFY_EXPLAIN_WRITE_H
#define MODIFY_EXPLAIN_WRITE_H

#include "base/compat.h"

struct ExplainState;

extern void explain_foreign_modify(ModifyTableState *mtstate, ResultRelInfo *target, List *fdw_private,
								   int subplan_index, struct ExplainState *es);
extern void explain_direct_modify(ForeignScanState *node, struct ExplainState *es);

#endif /* MODIFY_EXPLAIN_WRITE_H */
