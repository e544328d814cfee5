/*
 * system_columns.h
 *		Statements that tell rows of ours apart by ctid and its like are refused.
 */
#ifndef PLAN_SYSTEM_COLUMNS_H
#define PLAN_SYSTEM_COLUMNS_H

#include "base/compat.h"
#include "foreign/fdwapi.h"

/* From now on these callbacks, which begin to read or write, check the statement first.  Makes no request. */
extern void system_columns_guard(FdwRoutine *routine);

#endif /* PLAN_SYSTEM_COLUMNS_H */
