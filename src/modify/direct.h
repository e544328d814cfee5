/*
 * direct.h
 *		UPDATE and DELETE of rows whose ids the statement names.
 */
#ifndef MODIFY_DIRECT_H
#define MODIFY_DIRECT_H

#include "base/compat.h"
#include "foreign/fdwapi.h"

/* Put the callbacks of it into the table. */
extern void direct_set_callbacks(FdwRoutine *routine);

#endif /* MODIFY_DIRECT_H */
