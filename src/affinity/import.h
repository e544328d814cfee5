/*
 * import.h
 *		IMPORT FOREIGN SCHEMA, and the statements it writes.
 */
#ifndef AFFINITY_IMPORT_H
#define AFFINITY_IMPORT_H

#include "remote/session.h"

/* The statements that IMPORT FOREIGN SCHEMA runs.  Makes no request but for the account. */
extern List *affinity_import_schema(Session *session, ImportForeignSchemaStmt *stmt);

/* The one that creates a table.  Raises ERROR, with the nearest name, where there is none. */
extern char *affinity_table_ddl(Session *session, const char *table, const char *columns, const char *history);

#endif /* AFFINITY_IMPORT_H */
