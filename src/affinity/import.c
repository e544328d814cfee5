/*
 * import.c
 *		IMPORT FOREIGN SCHEMA, and the statements it writes.
 *
 * Owns: the text of CREATE FOREIGN TABLE.  Each table of endpoints.c is one
 * table, and each of its fields that every row tells one column, whatever the
 * account holds.
 */
#include "affinity/import.h"

#include "affinity/endpoints.h"
#include "base/errors.h"
#include "lib/stringinfo.h"
#include "remote/import_list.h"
#include "utils/builtins.h"

#define SCHEMA "affinity"

/* The CREATE FOREIGN TABLE statement of one table, without a semicolon. */
static char *
table_statement(const ResourceDef *resource, const char *server)
{
	StringInfoData ddl;
	const char *comma = "";

	initStringInfo(&ddl);
	appendStringInfo(&ddl, "CREATE FOREIGN TABLE %s (", quote_identifier(resource->name));
	for (int i = 0; i < resource->nfields; i++)
	{
		const FieldDef *field = &resource->fields[i];

		/* with a column that listings do not tell, SELECT * would be an error */
		if (field->extra != NULL && field->extra->query == NULL)
			continue;
		appendStringInfo(&ddl, "%s\n\t%s %s OPTIONS (field %s)%s", comma, quote_identifier(field->name),
						 format_type_be(field->type), quote_literal_cstr(field->name),
						 field->not_null ? " NOT NULL" : "");
		comma = ",";
	}
	appendStringInfo(&ddl, "\n) SERVER %s OPTIONS (resource %s)", quote_identifier(server),
					 quote_literal_cstr(resource->name));
	return ddl.data;
}

/* The names of all tables. */
static List *
table_names(void)
{
	List *names = NIL;

	for (const ResourceDef *resource = affinity_resources; resource->name != NULL; resource++)
		names = lappend(names, unconstify(char *, resource->name));
	return names;
}

/* "Perhaps you meant ...", or NULL. */
static const char *
nearest_name(const char *table)
{
	const char *nearest = closest_in_list(table, table_names());

	return nearest == NULL ? NULL : psprintf("Perhaps you meant \"%s\".", nearest);
}

List *
affinity_import_schema(Session *session, ImportForeignSchemaStmt *stmt)
{
	List *statements = NIL;

	if (strcmp(stmt->remote_schema, SCHEMA) != 0)
		ereport(ERROR, (errcode(ERRCODE_FDW_SCHEMA_NOT_FOUND),
						errmsg("schema \"%s\" does not exist in Affinity", stmt->remote_schema),
						errhint("The only schema is %s.", SCHEMA)));
	if (stmt->options != NIL)
		ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
						errmsg("invalid option \"%s\" for IMPORT FOREIGN SCHEMA",
							   linitial_node(DefElem, stmt->options)->defname),
						errhint("There are no options.")));
	import_warn_of_unknown(stmt, table_names());
	for (const ResourceDef *resource = affinity_resources; resource->name != NULL; resource++)
		if (import_names(stmt, resource->name))
			statements = lappend(statements, table_statement(resource, session->server_name));
	return statements;
}

char *
affinity_table_ddl(Session *session, const char *table, const char *columns, const char *history)
{
	const ResourceDef *resource = resource_by_name(affinity_resources, table);
	const char *hint = nearest_name(table);

	if (resource == NULL)
		ereport(ERROR, (errcode(ERRCODE_FDW_TABLE_NOT_FOUND), errmsg("table \"%s\" does not exist in Affinity", table),
						hint != NULL ? errhint("%s", hint) : 0));
	if (strcmp(columns, "default") != 0 || history != NULL)
		ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
						errmsg("tables of Affinity have one set of columns, and no history")));
	return psprintf("%s;", table_statement(resource, session->server_name));
}
