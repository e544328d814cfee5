/*
 * late.h
 *		Scans that may run when the statement has begun to write.
 */
#ifndef PLAN_LATE_H
#define PLAN_LATE_H

#include "base/compat.h"

/*
 * Might this scan, the only one of its query, run after the first write of the
 * statement, with operands that are not known before?  Then all of the table is
 * read before (modify/read_first.c), which leaves nothing to the service that is more
 * than a condition.
 */
extern bool late_is_unknown(PlannerInfo *root, const RelOptInfo *baserel);

#endif /* PLAN_LATE_H */
