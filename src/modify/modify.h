/*
 * modify.h
 *		The executor's callbacks for INSERT, UPDATE and DELETE.
 */
#ifndef ATTIO_MODIFY_H
#define ATTIO_MODIFY_H

#include "base/compat.h"
#include "foreign/fdwapi.h"

extern void attio_set_modify_callbacks(FdwRoutine *routine);

#endif /* ATTIO_MODIFY_H */
