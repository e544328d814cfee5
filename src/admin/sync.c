/*
 * sync.c
 *		Functions that look at all foreign tables of a schema.
 *
 * Owns: their SQL side, and which tables are of which server.  What the tables
 * lack, their service says.
 */
#include "base/compat.h"

#include "base/statement.h"
#include "base/text_rows.h"
#include "catalog/namespace.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "remote/change.h"
#include "remote/service.h"
#include "remote/session.h"
#include "utils/builtins.h"

extern PGDLLEXPORT Datum attio_fdw_sync(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_comment(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(attio_fdw_sync);
PG_FUNCTION_INFO_V1(attio_fdw_comment);

/* The tables of one server in a schema. */
typedef struct ServerTables
{
	char *server;
	const Service *service;
	List *tables; /* Oid */
} ServerTables;

/*
 * The foreign tables of a schema, by server: a List of ServerTables.  Raises
 * ERROR where the caller may not use the schema, and where there are none.
 */
static List *
tables_of_schema(const char *schema)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid namespace = LookupExplicitNamespace(schema, false);
	List *servers = NIL;

	SPI_connect();
	catalog_query(psprintf("SELECT s.srvname, c.oid, s.oid FROM pg_foreign_table f"
						   " JOIN pg_class c ON c.oid = f.ftrelid"
						   " JOIN pg_foreign_server s ON s.oid = f.ftserver"
						   " WHERE c.relnamespace = '%u'::oid ORDER BY s.srvname, c.relname",
						   namespace));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple tuple = SPI_tuptable->vals[i];
		TupleDesc tupdesc = SPI_tuptable->tupdesc;
		bool isnull;
		char *server = SPI_getvalue(tuple, tupdesc, 1);
		ServerTables *last = servers == NIL ? NULL : (ServerTables *) llast(servers);
		const Service *service = service_of_server(DatumGetObjectId(SPI_getbinval(tuple, tupdesc, 3, &isnull)));
		MemoryContext own;

		if (service == NULL)
			continue;
		own = MemoryContextSwitchTo(caller);
		if (last == NULL || strcmp(last->server, server) != 0)
		{
			last = (ServerTables *) palloc0(sizeof(ServerTables));
			last->server = pstrdup(server);
			last->service = service;
			servers = lappend(servers, last);
		}
		last->tables = lappend_oid(last->tables, DatumGetObjectId(SPI_getbinval(tuple, tupdesc, 2, &isnull)));
		MemoryContextSwitchTo(own);
	}
	SPI_finish();
	if (servers == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE), errmsg("schema \"%s\" has no foreign table of attio_fdw", schema),
				 errhint("IMPORT FOREIGN SCHEMA creates them.")));
	return servers;
}

/* Raise an ERROR where none of these tables is of a service that the function has something to ask. */
static void
require_asked(const char *schema, const char *function, const List *servers, int asked)
{
	const ServerTables *tables = (const ServerTables *) linitial(servers);

	if (asked > 0)
		return;
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("servers of %s do not support %s", tables->service->title, function),
					errdetail("Their tables are the same for every account, and schema \"%s\" has no other foreign "
							  "tables of attio_fdw.",
							  schema)));
}

/* ----- attio_fdw_sync ----- */

/* What is not changed, and what can be done about it. */
static void
note_obstacle(const SchemaChange *change)
{
	ereport(NOTICE, (errmsg("%s is not brought up to date: %s", change->table, change->cause),
					 errdetail("%s", change->obstacle), errhint("%s", change->advice)));
}

/* attio_fdw_sync(schema name, apply boolean, new_tables boolean) -> setof (table_name, cause, statement) */
Datum
attio_fdw_sync(PG_FUNCTION_ARGS)
{
	const char *schema = NameStr(*PG_GETARG_NAME(0));
	bool apply = PG_GETARG_BOOL(1);
	bool creates = PG_GETARG_BOOL(2);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	List *servers;
	int asked = 0;
	ListCell *lc;

	if (apply)
		PreventCommandIfReadOnly("attio_fdw_sync() with apply");
	compat_materialize(fcinfo);
	servers = tables_of_schema(schema);
	foreach(lc, servers)
	{
		const ServerTables *tables = (const ServerTables *) lfirst(lc);
		Session *session;
		List *changes;
		ListCell *each;

		if (tables->service->schema_changes == NULL)
			continue;
		asked++;
		session = session_of_caller(tables->server);
		changes = session->service->schema_changes(session, tables->tables, schema, creates);
		if (apply)
			SPI_connect();
		foreach(each, changes)
		{
			const SchemaChange *change = (const SchemaChange *) lfirst(each);

			if (change->statement == NULL)
			{
				note_obstacle(change);
				continue;
			}
			result_put_texts(result, (const char *[]){change->table, change->cause, change->statement}, 3);
			if (apply)
				statement_run(change->statement);
		}
		if (apply)
			SPI_finish();
	}
	require_asked(schema, "attio_fdw_sync()", servers, asked);
	return (Datum) 0;
}

/* ----- attio_fdw_comment ----- */

/* attio_fdw_comment(schema name, replace boolean) -> int: comments written */
Datum
attio_fdw_comment(PG_FUNCTION_ARGS)
{
	const char *schema = NameStr(*PG_GETARG_NAME(0));
	bool replace = PG_GETARG_BOOL(1);
	int written = 0;
	List *servers;
	int asked = 0;
	ListCell *lc;

	PreventCommandIfReadOnly("attio_fdw_comment()");
	servers = tables_of_schema(schema);
	foreach(lc, servers)
	{
		const ServerTables *tables = (const ServerTables *) lfirst(lc);
		Session *session;
		List *statements;
		ListCell *each;

		if (tables->service->schema_comments == NULL)
			continue;
		asked++;
		session = session_of_caller(tables->server);
		statements = session->service->schema_comments(session, tables->tables, replace);
		SPI_connect();
		foreach(each, statements)
			statement_run((const char *) lfirst(each));
		SPI_finish();
		written += list_length(statements);
	}
	require_asked(schema, "attio_fdw_comment()", servers, asked);
	PG_RETURN_INT32(written);
}
