/*
 * functions.c
 *		The functions that users call.
 *
 * Owns: their SQL side; what they do stands elsewhere.
 */
#include "admin/wrapper.h"

#include "access/table.h"
#include "base/option_values.h"
#include "base/version.h"
#include "catalog/namespace.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "commands/tablecmds.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "remote/known.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

extern PGDLLEXPORT Datum attio_fdw_version(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_ddl(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_bind(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_refresh(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_disconnect(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_options(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(attio_fdw_version);
PG_FUNCTION_INFO_V1(attio_fdw_ddl);
PG_FUNCTION_INFO_V1(attio_fdw_bind);
PG_FUNCTION_INFO_V1(attio_fdw_refresh);
PG_FUNCTION_INFO_V1(attio_fdw_disconnect);
PG_FUNCTION_INFO_V1(attio_fdw_options);

/* attio_fdw_version() -> text: the version, and the commit that it was built from */
Datum
attio_fdw_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(ATTIO_FDW_VERSION " (" ATTIO_FDW_COMMIT ")"));
}

/* attio_fdw_ddl(server name, table_name text, columns text, history text) -> text; history '' means none */
Datum
attio_fdw_ddl(PG_FUNCTION_ARGS)
{
	Session *session = session_of_caller(NameStr(*PG_GETARG_NAME(0)));
	char *table = text_to_cstring(PG_GETARG_TEXT_PP(1));
	char *columns = text_to_cstring(PG_GETARG_TEXT_PP(2));
	char *history = text_to_cstring(PG_GETARG_TEXT_PP(3));

	if (session->service->table_ddl == NULL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("servers of %s do not support attio_fdw_ddl()", session->service->title)));
	PG_RETURN_TEXT_P(
		cstring_to_text(session->service->table_ddl(session, table, columns, history[0] == '\0' ? NULL : history)));
}

/* attio_fdw_refresh(server name) -> void: forget definitions, read them anew when next needed */
Datum
attio_fdw_refresh(PG_FUNCTION_ARGS)
{
	known_forget(session_of_caller(NameStr(*PG_GETARG_NAME(0))));
	PG_RETURN_VOID();
}

/* attio_fdw_disconnect(server name default null) -> int: sessions closed */
Datum
attio_fdw_disconnect(PG_FUNCTION_ARGS)
{
	const char *name = PG_ARGISNULL(0) ? NULL : NameStr(*PG_GETARG_NAME(0));

	/* a session may outlive its server; a name that neither knows is a mistake */
	if (name != NULL && !session_is_open(name))
		(void) session_server_named(name);
	PG_RETURN_INT32(session_disconnect(name));
}

/* ----- attio_fdw_bind ----- */

/*
 * Open a table of the user's own to be bound, with a lock that only one holds.
 * ALTER takes a stronger one later: of two that held a weaker one meanwhile, each
 * would wait for the other.  Readers wait for no request.
 */
static Relation
open_to_bind(Oid oid)
{
	char *name = get_rel_name(oid);

	if (name == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", oid)));
	if (get_rel_relkind(oid) != RELKIND_FOREIGN_TABLE)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("\"%s\" is not a foreign table", name)));
	oid = RangeVarGetRelidExtended(makeRangeVar(get_namespace_name(get_rel_namespace(oid)), name, -1),
								   ShareUpdateExclusiveLock, 0, RangeVarCallbackOwnsRelation, NULL);
	return table_open(oid, NoLock);
}

/* attio_fdw_bind(regclass) -> int: columns whose options were written */
Datum
attio_fdw_bind(PG_FUNCTION_ARGS)
{
	Relation rel;
	ForeignTable *table;
	Session *session;

	/* a lock that a standby does not give comes before what is written */
	PreventCommandIfReadOnly("attio_fdw_bind()");
	rel = open_to_bind(PG_GETARG_OID(0));
	table = GetForeignTable(RelationGetRelid(rel));
	session = session_of_caller(GetForeignServer(table->serverid)->servername);
	if (session->service->bind_table == NULL)
		ereport(
			ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("servers of %s do not support attio_fdw_bind()", session->service->title),
			 errdetail("Columns of their tables show the fields that they are named after; nothing has to be bound."),
			 errhint("For a column with another name use the column option \"field\".")));
	PG_RETURN_INT32(session->service->bind_table(session, rel));
}

/* ----- tables of the code, for the docs and their tests ----- */

/* attio_fdw_options(wrapper name) -> setof (place, name, legal, default, set_by, meaning) */
Datum
attio_fdw_options(PG_FUNCTION_ARGS)
{
	const OptionSet *set = service_of_wrapper_named(NameStr(*PG_GETARG_NAME(0)))->options;
	ListCell *lc;
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	compat_materialize(fcinfo);
	foreach(lc, options_of(set))
	{
		const OptionDef *option = (const OptionDef *) lfirst(lc);
		const char *fallback = option_fallback(set, option);
		Datum values[6];
		bool nulls[6] = {0};

		values[0] = CStringGetTextDatum(option->place == ForeignServerRelationId  ? "server"
										: option->place == UserMappingRelationId  ? "user mapping"
										: option->place == ForeignTableRelationId ? "table"
																				  : "column");
		values[1] = CStringGetTextDatum(option->name);
		values[2] = CStringGetTextDatum(option_legal(option));
		nulls[3] = (fallback == NULL);
		values[3] = nulls[3] ? (Datum) 0 : CStringGetTextDatum(fallback);
		values[4] = CStringGetTextDatum(option_set_by(set, option));
		values[5] = CStringGetTextDatum(option->meaning);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
