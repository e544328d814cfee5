/*
 * functions.c
 *		The functions that users call.
 *
 * Owns: their SQL side; what they do stands elsewhere.
 */
#include "base/compat.h"

#include "access/table.h"
#include "admin/functions.h"
#include "admin/import.h"
#include "attio/attio.h"
#include "attio/measure.h"
#include "attio/relation.h"
#include "base/version.h"
#include "base/options.h"
#include "remote/known.h"
#include "catalog/namespace.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "commands/tablecmds.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

extern PGDLLEXPORT Datum attio_fdw_version(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_ddl(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_bind(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_refresh(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_disconnect(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_options(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_types(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_measure(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(attio_fdw_version);
PG_FUNCTION_INFO_V1(attio_fdw_ddl);
PG_FUNCTION_INFO_V1(attio_fdw_bind);
PG_FUNCTION_INFO_V1(attio_fdw_refresh);
PG_FUNCTION_INFO_V1(attio_fdw_disconnect);
PG_FUNCTION_INFO_V1(attio_fdw_options);
PG_FUNCTION_INFO_V1(attio_fdw_types);
PG_FUNCTION_INFO_V1(attio_fdw_measure);

/* attio_fdw_version() -> text: the version, and the commit that it was built from */
Datum
attio_fdw_version(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_TEXT_P(cstring_to_text(ATTIO_FDW_VERSION " (" ATTIO_FDW_COMMIT ")"));
}

/* The caller's session with a server of ours that the caller may use. */
Session *
function_session(const char *server_name)
{
	ForeignServer *server = GetForeignServerByName(server_name, false);
	ForeignDataWrapper *fdw = GetForeignDataWrapper(server->fdwid);
	AclResult allowed = attio_server_aclcheck(server->serverid, GetUserId(), ACL_USAGE);
	Session *session;

	if (allowed != ACLCHECK_OK)
		aclcheck_error(allowed, OBJECT_FOREIGN_SERVER, server->servername);
	if (!OidIsValid(fdw->fdwhandler) || strcmp(get_func_name(fdw->fdwhandler), "attio_fdw_handler") != 0)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("server \"%s\" is not a server of attio_fdw", server->servername)));
	session = session_get(server->serverid, GetUserId());
	session_pin(session);
	return session;
}

/* attio_fdw_ddl(server name, table_name text, columns text) -> text */
Datum
attio_fdw_ddl(PG_FUNCTION_ARGS)
{
	Session *session = function_session(NameStr(*PG_GETARG_NAME(0)));
	char *table = text_to_cstring(PG_GETARG_TEXT_PP(1));
	ColumnSet set = import_column_set(text_to_cstring(PG_GETARG_TEXT_PP(2)));

	PG_RETURN_TEXT_P(cstring_to_text(psprintf("%s;", import_find_ddl(session, table, set))));
}

/* attio_fdw_refresh(server name) -> void: forget definitions, read them anew when next needed */
Datum
attio_fdw_refresh(PG_FUNCTION_ARGS)
{
	known_forget(function_session(NameStr(*PG_GETARG_NAME(0))));
	PG_RETURN_VOID();
}

/* attio_fdw_disconnect(server name default null) -> int: sessions closed */
Datum
attio_fdw_disconnect(PG_FUNCTION_ARGS)
{
	const char *name = PG_ARGISNULL(0) ? NULL : NameStr(*PG_GETARG_NAME(0));

	/* a session may outlive its server; a name that neither knows is a mistake */
	if (name != NULL && !session_is_open(name))
		(void) GetForeignServerByName(name, false);
	PG_RETURN_INT32(session_disconnect(name));
}

/* ----- attio_fdw_bind ----- */

/* The import's column for one of a table, or NULL when it shows no attribute or field. */
static ColumnName *
imported_column(const AttioRelation *relation, TupleDesc tupdesc, AttrNumber attnum, List *definitions)
{
	ColumnBinding *binding = relation_bind_column(relation, tupdesc, attnum, definitions);
	ColumnName *column = (ColumnName *) palloc0(sizeof(ColumnName));

	if (binding->missing)
		return NULL;
	column->name = pstrdup(binding->name);
	column->kind = binding->kind;
	column->field = binding->field;
	column->property = binding->property;
	if (binding->kind == COLUMN_ATTRIBUTE)
		column->attribute = attribute_by_slug(definitions, binding->slug);
	return column;
}

static void
run_statement(const char *statement)
{
	if (SPI_execute(statement, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not run: %s", statement);
}

/* Write down what a column shows now; the number of options added. */
static int
bind_column(Oid oid, const char *table, AttrNumber attnum, const ColumnName *column)
{
	List *present = GetForeignColumnOptions(oid, attnum);
	StringInfoData added;
	ListCell *lc;
	int nadded = 0;

	initStringInfo(&added);
	foreach(lc, import_column_options(column))
	{
		DefElem *def = (DefElem *) lfirst(lc);

		if (option_is_set(present, def->defname))
			continue;
		appendStringInfo(&added, "%sADD %s %s", nadded++ > 0 ? ", " : "", def->defname,
						 quote_literal_cstr(defGetString(def)));
	}
	if (nadded > 0)
		run_statement(psprintf("ALTER FOREIGN TABLE %s ALTER COLUMN %s OPTIONS (%s)", table,
							   quote_identifier(column->name), added.data));
	/* IMPORT FOREIGN SCHEMA may make no comments, so this is where the currency is noted. */
	if (column->kind == COLUMN_ATTRIBUTE && column->attribute->currency_code != NULL &&
		column->property == &column->attribute->type->properties[0])
		run_statement(psprintf("COMMENT ON COLUMN %s.%s IS %s", table, quote_identifier(column->name),
							   quote_literal_cstr(psprintf("in %s", column->attribute->currency_code))));
	return nadded;
}

static int
bind_columns(TupleDesc tupdesc, const AttioRelation *relation, const char *table, List *definitions)
{
	int nbound = 0;

	for (int i = 1; i <= tupdesc->natts; i++)
	{
		ColumnName *column;

		if (!attio_is_stored(TupleDescAttr(tupdesc, i - 1)))
			continue;
		column = imported_column(relation, tupdesc, (AttrNumber) i, definitions);
		if (column != NULL && bind_column(relation->table, table, (AttrNumber) i, column) > 0)
			nbound++;
	}
	return nbound;
}

/* The id of the table's object or list, when the table does not say it. */
static void
bind_target(const AttioRelation *relation, const char *table, Session *session)
{
	ListCell *lc;

	if (relation->target == NULL || relation->target->id != NULL)
		return;
	foreach(lc, targets_read(session, relation->target->kind, NULL))
	{
		const TargetDef *target = (const TargetDef *) lfirst(lc);

		if (target->slug != NULL && strcmp(target->slug, relation->target->slug) == 0)
			run_statement(psprintf("ALTER FOREIGN TABLE %s OPTIONS (ADD %s %s)", table, target->kind->id_option,
								   quote_literal_cstr(target->id)));
	}
}

/*
 * Open a table of the user's own to be bound, with a lock that only one holds.
 * ALTER takes a stronger one later: of two that held a weaker one meanwhile, each
 * would wait for the other.  Readers wait for no answer of Attio's.
 */
static Relation
open_to_bind(Oid oid)
{
	char *name = get_rel_name(oid);

	if (name != NULL && get_rel_relkind(oid) != RELKIND_FOREIGN_TABLE)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("\"%s\" is not a foreign table", name)));
	if (name != NULL)
		oid = RangeVarGetRelidExtended(makeRangeVar(get_namespace_name(get_rel_namespace(oid)), name, -1),
									   ShareUpdateExclusiveLock, 0, RangeVarCallbackOwnsRelation, NULL);
	return table_open(oid, NoLock);
}

/* attio_fdw_bind(regclass) -> int: columns whose options were written */
Datum
attio_fdw_bind(PG_FUNCTION_ARGS)
{
	Relation rel = open_to_bind(PG_GETARG_OID(0));
	Oid oid = RelationGetRelid(rel);
	AttioRelation *relation;
	Session *session;
	List *definitions;
	TupleDesc tupdesc;
	char *table;
	int nbound;

	session = function_session(GetForeignServer(GetForeignTable(oid)->serverid)->servername);
	relation = attio_relation_open(rel);
	table = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)), RelationGetRelationName(rel));
	definitions = relation_definitions(relation, session, NULL);
	/* ALTER needs the table to itself, so nothing of it may stay open. */
	tupdesc = CreateTupleDescCopy(RelationGetDescr(rel));
	table_close(rel, NoLock);

	SPI_connect();
	bind_target(relation, table, session);
	nbound = bind_columns(tupdesc, relation, table, definitions);
	SPI_finish();
	PG_RETURN_INT32(nbound);
}

/* ----- tables of the code, for the docs and their tests ----- */

/* attio_fdw_options() -> setof (place, name, legal, default, set_by, meaning) */
Datum
attio_fdw_options(PG_FUNCTION_ARGS)
{
	const OptionSet *set = attio_service.options;
	ListCell *lc;
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	attio_materialize(fcinfo);
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

static const char *
import_words(const PropertyDef *property)
{
	switch (property->import)
	{
		case IMPORT_DEFAULT:
			return "default";
		case IMPORT_DEFAULT_SINGLE:
			return "default where single, else all";
		case IMPORT_DEFAULT_MULTI:
			return "default where multiselect";
		case IMPORT_DEFAULT_SEVERAL:
			return "default where several objects are allowed, else all";
		case IMPORT_ALL:
			break;
	}
	return "all";
}

/* attio_fdw_types() -> setof (type, multiselect, property, sql_type, columns) */
Datum
attio_fdw_types(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	attio_materialize(fcinfo);
	for (int i = 0; i < attribute_ntypes; i++)
	{
		const AttributeType *type = &attribute_types[i];

		for (int j = 0; j < type->nproperties; j++)
		{
			const PropertyDef *property = &type->properties[j];
			Datum values[5];
			bool nulls[5] = {0};

			values[0] = CStringGetTextDatum(type->name);
			values[1] = BoolGetDatum(type->multiselect);
			values[2] = CStringGetTextDatum(property->name);
			values[3] = CStringGetTextDatum(format_type_be(property->type));
			values[4] = CStringGetTextDatum(import_words(property));
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
	}
	return (Datum) 0;
}

/* ----- attio_fdw_measure ----- */

/* The statement that tells the server what was found; NULL where it has no option for it. */
static char *
option_statement(ForeignServer *server, const MeasureFinding *finding)
{
	if (finding->option == NULL)
		return NULL;
	return psprintf("ALTER SERVER %s OPTIONS (%s %s %s)", quote_identifier(server->servername),
					option_is_set(server->options, finding->option) ? "SET" : "ADD", finding->option,
					quote_literal_cstr(finding->answer));
}

/* attio_fdw_measure(server name, apply boolean) -> setof (question, switch, answer, statement, evidence) */
Datum
attio_fdw_measure(PG_FUNCTION_ARGS)
{
	const char *name = NameStr(*PG_GETARG_NAME(0));
	bool apply = PG_GETARG_BOOL(1);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ForeignServer *server = GetForeignServerByName(name, false);
	List *findings = measure_all(function_session(name));
	ListCell *lc;

	attio_materialize(fcinfo);
	if (apply && SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	foreach(lc, findings)
	{
		const MeasureFinding *finding = (const MeasureFinding *) lfirst(lc);
		char *statement = option_statement(server, finding);
		const char *texts[] = {finding->question, finding->name, finding->answer == NULL ? "unknown" : finding->answer,
							   statement, finding->evidence};
		Datum values[lengthof(texts)];
		bool nulls[lengthof(texts)];

		for (int i = 0; i < (int) lengthof(texts); i++)
		{
			nulls[i] = (texts[i] == NULL);
			values[i] = nulls[i] ? (Datum) 0 : CStringGetTextDatum(texts[i]);
		}
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		if (apply && statement != NULL)
			run_statement(statement);
	}
	if (apply)
		SPI_finish();
	return (Datum) 0;
}
