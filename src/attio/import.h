/*
 * import.h
 *		IMPORT FOREIGN SCHEMA, and the statements it writes.
 */
#ifndef ATTIO_IMPORT_H
#define ATTIO_IMPORT_H

#include "attio/naming.h"
#include "attio/offers.h"
#include "nodes/parsenodes.h"

extern List *attio_import_schema(Session *session, ImportForeignSchemaStmt *stmt);
extern List *import_column_options(const ColumnName *column);
extern const char *import_column_type(const ColumnName *column);
extern char *import_column_ddl(const ColumnName *column);
extern char *
import_table_ddl(const char *schema, const Offer *made, List *attributes, ColumnSet set, const char *server);
extern const char *import_granted_scopes(Session *session);
extern char *attio_table_ddl(Session *session, const char *table, const char *columns, const char *history);

#endif /* ATTIO_IMPORT_H */
