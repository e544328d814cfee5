/*
 * import.c
 *		IMPORT FOREIGN SCHEMA, and the statements it writes.
 *
 * Owns: the text of CREATE FOREIGN TABLE, and what the user is told about the
 * key.  Names of tables come from attio/offers, columns from attio/naming.
 */
#include "attio/import.h"

#include "attio/endpoints.h"
#include "attio/workspace.h"
#include "base/errors.h"
#include "base/text_rows.h"
#include "commands/defrem.h"
#include "lib/stringinfo.h"
#include "nodes/makefuncs.h"
#include "remote/import_list.h"
#include "remote/known.h"
#include "utils/builtins.h"

/* ----- the text of a table ----- */

static void
append_option(StringInfo out, const char *name, const char *value)
{
	appendStringInfo(out, "%s%s %s", out->len > 0 ? ", " : "", name, quote_literal_cstr(value));
}

static List *
with_option(List *options, const char *name, const char *value)
{
	return lappend(options, makeDefElem(pstrdup(name), (Node *) makeString(pstrdup(value)), -1));
}

/* The options that the import gives a column: a List of DefElem. */
List *
import_column_options(const ColumnName *column)
{
	const AttributeDef *attribute = column->attribute;
	List *options = NIL;

	switch (column->kind)
	{
		case COLUMN_FIELD:
			return with_option(options, "field", column->field->name);
		case COLUMN_RAW:
			return with_option(options, "field", FIELD_NAME_RAW);
		case COLUMN_CHANGED_AT:
			return with_option(options, "field", FIELD_NAME_CHANGED_AT);
		case COLUMN_ATTRIBUTE:
			options = with_option(options, "attribute", attribute->slug);
			options = with_option(options, "attribute_id", attribute->id);
			if (column->property != NULL && column->property->name[0] != '\0')
				options = with_option(options, "property", column->property->name);
			options = with_option(options, "type", attribute->type_name);
			options = with_option(options, "multiselect", attribute->multiselect ? "true" : "false");
			break;
	}
	return options;
}

/* The SQL type that the import gives a column, as a statement writes it. */
const char *
import_column_type(const ColumnName *column)
{
	return psprintf("%s%s", format_type_be(column->type), column->is_array ? "[]" : "");
}

/* A column as CREATE FOREIGN TABLE and ADD COLUMN define it. */
char *
import_column_ddl(const ColumnName *column)
{
	StringInfoData options;
	ListCell *lc;

	initStringInfo(&options);
	foreach(lc, import_column_options(column))
		append_option(&options, ((DefElem *) lfirst(lc))->defname, defGetString((DefElem *) lfirst(lc)));
	return psprintf("%s %s OPTIONS (%s)%s", quote_identifier(column->name), import_column_type(column), options.data,
					column->not_null ? " NOT NULL" : "");
}

/* The options that say what the table shows. */
static void
append_table_options(StringInfo out, const ResourceDef *resource, const TargetDef *target)
{
	StringInfoData options;

	initStringInfo(&options);
	if (target == NULL)
		append_option(&options, "resource", resource->name);
	else
	{
		append_option(&options, target->kind->noun, target_name(target));
		append_option(&options, target->kind->id_option, target->id);
	}
	appendStringInfoString(out, options.data);
}

/* "CREATE FOREIGN TABLE name (columns" of these columns, a List of ColumnName. */
static void
append_columns(StringInfo ddl, const char *table, List *columns)
{
	ListCell *lc;

	appendStringInfo(ddl, "CREATE FOREIGN TABLE %s (", table);
	foreach(lc, columns)
		appendStringInfo(ddl, "%s\n\t%s", foreach_current_index(lc) > 0 ? "," : "",
						 import_column_ddl((const ColumnName *) lfirst(lc)));
}

/* The CREATE FOREIGN TABLE statement of one table, without a semicolon; in a schema, or NULL: where IMPORT puts it. */
char *
import_table_ddl(const char *schema, const Offer *made, List *attributes, ColumnSet set, const char *server)
{
	const ResourceDef *resource = made->resource;
	List *left_out = NIL;
	List *columns = name_columns(resource, attributes, set, &left_out);
	StringInfoData ddl;
	ListCell *lc;

	initStringInfo(&ddl);
	append_columns(&ddl, quote_qualified_identifier(schema, made->table), columns);
	appendStringInfo(&ddl, "\n) SERVER %s OPTIONS (", quote_identifier(server));
	append_table_options(&ddl, resource, made->target);
	appendStringInfoChar(&ddl, ')');
	if (left_out != NIL)
	{
		StringInfoData names;

		initStringInfo(&names);
		foreach(lc, left_out)
			appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", (char *) lfirst(lc));
		ereport(NOTICE, (errmsg("%d columns of \"%s\" are skipped", list_length(left_out), made->table),
						 errdetail("Their names are already used, or the table has too many columns: %s.",
								   clean_text(names.data, names.len, 500))));
	}
	return ddl.data;
}

/* ----- the statement ----- */

/* Which columns are imported: default, all or raw. */
static ColumnSet
import_column_set(const char *value)
{
	if (strcmp(value, "default") == 0)
		return COLUMNS_DEFAULT;
	if (strcmp(value, "all") == 0)
		return COLUMNS_ALL;
	if (strcmp(value, "raw") == 0)
		return COLUMNS_RAW;
	ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
					errmsg("invalid value for option \"columns\": \"%s\"", clean_text(value, strlen(value), 100)),
					errhint("Valid values are \"default\", \"all\", \"raw\".")));
}

/* The value of the option "columns" of IMPORT FOREIGN SCHEMA, which has no other option. */
static ColumnSet
columns_option(List *options)
{
	ColumnSet set = COLUMNS_DEFAULT;
	ListCell *lc;

	foreach(lc, options)
	{
		DefElem *def = (DefElem *) lfirst(lc);

		if (strcmp(def->defname, "columns") != 0)
			ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
							errmsg("invalid option \"%s\" for IMPORT FOREIGN SCHEMA", def->defname),
							errhint("The only option is \"columns\": 'default', 'all' or 'raw'.")));
		set = import_column_set(defGetString(def));
	}
	return set;
}

/* Is an offer of the schema that was named? */
static bool
in_schema(const Offer *made, const char *schema)
{
	if (strcmp(schema, "attio") == 0)
		return true;
	if (made->target == NULL)
		return strcmp(schema, "workspace") == 0;
	return strcmp(schema, made->target->kind->plural) == 0;
}

/* The names of the tables in the schema that the statement names. */
static List *
names_in_schema(List *offers, const ImportForeignSchemaStmt *stmt)
{
	List *names = NIL;
	ListCell *lc;

	foreach(lc, offers)
		if (in_schema((Offer *) lfirst(lc), stmt->remote_schema))
			names = lappend(names, ((Offer *) lfirst(lc))->table);
	return names;
}

/* The scopes of the key, separated by blanks; a dead key is an error. */
const char *
import_granted_scopes(Session *session)
{
	const char *granted = json_string_at(workspace_self(session, NULL), "scope");

	return granted == NULL ? "" : granted;
}

/* The tables that lack the same scopes, as people read a list. */
static char *
tables_missing(const char *granted, List *wanted, const char *missing)
{
	StringInfoData tables;
	ListCell *lc;

	initStringInfo(&tables);
	foreach(lc, wanted)
	{
		const Offer *offer = (const Offer *) lfirst(lc);
		const char *lacks = workspace_missing_scopes(granted, offer->resource->list.scopes);

		if (lacks != NULL && strcmp(lacks, missing) == 0)
			appendStringInfo(&tables, "%s%s", tables.len > 0 ? ", " : "", offer->table);
	}
	return tables.data;
}

/* Warn once of all tables that lack the same scopes. */
static void
warn_of_missing_scopes(const char *granted, List *wanted)
{
	ListCell *lc;
	List *told = NIL; /* char *: scopes */

	foreach(lc, wanted)
	{
		char *missing = workspace_missing_scopes(granted, ((Offer *) lfirst(lc))->resource->list.scopes);
		const char *tables;

		if (missing == NULL || list_has_text(told, missing))
			continue;
		told = lappend(told, missing);
		tables = tables_missing(granted, wanted, missing);
		ereport(WARNING, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("the API key lacks the scope %s", missing),
						  errdetail("These tables cannot be read: %s.", clean_text(tables, strlen(tables), 500)),
						  errhint("Scopes are chosen in Attio's settings, under Developers.")));
	}
}

/* Say which standard objects, which every workspace has, are not visible. */
static void
note_unseen_objects(List *objects)
{
	static const char *const standard[] = {"people", "companies", "deals", "users", "workspaces"};

	for (int i = 0; i < (int) lengthof(standard); i++)
	{
		ListCell *lc;
		bool found = false;

		foreach(lc, objects)
		{
			const char *slug = ((TargetDef *) lfirst(lc))->slug;

			found = found || (slug != NULL && strcmp(slug, standard[i]) == 0);
		}
		if (!found)
			ereport(NOTICE, (errmsg("standard object \"%s\" is not visible in the workspace", standard[i]),
							 errdetail("It is not enabled, or the key cannot see it.")));
	}
}

/* The workspace's lists; none, with a WARNING, if the key lacks the scope and more than lists is imported. */
static List *
visible_lists(Session *session, const char *schema, const char *granted)
{
	char *missing = workspace_missing_scopes(granted, "list_configuration:read");

	if (missing != NULL && strcmp(schema, "lists") != 0)
	{
		ereport(WARNING, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						  errmsg("lists are skipped: the API key lacks the scope %s", missing),
						  errhint("Scopes are chosen in Attio's settings, under Developers.")));
		return NIL;
	}
	return targets_read(session, &target_list, NULL);
}

/* Say that a table is imported under another name, because its own is used already. */
static void
note_new_name(const Offer *made)
{
	const char *kind = made->target == NULL ? "resource" : made->target->kind->noun;

	if (made->instead_of != NULL)
		ereport(NOTICE, (errmsg("%s \"%s\" is imported as \"%s\"", kind, made->instead_of, made->table),
						 errdetail("Another table already has that name.")));
}

/* Warn of a table that Attio lists, but whose attributes it refuses to show: perhaps it was made private or deleted. */
static void
warn_of_absent(const Offer *made, const char *said)
{
	ereport(
		WARNING,
		(errcode(ERRCODE_FDW_TABLE_NOT_FOUND),
		 errmsg("%s \"%s\" is skipped: Attio does not show its attributes", made->target->kind->noun, made->table),
		 errdetail("Attio returned: %s", said),
		 errhint(
			 "Import it again when the key can see it; LIMIT TO restricts the import to the tables that it names.")));
}

/*
 * The statement of one table; NULL where the table is skipped, with a NOTICE or
 * WARNING.  "may_be_absent": see TargetRefusal.
 */
static char *
table_statement(Session *session, const Offer *made, ColumnSet set, const char *server, bool may_be_absent)
{
	List *attributes = NIL;
	TargetRefusal refusal = {.may_be_absent = may_be_absent};

	if (made->target != NULL)
		attributes = metadata_attributes(session, made->target, &refusal, NULL);
	if (refusal.absent != NULL)
	{
		warn_of_absent(made, refusal.absent);
		return NULL;
	}
	if (refusal.disabled)
	{
		ereport(NOTICE, (errmsg("object \"%s\" is skipped: it is not enabled in Attio", made->table)));
		return NULL;
	}
	return import_table_ddl(NULL, made, attributes, set, server);
}

/*
 * The columns of a table of history: the key, what the attribute's value shows,
 * since when and until when; without what the latter say already.
 */
static List *
history_columns(const TargetDef *target, AttributeDef *attribute, ColumnSet set)
{
	const ResourceDef *resource = target->kind == &target_list ? resource_entry_history : resource_record_history;
	List *left_out = NIL;
	List *columns = name_columns(resource, list_make1(attribute), set, &left_out);
	List *ordered = list_make1(linitial(columns));
	ListCell *lc;

	foreach(lc, columns)
	{
		const ColumnName *column = (const ColumnName *) lfirst(lc);

		if (column->kind == COLUMN_ATTRIBUTE &&
			(column->property == NULL || strcmp(column->property->name, "active_from") != 0))
			ordered = lappend(ordered, lfirst(lc));
	}
	foreach(lc, columns)
		if (((const ColumnName *) lfirst(lc))->kind == COLUMN_FIELD)
			ordered = list_append_unique_ptr(ordered, lfirst(lc));
	return ordered;
}

/*
 * The statement that creates a table of the history of one attribute, which is
 * given by its slug.  Raises ERROR, with the nearest slug, if there is none, or
 * if the table is not one of an object or list.
 */
static char *
history_ddl(Session *session, const Offer *made, ColumnSet set, const char *history)
{
	const TargetDef *target = made->target;
	List *attributes = target == NULL ? NIL : metadata_attributes(session, target, NULL, NULL);
	const AttributeDef *attribute = attribute_by_slug(attributes, history);
	AttributeDef *one = (AttributeDef *) palloc(sizeof(AttributeDef));
	List *slugs = NIL;
	const char *nearest;
	StringInfoData ddl;
	ListCell *lc;

	foreach(lc, attributes)
		slugs = lappend(slugs, ((const AttributeDef *) lfirst(lc))->slug);
	nearest = closest_in_list(history, slugs);
	if (attribute == NULL)
		ereport(ERROR, (errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
						errmsg("attribute \"%s\" of \"%s\" does not exist", history, made->table),
						nearest != NULL ? errhint("Perhaps you meant \"%s\".", nearest) : 0));
	/* a row of a history holds one value */
	*one = *attribute;
	one->index = NULL;
	one->multiselect = false;
	initStringInfo(&ddl);
	append_columns(&ddl, quote_identifier(shorten_name(made->table, psprintf("_%s_history", history), attribute->id)),
				   history_columns(target, one, set));
	appendStringInfo(&ddl, "\n) SERVER %s OPTIONS (", quote_identifier(session->server_name));
	append_table_options(&ddl, made->resource, target);
	appendStringInfo(&ddl, ", history %s, history_id %s);", quote_literal_cstr(attribute->slug),
					 quote_literal_cstr(attribute->id));
	return ddl.data;
}

/*
 * The statement that the import would run for one table, which is given by its
 * name or slug; or that of one of an attribute's history.  Raises ERROR, with
 * the nearest name, if there is none.
 */
char *
attio_table_ddl(Session *session, const char *table, const char *columns, const char *history)
{
	ColumnSet set = import_column_set(columns);
	List *objects;
	List *offers;
	List *names = NIL;
	const char *nearest;
	ListCell *lc;

	targets_ask_ahead(session, NULL);
	objects = targets_read(session, &target_object, NULL);
	offers = offers_all(objects, targets_read(session, &target_list, NULL));
	foreach(lc, offers)
	{
		Offer *made = (Offer *) lfirst(lc);
		char *statement;

		names = lappend(names, made->table);
		if (strcmp(made->table, table) != 0)
			continue;
		if (history != NULL)
			return history_ddl(session, made, set, history);
		statement = table_statement(session, made, set, session->server_name, false);
		if (statement != NULL)
			return psprintf("%s;", statement);
	}
	nearest = closest_in_list(table, names);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_TABLE_NOT_FOUND), errmsg("table \"%s\" does not exist in this workspace", table),
			 nearest != NULL ? errhint("Perhaps you meant \"%s\".", nearest) : 0));
}

/* What IMPORT FOREIGN SCHEMA runs: the statements that create the tables. */
List *
attio_import_schema(Session *session, ImportForeignSchemaStmt *stmt)
{
	static const char *const schemas[] = {"objects", "lists", "workspace", "attio"};
	ColumnSet set = columns_option(stmt->options);
	const char *granted;
	List *objects;
	List *offers;
	List *wanted = NIL;
	List *targets = NIL;
	List *statements = NIL;
	ListCell *lc;
	int next = 0;
	bool known = false;

	for (int i = 0; i < (int) lengthof(schemas); i++)
		known = known || strcmp(schemas[i], stmt->remote_schema) == 0;
	if (!known)
		ereport(ERROR, (errcode(ERRCODE_FDW_SCHEMA_NOT_FOUND),
						errmsg("schema \"%s\" does not exist in Attio", stmt->remote_schema),
						errhint("Valid schemas are objects, lists, workspace, and attio, which contains all three.")));
	granted = import_granted_scopes(session);
	known_forget(session);
	if (workspace_missing_scopes(granted, "list_configuration:read") == NULL)
		targets_ask_ahead(session, NULL);
	objects = targets_read(session, &target_object, NULL);
	offers = offers_all(objects, visible_lists(session, stmt->remote_schema, granted));
	import_warn_of_unknown(stmt, names_in_schema(offers, stmt));
	foreach(lc, offers)
		if (in_schema((Offer *) lfirst(lc), stmt->remote_schema) && import_names(stmt, ((Offer *) lfirst(lc))->table))
			wanted = lappend(wanted, lfirst(lc));
	warn_of_missing_scopes(granted, wanted);
	if (stmt->list_type == FDW_IMPORT_SCHEMA_ALL &&
		(strcmp(stmt->remote_schema, "objects") == 0 || strcmp(stmt->remote_schema, "attio") == 0))
		note_unseen_objects(objects);
	foreach(lc, wanted)
		if (((Offer *) lfirst(lc))->target != NULL)
			targets = lappend(targets, unconstify(TargetDef *, ((Offer *) lfirst(lc))->target));
	foreach(lc, wanted)
	{
		char *statement;

		metadata_ask_ahead(session, targets, &next, NULL);
		statement = table_statement(session, (Offer *) lfirst(lc), set, session->server_name, true);
		note_new_name((Offer *) lfirst(lc));
		if (statement != NULL)
			statements = lappend(statements, statement);
	}
	return statements;
}
