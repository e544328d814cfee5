/*
 * row_path.c
 *		Parts of the path of a write that the row says.
 *
 * Owns: how they are read from the columns of a row.  Which they are, the fields
 * of the resource say.  Must not know how a path is sent.
 */
#include "modify/row_path.h"

#include "base/fixed_settings.h"
#include "remote/column.h"
#include "remote/words.h"
#include "utils/builtins.h"

bool
row_path_needs_row(const ResourceDef *resource, const char *path)
{
	for (int i = 0; i < resource->nfields; i++)
		if (path_part_of_field(resource, &resource->fields[i], path) != NULL)
			return true;
	return false;
}

/* The column that shows the field, or 0. */
AttrNumber
column_of_field(const RemoteRelation *relation, TupleDesc tupdesc, const FieldDef *field)
{
	for (int i = 1; i <= tupdesc->natts; i++)
		if (compat_is_stored(TupleDescAttr(tupdesc, i - 1)) && column_hint(relation, (AttrNumber) i)->field == field)
			return (AttrNumber) i;
	return 0;
}

/* What the service calls the value. */
static const char *
as_sent(const FieldDef *field, const char *text)
{
	const char *sent = field->words == NULL ? NULL : word_sent(field->words, text);

	return sent == NULL ? text : sent;
}

/* The column, for whoever needs its value.  ERROR where the table has none. */
static AttrNumber
required_column(const RemoteRelation *relation, TupleDesc tupdesc, const FieldDef *field)
{
	AttrNumber column = column_of_field(relation, tupdesc, field);

	if (column == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_COLUMN_NUMBER),
				 errmsg("foreign table \"%s\" has no column that shows the rows' %s", relation->name, field->name),
				 errdetail("%s needs it to find a row.", relation->service->title),
				 errhint("Add a column %s of type %s.", field->name, format_type_be(field->type))));
	return column;
}

List *
row_path_given(const RemoteRelation *relation, const char *path, TupleDesc tupdesc, const Datum *values,
			   const bool *nulls)
{
	const ResourceDef *resource = relation->resource;
	List *given = NIL;

	for (int i = 0; i < resource->nfields; i++)
	{
		const FieldDef *field = &resource->fields[i];
		const char *name = path_part_of_field(resource, field, path);
		AttrNumber column;

		if (name == NULL)
			continue;
		column = required_column(relation, tupdesc, field);
		if (nulls[column - 1])
			ereport(ERROR,
					(errcode(ERRCODE_NOT_NULL_VIOLATION),
					 errmsg("field \"%s\" of foreign table \"%s\" must have a value", field->name, relation->name),
					 errdetail("It is required in %s.", relation->service->title)));
		given =
			lappend(given, given_make(name, as_sent(field, fixed_output(TupleDescAttr(tupdesc, column - 1)->atttypid,
																		values[column - 1]))));
	}
	return given;
}
