/*
 * param_missing.c
 *		The error where nothing can be asked without further parameters.
 *
 * Owns: its words, and the query that works.  Must not know which parameters are
 * missing: param_groups.c finds out.  Makes no request.
 */
#include "remote/param_missing.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "remote/column.h"
#include "remote/param_groups.h"
#include "remote/param_texts.h"
#include "remote/relation.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* What the table calls the parameter's column; where it has none, as the import would call it. */
static const char *
column_name_of(const RemoteRelation *relation, const ParamDef *param)
{
	const FieldDef *field = resource_field(relation->resource, param->column);

	for (int attnum = 1; attnum <= relation->natts; attnum++)
	{
		const DeclaredColumn *column = column_declared(relation, (AttrNumber) attnum);

		/* a dropped column has no type, but its options */
		if (field != NULL && OidIsValid(column->type) && column->field == field)
			return column->name;
	}
	return param->column;
}

/* A condition that would give it, for people. */
static char *
example_of(const RemoteRelation *relation, const ParamDef *param)
{
	const FieldDef *field = resource_field(relation->resource, param->column);
	const char *name = quote_identifier(column_name_of(relation, param));
	Oid type = field == NULL ? TEXTOID : field->type;
	const char *value = param->example != NULL   ? quote_literal_cstr(param->example)
						: param_is_integer(type) ? "1"
						: type == BOOLOID        ? "true"
						: type == UUIDOID        ? "'00000000-0000-4000-8000-000000000000'"
						: param_is_time(type)    ? param->rule == PARAM_FROM ? "'2026-01-01'" : "'2026-01-31'"
												 : "'...'";

	if (OidIsValid(get_element_type(type)))
		return psprintf("%s = ANY (%s)", value, name);
	return psprintf("%s %s %s", name,
					param->rule == PARAM_FROM     ? ">="
					: param->rule == PARAM_BEFORE ? "<"
												  : "=",
					value);
}

/* A query with all that is given, and all that is missing. */
static char *
query_that_works(const RemoteRelation *relation, const bool *given, const List *missing)
{
	const ResourceDef *resource = relation->resource;
	const char *schema = OidIsValid(relation->table) && !RelationIsVisible(relation->table)
							 ? get_namespace_name(get_rel_namespace(relation->table))
							 : NULL;
	StringInfoData text;
	const char *before = "WHERE";

	initStringInfo(&text);
	appendStringInfo(&text, "SELECT * FROM %s", quote_qualified_identifier(schema, relation->name));
	for (int i = 0; i < resource->nparams; i++)
		if (given[i] || list_member_ptr(missing, &resource->params[i]))
		{
			appendStringInfo(&text, " %s %s", before, example_of(relation, &resource->params[i]));
			before = "AND";
		}
	return text.data;
}

char *
params_columns(const RemoteRelation *relation, const List *params)
{
	StringInfoData text;
	const ListCell *lc;

	initStringInfo(&text);
	foreach(lc, params)
		appendStringInfo(&text, "%s\"%s\"", foreach_current_index(lc) == 0 ? "" : " and ",
						 column_name_of(relation, (const ParamDef *) lfirst(lc)));
	return text.data;
}

/* Is no parameter given that belongs to the resource's own listing alone, or to a way? */
static bool
may_go_any_way(const ResourceDef *resource, const bool *given)
{
	for (int i = 0; i < resource->nparams; i++)
		if (given[i] && !resource->params[i].every_way)
			return false;
	return resource->way == NULL;
}

/* The server's option that would give one of these, as a sentence with a blank in front; "" = none would. */
static const char *
option_that_helps(const List *missing)
{
	const ListCell *lc;

	foreach(lc, missing)
		if (((const ParamDef *) lfirst(lc))->otherwise != NULL)
			return psprintf(" The server option %s can give a lower bound.",
							((const ParamDef *) lfirst(lc))->otherwise);
	return "";
}

/* Nothing can be asked without these parameters.  Does not return. */
void
params_raise_missing(const RemoteRelation *relation, const bool *given, const List *missing)
{
	const ResourceDef *resource = relation->resource;
	const List *first = (const List *) linitial(missing);
	bool is_one = list_length(missing) == 1 && list_length(first) == 1;
	bool is_bound = is_one && ((const ParamDef *) linitial(first))->rule == PARAM_FROM;
	StringInfoData columns;
	const ListCell *lc;

	initStringInfo(&columns);
	foreach(lc, missing)
		appendStringInfo(&columns, "%s%s", foreach_current_index(lc) == 0 ? "" : ", or ",
						 params_columns(relation, (const List *) lfirst(lc)));
	for (int i = 0; i < resource->nparams && (list_length(missing) > 1 || may_go_any_way(resource, given)); i++)
	{
		const ParamDef *param = &resource->params[i];

		if (param->way != NULL && params_missing_of_way(resource, given, param) != NIL)
			appendStringInfo(&columns, ", or %s",
							 params_columns(relation, params_missing_of_way(resource, given, param)));
	}
	ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
					is_bound ? errmsg("foreign table \"%s\" cannot be read without a lower bound on column %s",
									  relation->name, columns.data)
					: is_one ? errmsg("foreign table \"%s\" cannot be read without a condition on column %s",
									  relation->name, columns.data)
							 : errmsg("foreign table \"%s\" cannot be read without conditions on columns %s",
									  relation->name, columns.data),
					errhint("A query that works: %s. A join can give the values, too.%s",
							query_that_works(relation, given, first), option_that_helps(first))));
}
