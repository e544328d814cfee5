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

bool
row_path_needs_row(const ResourceDef *resource, const char *path)
{
	for (int i = 0; i < resource->nfields; i++)
		if (path_part_of_field(resource, &resource->fields[i], path) != NULL)
			return true;
	return false;
}

/* What the service calls the value. */
static const char *
as_sent(const FieldDef *field, const char *text)
{
	const char *sent = field->words == NULL ? NULL : word_sent(field->words, text);

	return sent == NULL ? text : sent;
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
		column = column_needed(relation, tupdesc, field);
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
