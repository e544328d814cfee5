/*
 * tables.c
 *		What there is to say of each table that a resource makes, for every service.
 *
 * Owns: attio_fdw_tables(), which tells in words what the table of a service's
 * endpoints says: columns, conditions that are sent, keys that are needed, what
 * can be written; and attio_fdw_endpoints(), which tells what is asked.  Makes no
 * request.
 */
#include "admin/wrapper.h"

#include "base/text_rows.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "remote/param_groups.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

extern PGDLLEXPORT Datum attio_fdw_tables(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_endpoints(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(attio_fdw_tables);
PG_FUNCTION_INFO_V1(attio_fdw_endpoints);

/* Append a text, if there is one, behind others. */
static void
append_words(StringInfo to, const char *between, const char *words)
{
	if (words == NULL)
		return;
	if (to->len > 0)
		appendStringInfoString(to, between);
	appendStringInfoString(to, words);
}

/* ----- the table ----- */

/* Columns of which each must have a condition, which may become several parameters: "a and b" */
static char *
columns_together(const List *params)
{
	StringInfoData text;
	const char *last = "";
	const ListCell *lc;

	initStringInfo(&text);
	foreach(lc, params)
	{
		const char *column = ((const ParamDef *) lfirst(lc))->column;

		if (strcmp(column, last) != 0)
			append_words(&text, " and ", column);
		last = column;
	}
	return text.data;
}

/* Which columns must have conditions, in all ways: "a and b, or c"; "" where none must. */
static char *
needed_columns(const ResourceDef *resource)
{
	bool *given = (bool *) palloc0(sizeof(bool) * Max(resource->nparams, 1));
	List *missing = params_choose(resource, given);
	StringInfoData text;
	const ListCell *lc;

	initStringInfo(&text);
	foreach(lc, missing)
		append_words(&text, ", or ", columns_together((const List *) lfirst(lc)));
	for (int i = 0; i < resource->nparams && missing != NIL; i++)
	{
		List *others =
			resource->params[i].way == NULL ? NIL : params_missing_of_way(resource, given, &resource->params[i]);

		if (others != NIL)
			append_words(&text, ", or ", columns_together(others));
	}
	return text.data;
}

/* The statements that write rows. */
static char *
statements(const ResourceDef *resource)
{
	const struct
	{
		const char *word;
		const Access *access;
	} all[] = {{"INSERT", &resource->create}, {"UPDATE", &resource->update}, {"DELETE", &resource->delete}};
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < (int) lengthof(all); i++)
		if (all[i].access->path != NULL)
			append_words(&text, ", ", all[i].word);
	return text.data;
}

/* The scopes to read rows and, behind them, those that writing needs besides. */
static char *
all_scopes(const ResourceDef *resource)
{
	const Access *writes[] = {&resource->create, &resource->update, &resource->delete};
	StringInfoData text;

	initStringInfo(&text);
	append_words(&text, "", resource->list.scopes);
	for (int i = 0; i < (int) lengthof(writes); i++)
	{
		char *scopes = writes[i]->scopes == NULL ? NULL : pstrdup(writes[i]->scopes);
		char *rest = NULL;

		for (char *scope = scopes == NULL ? NULL : strtok_r(scopes, " ", &rest); scope != NULL;
			 scope = strtok_r(NULL, " ", &rest))
			if (strstr(text.data, scope) == NULL)
				append_words(&text, " ", scope);
	}
	return text.data;
}

/* ----- its columns ----- */

/* The conditions that become this parameter, which is of an array or of a single value. */
static void
append_conditions(StringInfo text, const ParamDef *param, bool is_array)
{
	switch (param->rule)
	{
		case PARAM_EQUAL:
		case PARAM_ANY:
		case PARAM_CHOICE:
			append_words(text, ", ", is_array ? "= ANY (column), &&, @>" : "=, = ANY");
			break;
		case PARAM_FROM:
			append_words(text, ", ", ">=, >");
			break;
		case PARAM_BEFORE:
			append_words(text, ", ", "<, <=");
			break;
		case PARAM_ORDER:
			append_words(text, ", ", "ORDER BY");
			break;
	}
	if (param->of_null != NULL)
		append_words(text, ", ", "IS NULL");
}

/* Conditions on the column that are sent, and with which others they stand. */
static char *
sent_conditions(const Service *service, const ResourceDef *resource, const FieldDef *field)
{
	bool is_array = OidIsValid(get_element_type(field->type));
	const char *id = resource_id_name(resource);
	const char *together = NULL;
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < resource->nparams; i++)
	{
		const ParamDef *param = &resource->params[i];

		if (strcmp(param->column, field->name) == 0 ||
			(param->implied_by != NULL && strcmp(param->implied_by, field->name) == 0))
		{
			append_conditions(&text, param, is_array);
			together = param->together != NULL ? param->together : together;
		}
	}
	if (resource_can(resource, CAN_FILTER) &&
		((id != NULL && strcmp(id, field->name) == 0) ||
		 (resource->parent != NULL && strcmp(resource->parent, field->name) == 0)))
		append_words(&text, ", ", "=, = ANY");
	if (field->source == FIELD_VALUE)
		append_words(&text, ", ", service->value_conditions(field));
	for (int i = 0; i < resource->nparams && together != NULL; i++)
		if (resource->params[i].together != NULL && strcmp(resource->params[i].together, together) == 0 &&
			strcmp(resource->params[i].column, field->name) != 0)
			appendStringInfo(&text, " (with %s)", resource->params[i].column);
	return text.data;
}

/* Whether, and when, the column can be written. */
static const char *
written_words(const ResourceDef *resource, const FieldDef *field)
{
	/* of records and entries this is what their own writer does */
	if (resource->values != NULL)
		return resource->parent != NULL && strncmp(field->name, "parent_", strlen("parent_")) == 0
				   ? "by INSERT, required"
				   : "";
	switch (field->write)
	{
		case FIELD_READ_ONLY:
			break;
		case FIELD_ON_CREATE:
			return field->is_required ? "by INSERT, required" : "by INSERT";
		case FIELD_ON_UPDATE:
			return "by UPDATE";
		case FIELD_WRITABLE:
			return field->is_required ? "yes, required" : "yes";
	}
	return "";
}

/* ----- attio_fdw_tables ----- */

/*
 * attio_fdw_tables(wrapper name) -> setof (table_name, column_name, sql_type, conditions, written, request, scopes)
 *   A row for each table, without a column, and behind it one for each column.
 */
Datum
attio_fdw_tables(PG_FUNCTION_ARGS)
{
	const Service *service = service_of_wrapper_named(NameStr(*PG_GETARG_NAME(0)));
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	compat_materialize(fcinfo);
	for (const ResourceDef *resource = service->resources; resource->name != NULL; resource++)
	{
		const char *const table[] = {resource->name,
									 NULL,
									 NULL,
									 needed_columns(resource),
									 statements(resource),
									 psprintf("%s %s", resource->list.method, resource->list.path),
									 all_scopes(resource)};

		result_put_texts(result, table, lengthof(table));
		for (int i = 0; i < resource->nfields; i++)
		{
			const FieldDef *field = &resource->fields[i];
			const char *const column[] = {
				resource->name,
				field->name,
				psprintf("%s%s", format_type_be(field->type), field->not_null ? " not null" : ""),
				sent_conditions(service, resource, field),
				written_words(resource, field),
				NULL,
				NULL};

			result_put_texts(result, column, lengthof(column));
		}
	}
	return (Datum) 0;
}

/* ----- attio_fdw_endpoints ----- */

static void
put_access(ReturnSetInfo *result, const ResourceDef *resource, const char *statement, const Access *access)
{
	const char *const row[] = {resource->name, statement, access->method, access->path, access->scopes};

	if (access->path != NULL)
		result_put_texts(result, row, lengthof(row));
}

/* attio_fdw_endpoints(wrapper name) -> setof (table_name, statement, method, path, scopes) */
Datum
attio_fdw_endpoints(PG_FUNCTION_ARGS)
{
	const Service *service = service_of_wrapper_named(NameStr(*PG_GETARG_NAME(0)));
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	compat_materialize(fcinfo);
	for (const ResourceDef *resource = service->resources; resource->name != NULL; resource++)
	{
		put_access(result, resource, "SELECT", &resource->list);
		put_access(result, resource, "SELECT", &resource->get);
		for (int i = 0; i < resource->nparams; i++)
			if (resource->params[i].way != NULL)
				put_access(result, resource, "SELECT", &resource->params[i].way->list);
		put_access(result, resource, "INSERT", &resource->create);
		put_access(result, resource, "INSERT", &resource->match);
		put_access(result, resource, "UPDATE", &resource->update);
		put_access(result, resource, "DELETE", &resource->delete);
	}
	return (Datum) 0;
}
