/*
 * restore.h
 *		Dumps that are restored must not write to a service.
 */
#ifndef MODIFY_RESTORE_H
#define MODIFY_RESTORE_H

#include "base/compat.h"
#include "utils/rel.h"

/* Raises ERROR where COPY, or an INSERT of a dump, would create rows that nobody asked to have allowed. */
extern void restore_check(Relation rel, bool is_copy);

/* Does the statement that runs copy rows into this table, by its name? */
extern bool restore_is_copied_into(Relation rel);

#endif /* MODIFY_RESTORE_H */
