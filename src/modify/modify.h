/*
 * modify.h
 *		The executor's callbacks for INSERT, UPDATE and DELETE.
 */
#ifndef MODIFY_MODIFY_H
#define MODIFY_MODIFY_H

#include "base/compat.h"
#include "foreign/fdwapi.h"

/* Once a process. */
extern void modify_init(void);

/* Put the callbacks into the table. */
extern void modify_set_callbacks(FdwRoutine *routine);

#endif /* MODIFY_MODIFY_H */
