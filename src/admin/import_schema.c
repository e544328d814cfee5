/*
 * import_schema.c
 *		IMPORT FOREIGN SCHEMA, for every service.
 *
 * Owns: the callback.  Which tables there are, the service says.
 */
#include "admin/import_schema.h"

#include "miscadmin.h"
#include "remote/session.h"

/* ImportForeignSchema: the statements that create the tables. */
List *
import_foreign_schema(ImportForeignSchemaStmt *stmt, Oid server)
{
	Session *session = session_get(server, GetUserId());

	if (session->service->import_schema == NULL)
		ereport(ERROR, (errcode(ERRCODE_FDW_NO_SCHEMAS),
						errmsg("servers of %s do not support IMPORT FOREIGN SCHEMA", session->service->title)));
	session_pin(session);
	return session->service->import_schema(session, stmt);
}
