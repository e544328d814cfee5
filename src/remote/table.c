/*
 * table.c
 *		A foreign table: what its options say, and a session that reads or writes
 *		it by the definitions of its attributes.
 *
 * Owns: the meaning of the options that any service's tables have.  Must not
 * know how rows are fetched or read.
 */
#include "remote/table.h"

#include "access/table.h"
#include "base/errors.h"
#include "base/options.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "foreign/foreign.h"

/* ----- options ----- */

/* The option "resource" names no resource of the service.  Does not return. */
static void
raise_unknown_resource(const RemoteRelation *relation, const char *name)
{
	List *names = NIL;
	const char *nearest;

	for (const ResourceDef *resource = relation->service->resources; resource->name != NULL; resource++)
		if (!resource->is_template)
			names = lappend(names, unconstify(char *, resource->name));
	nearest = name == NULL ? NULL : closest_in_list(name, names);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_TABLE_NOT_FOUND),
			 errmsg("foreign table \"%s\" names an unknown resource: \"%s\"", relation->name, name == NULL ? "" : name),
			 nearest != NULL ? errhint("Perhaps you meant \"%s\".", nearest) : 0));
}

/* Which of the service's resources the table shows. */
static void
find_resource(RemoteRelation *relation, List *options, List *server_options)
{
	const char *name = option_text(relation->service->options, options, ForeignTableRelationId, "resource");

	if (relation->service->open_relation != NULL)
		relation->service->open_relation(relation, options, server_options);
	if (relation->resource == NULL && name != NULL)
		relation->resource = resource_by_name(relation->service->resources, name);
	if (relation->resource == NULL)
		raise_unknown_resource(relation, name);
}

/* The parameter with what the server's options say of it; false: they say nothing. */
static bool
set_param_options(ParamDef *param, List *server_options)
{
	const char *inclusive = param->inclusive == NULL ? NULL : option_if_set(server_options, param->inclusive);

	param->is_said = param->otherwise != NULL && option_is_set(server_options, param->otherwise);
	param->is_inclusive = inclusive != NULL && strcmp(inclusive, "inclusive") == 0;
	return param->is_said || param->is_inclusive;
}

/* The resource with what the server's options say of its parameters: itself, or a copy. */
static const ResourceDef *
resource_with_options(const ResourceDef *resource, List *server_options)
{
	ParamDef *params = (ParamDef *) palloc(sizeof(ParamDef) * Max(resource->nparams, 1));
	bool any = false;
	ResourceDef *copy;

	for (int i = 0; i < resource->nparams; i++)
	{
		params[i] = resource->params[i];
		any |= set_param_options(&params[i], server_options);
	}
	if (!any)
	{
		pfree(params);
		return resource;
	}
	copy = (ResourceDef *) palloc(sizeof(ResourceDef));
	*copy = *resource;
	copy->params = params;
	return copy;
}

/* What the options say that tables of every service have. */
static void
read_common_options(RemoteRelation *relation, const ForeignTable *table, const ForeignServer *server)
{
	const OptionSet *set = relation->service->options;
	List *options = table->options;

	relation->page_size = option_int(set, options, ForeignTableRelationId, "page_size");
	if (relation->resource->paging.max_page > 0)
		relation->page_size = Min(relation->page_size, relation->resource->paging.max_page);
	relation->page_size = Max(relation->page_size, relation->resource->paging.min_page);
	relation->estimated_rows = option_is_set(options, "estimated_rows")
								   ? option_int(set, options, ForeignTableRelationId, "estimated_rows")
								   : -1;
	relation->async_capable = option_is_set(options, "async_capable")
								  ? option_bool(set, options, ForeignTableRelationId, "async_capable")
								  : option_bool(set, server->options, ForeignServerRelationId, "async_capable");
	relation->join_batch = option_int(set, server->options, ForeignServerRelationId, "join_batch_size");
}

/* What becomes of values that the service stores otherwise than they were sent. */
static const char *
ignored_write(const Service *service, List *server_options)
{
	if (service->ignored_option == NULL)
		return "ignore";
	return option_text(service->options, server_options, ForeignServerRelationId, service->ignored_option);
}

RemoteRelation *
remote_relation_open(Relation rel)
{
	ForeignTable *table = GetForeignTable(RelationGetRelid(rel));
	ForeignServer *server = GetForeignServer(table->serverid);
	RemoteRelation *relation = (RemoteRelation *) palloc0(sizeof(RemoteRelation));

	relation->context = CurrentMemoryContext;
	relation->table = RelationGetRelid(rel);
	relation->server = table->serverid;
	relation->name = pstrdup(RelationGetRelationName(rel));
	relation->service = service_of_wrapper(server->fdwid);
	relation->natts = RelationGetNumberOfAttributes(rel);
	relation->columns = (DeclaredColumn **) palloc0(sizeof(DeclaredColumn *) * Max(relation->natts, 1));
	relation->hints = (ColumnHint **) palloc0(sizeof(ColumnHint *) * Max(relation->natts, 1));
	relation->remote.nulls = "unknown";
	if (relation->service == NULL)
		elog(ERROR, "the server of foreign table \"%s\" belongs to another library", relation->name);
	relation->on_ignored_write = ignored_write(relation->service, server->options);
	find_resource(relation, table->options, server->options);
	relation->server_options = server->options;
	relation->resource = resource_with_options(relation->resource, server->options);
	read_common_options(relation, table, server);
	relation->known_rows = relation->estimated_rows >= 0 ? relation->estimated_rows : rel->rd_rel->reltuples;
	return relation;
}

RemoteRelation *
remote_relation_open_by_oid(Oid table)
{
	Relation rel = table_open(table, NoLock);
	RemoteRelation *relation = remote_relation_open(rel);

	table_close(rel, NoLock);
	return relation;
}

/* ----- definitions ----- */

List *
remote_definitions(const RemoteRelation *relation, Session *session, ScanCost *cost)
{
	if (relation->resource->values == NULL)
		return NIL;
	return relation->service->read_definitions(relation, session, cost);
}

bool
remote_has_changed(const RemoteRelation *relation, Session *session, List *definitions, ScanCost *cost)
{
	return relation->resource->values != NULL && relation->service->has_changed(relation, session, definitions, cost);
}

/* ----- names of ids ----- */

bool
field_is_named(const RemoteRelation *relation, const FieldDef *field)
{
	return field != NULL && field->named_by != NULL && relation->resource->way != NULL;
}

void
remote_table_learn_names(RemoteTable *table, List *columns, ScanCost *cost)
{
	RemoteRelation *relation = table->relation;
	ListCell *lc;

	foreach(lc, columns)
	{
		const FieldDef *field = column_declared(relation, (AttrNumber) lfirst_int(lc))->field;
		FieldNames *names;

		if (!field_is_named(relation, field))
			continue;
		names = (FieldNames *) palloc(sizeof(FieldNames));
		names->field = field;
		names->names = relation->service->read_names(table->session, field->names, cost);
		relation->field_names = lappend(relation->field_names, names);
	}
}

const char *
remote_name_of_id(const RemoteRelation *relation, const FieldDef *field, const char *id)
{
	ListCell *lc;

	foreach(lc, relation->field_names)
	{
		const FieldNames *names = (const FieldNames *) lfirst(lc);

		if (names->field == field)
			return given_value(names->names, id);
	}
	return NULL;
}

/* ----- tables ----- */

RequestSubject
remote_subject(const RemoteRelation *relation, const Access *access)
{
	RequestSubject subject = relation->subject;

	subject.scopes = access->scopes;
	subject.tolerated = access->tolerated;
	subject.status = access->status;
	return subject;
}

RemoteTable
remote_table_open(RemoteRelation *relation, Oid user, bool definitions, List *columns, ScanCost *cost)
{
	RemoteTable table = {.relation = relation, .session = session_get(relation->server, user)};
	ListCell *lc;

	session_pin(table.session);
	/* what is not there must be a row, and not the attribute that its path names */
	if (relation->resource->values != NULL && relation->resource->values[0] == '\0')
		definitions = true;
	/* whether a record has the value that makes it a row shows its definition */
	definitions = definitions || relation->resource->value_of != NULL;
	foreach(lc, columns)
		definitions = definitions || column_needs_definitions(relation, (AttrNumber) lfirst_int(lc));
	if (definitions)
		table.definitions = remote_definitions(relation, table.session, cost);
	return table;
}
