/*
 * checks.c
 *		What attio_fdw_check() asks of Attio alone.
 *
 * Owns: what the answer to /v2/self means for a user, which attributes the plan
 * hides, and which tables are out of date.  How checks are run, admin/check
 * knows.
 */
#include "attio/checks.h"

#include "attio/attio_options.h"
#include "attio/drift.h"
#include "attio/endpoints.h"
#include "attio/workspace.h"
#include "base/errors.h"
#include "base/guc.h"
#include "base/statement.h"
#include "catalog/pg_foreign_server.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

/* Rows of an object that are looked at for a value of each attribute. */
#define HIDDEN_SAMPLE 100

/* ----- the account ----- */

/* Is it Attio that answered, in its own words? */
static void
check_answer(CheckRun *run, const char *name)
{
	JsonTree *self;

	run->blocked = "the answer was not Attio's own";
	(void) request_judge(run->session, run->answer, NULL);
	self = json_read(run->answer->body, run->answer->length);
	if (!json_is_boolean(json_at(self, "active")))
		request_raise_shape(run->session, run->answer, NULL);
	run->account = self;
	run->blocked = NULL;
	check_add(run, name, CHECK_OK, "Attio itself answers, and nothing on the way to it.", NULL);
}

static void
check_key(CheckRun *run, const char *name)
{
	JsonTree *self = (JsonTree *) run->account;

	if (json_bool_at(self, "active"))
	{
		check_add(run, name, CHECK_OK, "The API key is active.", NULL);
		return;
	}
	run->account = NULL;
	run->blocked = "the API key is not active";
	check_add(run, name, CHECK_ERROR, "The API key is wrong or revoked.",
			  psprintf("Run ALTER USER MAPPING ... SERVER %s OPTIONS (SET api_key '...') with a key of the workspace.",
					   quote_identifier(run->session->server_name)));
}

/* Whose key is it, and should it be theirs? */
static void
check_workspace(CheckRun *run, const char *name)
{
	JsonTree *self = (JsonTree *) run->account;
	const char *expected = option_text(&attio_options, run->session->options, ForeignServerRelationId, "workspace_id");
	const char *id = json_string_at(self, "workspace_id");
	const char *title = json_string_at(self, "workspace_name");
	const char *server = quote_identifier(run->session->server_name);
	const char *meaning;

	id = id == NULL ? "unknown" : clean_text(id, strlen(id), 60);
	meaning = psprintf("The key belongs to workspace \"%s\" (%s)",
					   title == NULL ? "" : clean_text(title, strlen(title), 100), id);
	if (expected == NULL)
		check_add(
			run, name, CHECK_OK, psprintf("%s.", meaning),
			psprintf("ALTER SERVER %s OPTIONS (ADD workspace_id '%s') refuses keys of other workspaces.", server, id));
	else if (pg_strcasecmp(expected, id) == 0)
		check_add(run, name, CHECK_OK, psprintf("%s, which the server option workspace_id names.", meaning), NULL);
	else
	{
		run->blocked = "the API key belongs to another workspace";
		check_add(run, name, CHECK_ERROR, psprintf("%s, but the server option workspace_id is %s.", meaning, expected),
				  "Use a key of the expected workspace, or change the option.");
	}
}

/* ----- scopes ----- */

/* A scope, and the tables that it opens. */
typedef struct ScopeUse
{
	char *scope;
	StringInfoData reads;
	StringInfoData writes;
} ScopeUse;

/* The entry of a scope of so many characters; a new one if there is none. */
static ScopeUse *
scope_use(List **uses, const char *scope, int length)
{
	ListCell *lc;
	ScopeUse *use;

	foreach(lc, *uses)
	{
		use = (ScopeUse *) lfirst(lc);
		if (strlen(use->scope) == length && strncmp(use->scope, scope, length) == 0)
			return use;
	}
	use = (ScopeUse *) palloc0(sizeof(ScopeUse));
	use->scope = pnstrdup(scope, length);
	initStringInfo(&use->reads);
	initStringInfo(&use->writes);
	*uses = lappend(*uses, use);
	return use;
}

/* What people call the tables of a resource. */
static const char *
tables_of(const ResourceDef *resource)
{
	return resource == resource_records   ? "tables of objects"
		   : resource == resource_entries ? "tables of lists"
										  : resource->name;
}

/* Was this name added last?  The methods of one resource come one after the other. */
static bool
is_last_name(StringInfo names, const char *name)
{
	int start = names->len - (int) strlen(name);

	return start >= 0 && strcmp(names->data + start, name) == 0 && (start == 0 || names->data[start - 2] == ',');
}

/* Each scope of the method opens the resource's tables, to be read or to be written. */
static void
add_uses(List **uses, const ResourceDef *resource, const Access *access, bool writes)
{
	const char *tables = tables_of(resource);

	for (const char *scope = access->scopes; access->path != NULL && scope != NULL && *scope != '\0';)
	{
		int length = (int) strcspn(scope, " ");
		ScopeUse *use = scope_use(uses, scope, length);
		StringInfo names = writes ? &use->writes : &use->reads;

		if (!is_last_name(names, tables))
			appendStringInfo(names, "%s%s", names->len > 0 ? ", " : "", tables);
		scope += length;
		scope += strspn(scope, " ");
	}
}

/* The scopes of all resources, in the order of these. */
static List *
all_uses(void)
{
	List *uses = NIL;

	for (const ResourceDef *resource = attio_resources; resource->name != NULL; resource++)
	{
		const Access *writing[] = {&resource->create, &resource->match, &resource->update, &resource->delete};

		add_uses(&uses, resource, &resource->list, false);
		add_uses(&uses, resource, &resource->get, false);
		for (int i = 0; i < (int) lengthof(writing); i++)
			add_uses(&uses, resource, writing[i], true);
	}
	return uses;
}

/* Does nobody want to write by this server? */
static bool
is_read_only(const CheckRun *run)
{
	return setting_read_only ||
		   !option_bool(&attio_options, run->session->options, ForeignServerRelationId, "updatable");
}

static void
check_scope(CheckRun *run, const char *granted, const ScopeUse *use)
{
	const char *name = psprintf("scope %s", use->scope);
	StringInfoData opens;

	initStringInfo(&opens);
	if (use->reads.len > 0)
		appendStringInfo(&opens, "to read %s", use->reads.data);
	if (use->writes.len > 0)
		appendStringInfo(&opens, "%sto write %s", opens.len > 0 ? "; " : "", use->writes.data);
	if (workspace_missing_scopes(granted, use->scope) == NULL)
		check_add(run, name, CHECK_OK, psprintf("Granted. It is needed %s.", opens.data), NULL);
	else if (use->reads.len == 0 && is_read_only(run))
		check_add(run, name, CHECK_OK,
				  psprintf("Not granted, but this server is not to be written. It is needed %s.", opens.data), NULL);
	else
		check_add(run, name, CHECK_WARNING, psprintf("Not granted. It is needed %s.", opens.data),
				  "Scopes are chosen in Attio's settings, under Developers.");
}

static void
check_scopes(CheckRun *run, const char *name)
{
	const char *granted = json_string_at((JsonTree *) run->account, "scope");
	ListCell *lc;

	if (run->account == NULL)
	{
		check_add(run, name, CHECK_WARNING, psprintf("Not checked: %s.", run->blocked), NULL);
		return;
	}
	foreach(lc, all_uses())
		check_scope(run, granted == NULL ? "" : granted, (const ScopeUse *) lfirst(lc));
}

/* ----- what the plan hides ----- */

/* Some rows of an object: an array. */
static JsonTree *
sample_rows(Session *session, const TargetDef *target)
{
	const Access *list = &resource_records->list;
	RequestSubject subject = {.what = psprintf("object \"%s\"", target_name(target)), .scopes = list->scopes};
	Request request = {.method = list->method,
					   .path = resource_path(list->path, list_make1(given_make("object", target->id)), NULL),
					   .body = psprintf("{\"limit\":%d}", HIDDEN_SAMPLE),
					   .nature = HTTP_READ,
					   .purpose = FOR_DEFINITIONS};
	HttpExchange *exchange = request_start(session, &request, NULL);

	return json_at(request_get_finish(session, exchange, &subject), resource_records->paging.rows);
}

/* Does no row show the attribute, or one of communication any value? */
static bool
is_hidden(const AttributeDef *attribute, JsonTree *rows)
{
	bool needs_value = strcmp(attribute->type_name, "interaction") == 0;

	for (int i = 0; i < json_length_at(rows, ""); i++)
	{
		JsonTree *values = json_member(json_at(json_element(rows, i), resource_records->values), attribute->slug);

		if (values != NULL && (!needs_value || json_count(values) > 0))
			return false;
	}
	return true;
}

static bool
has_interactions(List *attributes)
{
	ListCell *lc;

	foreach(lc, attributes)
		if (strcmp(((const AttributeDef *) lfirst(lc))->type_name, "interaction") == 0)
			return true;
	return false;
}

/* One object's row, if its rows lack something. */
static void
check_object(CheckRun *run, const TargetDef *target, List *attributes)
{
	JsonTree *rows = sample_rows(run->session, target);
	int nrows = json_length_at(rows, "");
	StringInfoData hidden;
	ListCell *lc;

	initStringInfo(&hidden);
	foreach(lc, attributes)
	{
		const AttributeDef *attribute = (const AttributeDef *) lfirst(lc);

		if (nrows > 0 && is_hidden(attribute, rows))
			appendStringInfo(&hidden, "%s%s", hidden.len > 0 ? ", " : "", attribute->slug);
	}
	if (hidden.len > 0)
		check_add(run, psprintf("hidden %s", target_name(target)), CHECK_WARNING,
				  psprintf("No value in any of %d records: %s.", nrows, clean_text(hidden.data, hidden.len, 500)),
				  "Attio's plan may hide these attributes; their columns are NULL.");
}

static void
check_hidden(CheckRun *run, const char *name)
{
	List *targets = targets_read(run->session, &target_object, NULL);
	int found = list_length(run->rows);
	ListCell *lc;
	int next = 0;

	foreach(lc, targets)
	{
		const TargetDef *target = (const TargetDef *) lfirst(lc);
		TargetRefusal refusal = {.may_be_absent = true};
		List *attributes;

		metadata_ask_ahead(run->session, targets, &next, NULL);
		attributes = metadata_attributes(run->session, target, &refusal, NULL);
		if (has_interactions(attributes))
			check_object(run, target, attributes);
	}
	if (list_length(run->rows) == found)
		check_add(run, name, CHECK_OK, "Every interaction attribute has a value in some record.", NULL);
}

/* ----- tables ----- */

/* The foreign tables of a server in one schema. */
typedef struct SchemaTables
{
	char *schema;
	List *tables; /* Oid */
} SchemaTables;

/* The foreign tables of the session's server in this database, by schema: a List of SchemaTables. */
static List *
tables_of_server(const Session *session)
{
	MemoryContext caller = CurrentMemoryContext;
	List *schemas = NIL;

	SPI_connect();
	catalog_query(psprintf("SELECT n.nspname, c.oid FROM pg_foreign_table f"
						   " JOIN pg_class c ON c.oid = f.ftrelid"
						   " JOIN pg_namespace n ON n.oid = c.relnamespace"
						   " WHERE f.ftserver = '%u'::oid ORDER BY n.nspname, c.relname",
						   session->server));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool isnull;
		char *schema = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		Oid oid = DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &isnull));
		MemoryContext own = MemoryContextSwitchTo(caller);
		SchemaTables *last = schemas == NIL ? NULL : (SchemaTables *) llast(schemas);

		if (last == NULL || strcmp(last->schema, schema) != 0)
		{
			last = (SchemaTables *) palloc0(sizeof(SchemaTables));
			last->schema = pstrdup(schema);
			schemas = lappend(schemas, last);
		}
		last->tables = lappend_oid(last->tables, oid);
		MemoryContextSwitchTo(own);
	}
	SPI_finish();
	return schemas;
}

/* A row for each table that has changes; these stand table by table.  How many tables these are. */
static int
add_drifted(CheckRun *run, const char *schema, List *changes)
{
	StringInfoData causes;
	int ntables = 0;
	ListCell *lc;

	initStringInfo(&causes);
	foreach(lc, changes)
	{
		const SchemaChange *change = (const SchemaChange *) lfirst(lc);
		ListCell *next = lnext(changes, lc);

		appendStringInfo(&causes, "%s%s", causes.len > 0 ? "; " : "", change->cause);
		if (next != NULL && strcmp(((const SchemaChange *) lfirst(next))->table, change->table) == 0)
			continue;
		check_add(
			run, psprintf("table %s", change->table), CHECK_WARNING,
			psprintf("Out of date: %s.", clean_text(causes.data, causes.len, 500)),
			psprintf("SELECT * FROM attio_fdw_sync(%s) shows what brings it up to date.", quote_literal_cstr(schema)));
		resetStringInfo(&causes);
		ntables++;
	}
	return ntables;
}

static void
check_tables(CheckRun *run, const char *name)
{
	int ntables = 0;
	int ndrifted = 0;
	ListCell *lc;

	foreach(lc, tables_of_server(run->session))
	{
		const SchemaTables *schema = (const SchemaTables *) lfirst(lc);

		ntables += list_length(schema->tables);
		ndrifted +=
			add_drifted(run, schema->schema, attio_schema_changes(run->session, schema->tables, schema->schema, false));
	}
	if (ndrifted == 0)
		check_add(run, name, CHECK_OK, psprintf("%d foreign tables are up to date.", ntables), NULL);
}

const CheckDef attio_account_checks[] = {
	{"answer", check_answer, true},  {"key", check_key, true}, {"workspace", check_workspace, true},
	{"scopes", check_scopes, false}, {NULL, NULL, false},
};

const CheckDef attio_checks[] = {
	{"hidden", check_hidden, true},
	{"tables", check_tables, true},
	{NULL, NULL, false},
};
