/*
 * given_column.c
 *		Columns that show what a listing was asked for, or what it lists in its place.
 *
 * Owns: how a row may contradict what was asked for, and what is shown where a
 * way was gone whose rows were not asked for by it.
 */
#include "base/errors.h"
#include "catalog/pg_type.h"
#include "remote/rowid.h"
#include "row/column_reader.h"

/* A text that is no part of the row, as a value of the column's type. */
static Datum
from_cstring(RowReader *reader, ColumnReader *column, const char *text, bool *isnull)
{
	*isnull = (text == NULL);
	if (*isnull)
		return (Datum) 0;
	value_slice_of_text(&reader->made, text);
	return datum_of_slice(reader, column, &reader->made);
}

/* What all rows of a listing have in common, and the place in it. */
static Datum
read_listing(RowReader *reader, ColumnReader *column, const PagerRow *row, bool *isnull)
{
	const FieldDef *field = column->binding->field;
	const char *text;

	/* the answer to a write has no place among others */
	if (field->source != FIELD_POSITION)
		text = given_value(row->given, field->path);
	else
		text = row->position > 0 ? psprintf(INT64_FORMAT, row->position) : given_value(row->given, field->name);
	return from_cstring(reader, column, text, isnull);
}

/* Does the row have a value there? */
static bool
has_value(const RowReader *reader, int leaf, const TokSlice *slices)
{
	for (int32 at = leaf < 0 ? -1 : reader->slices.head[leaf]; at >= 0; at = reader->slices.next[at])
		if (is_value(&slices[at]))
			return true;
	return false;
}

/* What was asked for, unless the row says that it has others only. */
static Datum
read_given_among(RowReader *reader, ColumnReader *column, const PagerRow *row, bool *isnull)
{
	const TokSlice *slices = row->page->slices + row->row->first_slice;
	const char *text = given_value(row->given, column->binding->field->path);
	bool says = has_value(reader, column->unless_leaf, slices);

	if (says)
		return from_cstring(reader, column, NULL, isnull);
	for (int i = 0; i < column->nleaves && text != NULL; i++)
		for (int32 at = reader->slices.head[column->leaves[i]]; at >= 0; at = reader->slices.next[at])
		{
			if (!is_value(&slices[at]))
				continue;
			says = true;
			if (slices[at].length == strlen(text) && pg_strncasecmp(slices[at].start, text, slices[at].length) == 0)
				return from_cstring(reader, column, text, isnull);
		}
	return from_cstring(reader, column, says ? NULL : text, isnull);
}

/* What was asked for.  ERROR where the row says that it is of another one; an id is not compared with what rows call it. */
static Datum
read_said(RowReader *reader, ColumnReader *column, const PagerRow *row, bool *isnull)
{
	const char *text = given_value(row->given, column->binding->field->path);
	const TokSlice *slice = row_first_slice(&reader->slices, row, column->leaves[0]);
	size_t length;
	const char *said = is_value(slice) ? value_string(slice, &length) : NULL;
	RowId id;

	if (text != NULL && said != NULL && strcmp(said, text) != 0 && !rowid_parse(&id, UUIDOID, text, strlen(text)))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("%s returned a row of \"%s\" where \"%s\" was asked for", reader->relation->service->title,
						clean_text(said, strlen(said), 100), clean_text(text, strlen(text), 100))));
	return from_cstring(reader, column, text, isnull);
}

/* What the id is called that the row has.  ERROR where nobody knows. */
static Datum
read_name(RowReader *reader, ColumnReader *column, const PagerRow *row, bool *isnull)
{
	const FieldDef *field = column->binding->field;
	const TokSlice *id = row_first_slice(&reader->slices, row, column->leaves[0]);
	const char *name;
	size_t length;

	*isnull =
		!is_value(id) || (column->nleaves > 1 && is_value(row_first_slice(&reader->slices, row, column->leaves[1])));
	if (*isnull)
		return (Datum) 0;
	name = remote_name_of_id(reader->relation, field, value_string(id, &length));
	if (name == NULL)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
						errmsg("column \"%s\" of foreign table \"%s\" cannot show a name: %s does not list this id",
							   column->binding->name, reader->relation->name, reader->relation->service->title),
						errhint("Leave the column out of the query.")));
	return from_cstring(reader, column, name, isnull);
}

/* Want the id whose name the field shows, and what would leave it without one. */
static void
prepare_name(RowReader *reader, ColumnReader *column)
{
	const FieldDef *field = column->binding->field;

	column->leaves[column->nleaves++] =
		projection_leaf(reader->projection, projection_field(reader->projection, field->named_by));
	if (field->unless != NULL)
		column->leaves[column->nleaves++] =
			projection_leaf(reader->projection, projection_field(reader->projection, field->unless));
	column->read = read_name;
}

/* Want what the path leads to: a member, or with "[]" one of each element; returns its leaf. */
static int
leaf_of_path(RowReader *reader, const char *path)
{
	const char *inside = strstr(path, "[].");
	TokNode *node = projection_field(reader->projection, inside == NULL ? path : pnstrdup(path, inside - path));

	if (inside != NULL)
		node =
			projection_path(reader->projection, projection_element(reader->projection, node), inside + strlen("[]."));
	return projection_leaf(reader->projection, node);
}

/* Want the members among which the row has what was asked for. */
static void
prepare_given_among(RowReader *reader, ColumnReader *column, const FieldDef *field)
{
	const char *paths = field->among;
	char *path;

	while ((path = projection_next_path(&paths)) != NULL && column->nleaves < READER_MAX_LEAVES)
		column->leaves[column->nleaves++] = leaf_of_path(reader, path);
	column->unless_leaf = field->unless == NULL ? -1 : leaf_of_path(reader, field->unless);
	column->read = read_given_among;
}

void
prepare_given(RowReader *reader, ColumnReader *column)
{
	const FieldDef *field = column->binding->field;

	if (field_is_named(reader->relation, field))
		prepare_name(reader, column);
	else if (field->among != NULL)
		prepare_given_among(reader, column, field);
	else if (field->said_by != NULL)
	{
		column->leaves[column->nleaves++] = leaf_of_path(reader, field->said_by);
		column->read = read_said;
	}
	else
		column->read = read_listing;
}
