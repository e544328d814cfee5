/*
 * reports.c
 *		The functions for users that only Attio has.
 *
 * Owns: their SQL side; what they tell stands in attribute and measure.
 */
#include "base/compat.h"

#include "attio/attio.h"
#include "attio/measure.h"
#include "base/statement.h"
#include "base/text_rows.h"
#include "executor/spi.h"
#include "foreign/foreign.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

extern PGDLLEXPORT Datum attio_fdw_types(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_measure(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(attio_fdw_types);
PG_FUNCTION_INFO_V1(attio_fdw_measure);

/* The caller's session with a server of Attio's. */
static Session *
attio_session(const char *server_name)
{
	Session *session = session_of_caller(server_name);

	if (session->service != &attio_service)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("server \"%s\" is not a server of Attio", session->server_name)));
	return session;
}

/* ----- attio_fdw_types ----- */

/* Which import makes a column of the property, for people. */
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
		case IMPORT_NEVER:
			return "none: a former name";
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

	compat_materialize(fcinfo);
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
	Session *session = attio_session(name);
	List *findings;
	ListCell *lc;

	if (apply)
	{
		PreventCommandIfReadOnly("attio_fdw_measure() with apply");
		if (!compat_server_ownercheck(server->serverid, GetUserId()))
			aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_FOREIGN_SERVER, name);
	}
	findings = measure_all(session);
	compat_materialize(fcinfo);
	if (apply && SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	foreach(lc, findings)
	{
		const MeasureFinding *finding = (const MeasureFinding *) lfirst(lc);
		char *statement = option_statement(server, finding);
		const char *texts[] = {finding->question, finding->name, finding->answer == NULL ? "unknown" : finding->answer,
							   statement, finding->evidence};

		result_put_texts(result, texts, lengthof(texts));
		if (apply && statement != NULL)
			statement_run(statement);
	}
	if (apply)
		SPI_finish();
	return (Datum) 0;
}
