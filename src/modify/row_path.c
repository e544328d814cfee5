/*
 * row_path.c
 *		Parts of the path of a write that the row says.
 *
 * Owns: which they are: what a listing of the resource is given in its path, as
 * its parameters say.  Must not know how a path is sent.
 */
#include "modify/row_path.h"

#include "base/fixed_settings.h"
#include "remote/column.h"
#include "utils/builtins.h"

/* Does the path hold what the parameter gives? */
static bool
is_part_of(const ParamDef *param, const char *path)
{
	return param->way == NULL && param->name[0] == '{' && strstr(path, param->name) != NULL;
}

bool
row_path_needs_row(const ResourceDef *resource, const char *path)
{
	for (int i = 0; i < resource->nparams; i++)
		if (is_part_of(&resource->params[i], path))
			return true;
	return false;
}

/* The column that shows the field, or 0. */
static AttrNumber
column_of_field(const RemoteRelation *relation, TupleDesc tupdesc, const char *field)
{
	for (int i = 1; i <= tupdesc->natts; i++)
	{
		const FieldDef *shown;

		if (!compat_is_stored(TupleDescAttr(tupdesc, i - 1)))
			continue;
		shown = column_hint(relation, (AttrNumber) i)->field;
		if (shown != NULL && strcmp(shown->name, field) == 0)
			return (AttrNumber) i;
	}
	return 0;
}

List *
row_path_given(const RemoteRelation *relation, const char *path, TupleDesc tupdesc, const Datum *values,
			   const bool *nulls)
{
	const ResourceDef *resource = relation->resource;
	List *given = NIL;

	for (int i = 0; i < resource->nparams; i++)
	{
		const ParamDef *param = &resource->params[i];
		AttrNumber column;

		if (!is_part_of(param, path))
			continue;
		column = column_of_field(relation, tupdesc, param->column);
		if (column == 0 || nulls[column - 1])
			ereport(ERROR,
					(errcode(ERRCODE_NOT_NULL_VIOLATION),
					 errmsg("field \"%s\" of foreign table \"%s\" must have a value", param->column, relation->name),
					 errdetail("It is required in %s.", relation->service->title)));
		given =
			lappend(given, given_make(pnstrdup(param->name + 1, strlen(param->name) - 2),
									  fixed_output(TupleDescAttr(tupdesc, column - 1)->atttypid, values[column - 1])));
	}
	return given;
}
