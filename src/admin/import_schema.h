/*
 * import_schema.h
 *		IMPORT FOREIGN SCHEMA, for every service.
 */
#ifndef ADMIN_IMPORT_SCHEMA_H
#define ADMIN_IMPORT_SCHEMA_H

#include "base/compat.h"
#include "nodes/parsenodes.h"

extern List *import_foreign_schema(ImportForeignSchemaStmt *stmt, Oid server);

#endif /* ADMIN_IMPORT_SCHEMA_H */
