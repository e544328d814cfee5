/*
 * one_value.c
 *		From the members of one value of an attribute to one datum.
 *
 * Owns: the forms of properties.  Must not know how many values there are.
 */
#include "row/column_reader.h"

#include "lib/stringinfo.h"
#include "row/absent.h"

/* Nothing to show of a value: none of its members is null, or they are not there, which may be an ERROR. */
static void
check_absent(RowReader *reader, ColumnReader *column, const PagerRow *row, uint32 element)
{
	for (int i = 0; i < column->nleaves; i++)
		if (row_element_slice(&reader->slices, row, column->leaves[i], element) != NULL)
			return;
	if (column->list_leaf < 0)
	{
		absent_check_row(row->row->start, row->row->length, column->binding->attribute_name, column->binding->property);
		return;
	}
	reader->slice = row_first_slice(&reader->slices, row, column->list_leaf);
	if (column->binding->property == NULL)
		absent_check_element(reader->slice, element, column->binding->field->name);
	else
		absent_check(reader->slice, element, column->binding->attribute_name, column->binding->property);
}

Datum
read_line(RowReader *reader, ColumnReader *column, const PagerRow *row, uint32 element, int first, bool *isnull)
{
	StringInfoData line;

	initStringInfo(&line);
	for (int i = first; i < column->nleaves; i++)
	{
		const TokSlice *slice = row_element_slice(&reader->slices, row, column->leaves[i], element);
		size_t length;
		char *part;

		if (slice == NULL || slice->kind != TOK_STRING || slice->length == 0)
			continue;
		reader->slice = slice;
		part = value_string(slice, &length);
		appendStringInfo(&line, "%s%s", line.len > 0 ? ", " : "", part);
		pfree(part);
	}
	*isnull = (line.len == 0);
	if (*isnull)
		return (Datum) 0;
	value_slice_of_text(&reader->made, line.data);
	return datum_of_slice(reader, column, &reader->made);
}

/* All lines that are there, in one line. */
static Datum
join_lines(RowReader *reader, ColumnReader *column, const PagerRow *row, uint32 element, bool *isnull)
{
	Datum line = read_line(reader, column, row, element, 0, isnull);

	if (*isnull)
		check_absent(reader, column, row, element);
	return line;
}

Datum
read_value(RowReader *reader, ColumnReader *column, const PagerRow *row, uint32 element, bool *isnull)
{
	const TokSlice *slice = row_element_slice(&reader->slices, row, column->leaves[0], element);

	switch (column->form)
	{
		case FORM_PLAIN:
			break;
		case FORM_ONE_OF:
			for (int i = 1; i < column->nleaves && !is_value(slice); i++)
				slice = row_element_slice(&reader->slices, row, column->leaves[i], element);
			break;
		case FORM_LINES:
			return join_lines(reader, column, row, element, isnull);
		case FORM_IF:
			slice = value_is_text(slice, column->binding->property->only_if)
						? row_element_slice(&reader->slices, row, column->leaves[1], element)
						: NULL;
			break;
	}
	*isnull = !is_value(slice);
	if (!*isnull)
		return datum_of_slice(reader, column, slice);
	if (slice == NULL)
		check_absent(reader, column, row, element);
	return (Datum) 0;
}
