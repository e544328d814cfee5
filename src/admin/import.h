/*
 * import.h
 *		IMPORT FOREIGN SCHEMA, and the statements it writes.
 */
#ifndef ATTIO_IMPORT_H
#define ATTIO_IMPORT_H

#include "attio/naming.h"
#include "nodes/parsenodes.h"

extern List *attio_import_schema(ImportForeignSchemaStmt *stmt, Oid server);
extern char *import_table_ddl(const char *table, const ResourceDef *resource, const TargetDef *target, List *attributes,
							  ColumnSet set, const char *server);
extern List *import_column_options(const ColumnName *column);
extern char *import_find_ddl(Session *session, const char *table, ColumnSet set);
extern ColumnSet import_column_set(const char *value);

#endif /* ATTIO_IMPORT_H */
