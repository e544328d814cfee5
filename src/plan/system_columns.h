/*
 * system_columns.h
 *		Statements that tell rows of ours apart by ctid and its like are refused.
 */
#ifndef PLAN_SYSTEM_COLUMNS_H
#define PLAN_SYSTEM_COLUMNS_H

#include "base/compat.h"
#include "foreign/fdwapi.h"
#include "nodes/plannodes.h"

/*
 * ERROR where the statement picks rows, or makes new values, by a system column
 * of a table of ours.  What it allocates is in the current memory context.
 */
extern void system_columns_check(const PlannedStmt *statement);

/* From now on these callbacks, which begin to read or write, check the statement first.  Makes no request. */
extern void system_columns_guard(FdwRoutine *routine);

#endif /* PLAN_SYSTEM_COLUMNS_H */
