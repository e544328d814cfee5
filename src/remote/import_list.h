/*
 * import_list.h
 *		Which tables IMPORT FOREIGN SCHEMA names.
 */
#ifndef REMOTE_IMPORT_LIST_H
#define REMOTE_IMPORT_LIST_H

#include "base/compat.h"
#include "nodes/parsenodes.h"

/* Does the statement import a table of this name, as far as LIMIT TO and EXCEPT go? */
extern bool import_names(const ImportForeignSchemaStmt *stmt, const char *table);

/* Warn of names in LIMIT TO that are none of these (char *), and tell the nearest one. */
extern void import_warn_of_unknown(const ImportForeignSchemaStmt *stmt, List *tables);

#endif /* REMOTE_IMPORT_LIST_H */
