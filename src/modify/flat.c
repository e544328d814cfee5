/*
 * flat.c
 *		Rows that hold nothing but fields are written as flat JSON.
 *
 * Owns: the bodies of rows whose resource has no attribute values.  Must not know
 * any service: what can be written stands in the fields of the resource.
 */
#include "modify/flat.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "base/errors.h"
#include "base/fixed_settings.h"
#include "base/types.h"
#include "catalog/pg_type.h"
#include "modify/flat_stored.h"
#include "modify/flat_value.h"
#include "modify/row_path.h"
#include "remote/words.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

typedef struct FlatWriter
{
	const RemoteRelation *relation;
	bool inserting;
	List *columns; /* FlatColumn */
	List *always;  /* FlatColumn: sent with every update */
} FlatWriter;

/* ----- columns ----- */

/* Raise an ERROR: a value is assigned to a column that cannot be written. */
static void
refuse_read_only(const RemoteRelation *relation, const FlatColumn *column, bool inserting)
{
	ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_COLUMN_NAME),
					errmsg("column \"%s\" of foreign table \"%s\" cannot be written", column->name, relation->name),
					!inserting && column->field != NULL && column->field->write == FIELD_ON_CREATE
						? errhint("%s accepts a value of it only for new rows.", relation->service->title)
					: inserting && column->field != NULL && column->field->write == FIELD_ON_UPDATE
						? errhint("%s accepts a value of it only for existing rows: UPDATE the row afterwards.",
								  relation->service->title)
						: errhint("%s sets it, or it shows part of a value; leave it out.", relation->service->title)));
}

/* A column, and whether the statement may write it. */
static FlatColumn *
make_flat_column(const FlatWriter *writer, AttrNumber attnum)
{
	const ColumnBinding *binding = column_bind(writer->relation, attnum, NIL);
	FlatColumn *column = (FlatColumn *) palloc0(sizeof(FlatColumn));

	column->attnum = attnum;
	column->name = binding->name;
	column->table = writer->relation->name;
	column->field = binding->kind == COLUMN_FIELD ? binding->field : NULL;
	column->is_written = column->field != NULL && field_is_written(column->field, writer->inserting);
	column->type = getBaseType(binding->type);
	column->element = element_type_of(binding->type);
	return column;
}

/* Is a field sent together with one that the statement may assign? */
static bool
goes_with_assigned(const FlatWriter *writer, const FieldDef *field)
{
	ListCell *lc;

	foreach(lc, writer->columns)
	{
		const FlatColumn *column = (const FlatColumn *) lfirst(lc);

		if (column->field != NULL && column->field != field && column->is_written &&
			fields_are_sent_together(column->field, field))
			return true;
	}
	return false;
}

/* Columns that the statement does not assign, and whose values are sent together with those of others. */
static void
add_companions(FlatWriter *writer, const WriteTarget *target)
{
	Relation rel = table_open(writer->relation->table, NoLock);
	List *companions = NIL;

	for (int i = 1; i <= RelationGetNumberOfAttributes(rel); i++)
	{
		const ColumnHint *hint;

		if (list_member_int(target->columns, i) || !compat_is_stored(TupleDescAttr(RelationGetDescr(rel), i - 1)))
			continue;
		hint = column_hint(writer->relation, (AttrNumber) i);
		if (hint->is_sent_with_others && goes_with_assigned(writer, hint->field))
			companions = lappend(companions, make_flat_column(writer, (AttrNumber) i));
	}
	table_close(rel, NoLock);
	writer->columns = list_concat(writer->columns, companions);
}

/* The columns that are sent with every update.  ERROR where the table has none of one. */
static void
add_always_sent(FlatWriter *writer)
{
	const RemoteRelation *relation = writer->relation;
	Relation rel = table_open(relation->table, NoLock);

	for (int i = 0; i < relation->resource->nfields; i++)
	{
		const FieldDef *field = &relation->resource->fields[i];
		AttrNumber column;

		if (!field->always_sent)
			continue;
		column = column_needed(relation, RelationGetDescr(rel), field);
		writer->always = lappend(writer->always, make_flat_column(writer, column));
	}
	table_close(rel, NoLock);
}

/* WriteMethods.begin */
static void *
begin_flat_rows(const WriteTarget *target)
{
	FlatWriter *writer = (FlatWriter *) palloc0(sizeof(FlatWriter));
	ListCell *lc;

	writer->relation = target->table.relation;
	writer->inserting = target->operation == CMD_INSERT;
	foreach(lc, target->columns)
	{
		FlatColumn *column = make_flat_column(writer, (AttrNumber) lfirst_int(lc));

		CHECK_FOR_INTERRUPTS();
		writer->columns = lappend(writer->columns, column);
	}
	add_companions(writer, target);
	if (target->operation == CMD_UPDATE)
		add_always_sent(writer);
	return writer;
}

/* ----- values ----- */

/* The elements of an array column, in the current memory context; NIL of NULL.  Those that are NULL are NULL. */
static List *
flat_elements(const FlatColumn *column, Datum value, bool isnull)
{
	ArrayType *array;
	Oid field_type = element_type_of(column->field->type);
	List *elements = NIL;
	int16 length;
	bool byval;
	char align;
	Datum *values;
	bool *nulls;
	int n;

	if (isnull)
		return NIL;
	array = DatumGetArrayTypeP(value);
	if (ARR_NDIM(array) > 1)
		flat_refuse_value(column, fixed_output(column->type, value), "Use an array of one dimension.");
	get_typlenbyvalalign(column->element, &length, &byval, &align);
	/* of a domain's array the elements are the domain's, stored as its base type's */
	deconstruct_array(array, ARR_ELEMTYPE(array), length, byval, align, &values, &nulls, &n);
	for (int i = 0; i < n; i++)
		elements = lappend(elements, nulls[i] ? NULL
											  : flat_value(column, OidIsValid(field_type) ? field_type : TEXTOID,
														   getBaseType(column->element), values[i]));
	return elements;
}

/* The value of a column that is written; NULL is null. */
static JsonTree *
flat_column_value(const FlatColumn *column, Datum value, bool isnull)
{
	JsonTree *list;
	List *elements;
	ListCell *lc;

	if (isnull)
		return NULL;
	if (!OidIsValid(column->element) || column->field->type == JSONBOID)
		return flat_value(column, column->field->type, column->type, value);
	elements = flat_elements(column, value, isnull);
	if (column->field->sent_alone)
	{
		if (list_length(elements) != 1 || linitial(elements) == NULL)
			flat_refuse_value(column, fixed_output(column->type, value), "Use an array of one element.");
		return (JsonTree *) linitial(elements);
	}
	list = json_make_array();
	foreach(lc, elements)
		json_append(list, (JsonTree *) lfirst(lc));
	return list;
}

/* ----- rows ----- */

/* Put a value where the dotted path says; objects on the way are made. */
static void
put_at_path(JsonTree *object, const char *path, JsonTree *value)
{
	const char *dot;

	for (dot = strchr(path, '.'); dot != NULL; dot = strchr(path, '.'))
	{
		char *name = pnstrdup(path, dot - path);

		if (!json_is_object(json_member(object, name)))
			json_put(object, name, json_make_object());
		object = json_member(object, name);
		path = dot + 1;
	}
	json_put(object, path, value);
}

/* What goes with a value, at a path in the object that holds it; "skip" characters of the path lead there. */
static void
put_with(JsonTree *object, const FieldDef *field, size_t skip)
{
	const char *equals = field->sent_with == NULL ? NULL : strchr(field->sent_with, '=');

	if (equals != NULL)
		put_at_path(object, pnstrdup(field->sent_with + skip, equals - field->sent_with - skip), json_text(equals + 1));
}

/* One element of a field in its object; "skip" characters of a path lead there. */
static void
put_element(JsonTree *object, const FieldDef *field, size_t skip, JsonTree *value)
{
	const char *text = field->sent_email == NULL ? NULL : json_string_at(value, "");

	if (text != NULL && strchr(text, '@') != NULL)
	{
		put_at_path(object, field->sent_email + skip, value);
		return;
	}
	put_at_path(object, field_sent_path(field) + skip, value);
	put_with(object, field, skip);
}

/* Raise an ERROR: what is sent together is not. */
static void
refuse_lengths(const FlatWriter *writer, const FlatColumn *column)
{
	ListCell *lc;

	foreach(lc, writer->columns)
	{
		const FlatColumn *other = (const FlatColumn *) lfirst(lc);

		if (other != column && other->field != NULL && fields_are_sent_together(other->field, column->field))
			ereport(ERROR,
					(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
					 errmsg("columns \"%s\" and \"%s\" of foreign table \"%s\" must have the same number of elements",
							other->name, column->name, writer->relation->name),
					 errdetail("Their elements belong together, one by one.")));
	}
	elog(ERROR, "column \"%s\" has no other", column->name);
}

/* An ERROR where the table has no column for a field that is sent together with this one. */
static void
check_companions(const FlatWriter *writer, const FlatColumn *column)
{
	const ResourceDef *resource = writer->relation->resource;

	for (int i = 0; i < resource->nfields; i++)
	{
		const FieldDef *field = &resource->fields[i];
		bool found = (field == column->field || !fields_are_sent_together(field, column->field));
		ListCell *lc;

		foreach(lc, writer->columns)
			found = found || ((const FlatColumn *) lfirst(lc))->field == field;
		if (!found)
			ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_COLUMN_NAME),
							errmsg("column \"%s\" of foreign table \"%s\" cannot be written alone", column->name,
								   writer->relation->name),
							errhint("Add a column %s of type %s; their elements belong together.", field->name,
									format_type_be(field->type))));
	}
}

/* The elements of an array column as members of the objects of an array. */
static void
put_elements(const FlatWriter *writer, const FlatColumn *column, JsonTree *row, List *elements)
{
	const char *path = field_sent_path(column->field);
	char *place = array_path(path);
	size_t skip = element_path(path) - path;
	bool is_first = !json_has_at(row, place);
	JsonTree *list;
	ListCell *lc;

	check_companions(writer, column);
	if (is_first)
		put_at_path(row, place, json_make_array());
	list = json_at(row, place);
	if (!is_first && json_length_at(list, "") != list_length(elements))
		refuse_lengths(writer, column);
	foreach(lc, elements)
	{
		if (lfirst(lc) == NULL)
			flat_refuse_value(column, "NULL", "Use an array without NULL elements.");
		if (is_first)
			json_append(list, json_make_object());
		put_element(json_element(list, foreach_current_index(lc)), column->field, skip, (JsonTree *) lfirst(lc));
	}
}

/* Raise an ERROR: another column has been sent at the same place. */
static void
refuse_second(const FlatWriter *writer, const FlatColumn *column)
{
	ListCell *lc;

	foreach(lc, writer->columns)
	{
		const FlatColumn *other = (const FlatColumn *) lfirst(lc);

		if (other != column && other->is_assigned &&
			strcmp(field_sent_path(other->field), field_sent_path(column->field)) == 0)
			ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_COLUMN_NAME),
							errmsg("only one of columns \"%s\" and \"%s\" of foreign table \"%s\" can be given a value",
								   other->name, column->name, writer->relation->name),
							errdetail("They are two forms of one value.")));
	}
}

/* The value of a column that is assigned. */
static void
put_column(const FlatWriter *writer, const FlatColumn *column, const RowChange *change, JsonTree *row)
{
	const char *path = field_sent_path(column->field);
	Datum value = change->slot->tts_values[column->attnum - 1];
	bool isnull = change->slot->tts_isnull[column->attnum - 1];

	if (element_path(path) != NULL)
	{
		put_elements(writer, column, row, flat_elements(column, value, isnull));
		return;
	}
	refuse_second(writer, column);
	put_at_path(row, path, flat_column_value(column, value, isnull));
	put_with(row, column->field, 0);
}

/* Does the value of a new row go into the path, and not into the body? */
static bool
is_path_part(const FieldDef *field)
{
	return is_part_name(field_sent_path(field));
}

/* What is given of the row, with the value of one more such column. */
static List *
give_column(const FlatWriter *writer, const FlatColumn *column, const RowChange *change, List *given)
{
	int at = column->attnum - 1;
	const char *text;

	if (change->slot->tts_isnull[at])
		return given;
	refuse_second(writer, column);
	text = fixed_output(column->type, change->slot->tts_values[at]);
	if (column->field->sent_words != NULL)
		text = flat_word_sent(column, text);
	return lappend(given, given_make(bare_part_name(field_sent_path(column->field)), text));
}

/* Raise an ERROR: a new row must have a value of the field. */
static void
refuse_incomplete(const FlatWriter *writer, const FieldDef *field)
{
	const ResourceDef *resource = writer->relation->resource;
	const FieldDef *other = NULL;

	for (int i = 0; i < resource->nfields; i++)
		if (&resource->fields[i] != field && field_is_written(&resource->fields[i], true) &&
			strcmp(field_sent_path(&resource->fields[i]), field_sent_path(field)) == 0)
			other = &resource->fields[i];
	ereport(ERROR,
			(errcode(ERRCODE_NOT_NULL_VIOLATION),
			 errmsg("field \"%s\" of foreign table \"%s\" must have a value", field->name, writer->relation->name),
			 other == NULL
				 ? errdetail("It is required in %s.", writer->relation->service->title)
				 : errdetail("It, or \"%s\", is required in %s.", other->name, writer->relation->service->title)));
}

/* A new row is created: check which fields must have a value, and say of the others what they are without. */
static void
complete_new_row(const FlatWriter *writer, JsonTree *row, const List *given)
{
	const ResourceDef *resource = writer->relation->resource;

	for (int i = 0; i < resource->nfields; i++)
	{
		const FieldDef *field = &resource->fields[i];
		char *path;

		if (!field_is_written(field, true))
			continue;
		path = field_sent_place(field);
		if (field->is_required &&
			(is_path_part(field) ? given_value(given, bare_part_name(path)) == NULL : json_at(row, path) == NULL))
			refuse_incomplete(writer, field);
		if (field->unset != NULL && !json_has_at(row, path))
			put_at_path(row, path, json_read(field->unset, strlen(field->unset)));
	}
}

/* Raise an ERROR where the row is of a kind, by the word that the column shows, whose rows cannot be written. */
static void
check_is_changeable(const FlatWriter *writer, const FlatColumn *column, const RowChange *change)
{
	const FieldDef *field = column->field;
	const char *word;

	if (field->sent_words == NULL)
		return;
	word = fixed_output(column->type, change->old_values[column->attnum - 1]);
	if (word_sent(field->sent_words, word) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("row %s of foreign table \"%s\" cannot be updated: its \"%s\" is \"%s\"", change->id,
						writer->relation->name, column->name, word),
				 errdetail("%s allows it of %s.", writer->relation->service->title, words_listed(field->sent_words)),
				 errhint("Add a condition that leaves such rows out.")));
}

/* What every update sends, as it was where it is not assigned. */
static void
put_always_sent(const FlatWriter *writer, const RowChange *change, JsonTree *row)
{
	ListCell *lc;

	foreach(lc, writer->always)
	{
		const FlatColumn *column = (const FlatColumn *) lfirst(lc);
		const char *path = field_sent_path(column->field);
		int at = column->attnum - 1;

		if (json_has_at(row, path))
			continue;
		if (change->old_nulls == NULL || change->old_nulls[at])
			ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
							errmsg("row %s of foreign table \"%s\" has no \"%s\"", change->id, writer->relation->name,
								   column->name),
							errdetail("%s needs it with every update.", writer->relation->service->title),
							column->is_written ? errhint("Assign it, too.") : 0));
		check_is_changeable(writer, column, change);
		put_at_path(row, path, flat_column_value(column, change->old_values[at], false));
	}
}

/* Raise an ERROR where a new row has a value of a field that it can have only with another's. */
static void
check_only_of(const FlatWriter *writer, const RowChange *change)
{
	ListCell *lc;
	ListCell *other;

	foreach(lc, writer->columns)
	{
		const FlatColumn *column = (const FlatColumn *) lfirst(lc);

		if (!column->is_assigned || column->field->only_of == NULL || change->slot->tts_isnull[column->attnum - 1])
			continue;
		foreach(other, writer->columns)
		{
			const FlatColumn *decides = (const FlatColumn *) lfirst(other);
			int at = decides->attnum - 1;

			if (decides->field == NULL || strcmp(decides->field->name, column->field->only_of) != 0 ||
				change->slot->tts_isnull[at] ||
				strcmp(fixed_output(decides->type, change->slot->tts_values[at]), column->field->only_value) == 0)
				continue;
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("column \"%s\" of foreign table \"%s\" can have a value only where \"%s\" is \"%s\"",
								   column->name, writer->relation->name, decides->name, column->field->only_value)));
		}
	}
}

/* Which columns does the change assign?  What is sent together with one of them is, too. */
static void
note_assigned(const FlatWriter *writer, const RowChange *change)
{
	ListCell *lc;
	ListCell *other;

	foreach(lc, writer->columns)
	{
		FlatColumn *column = (FlatColumn *) lfirst(lc);

		column->is_assigned = change_assigns(change, column->attnum - 1);
		if (column->is_assigned && !column->is_written)
			refuse_read_only(writer->relation, column, writer->inserting);
	}
	foreach(lc, writer->columns)
		foreach(other, writer->columns)
		{
			FlatColumn *column = (FlatColumn *) lfirst(lc);
			const FlatColumn *assigned = (const FlatColumn *) lfirst(other);

			if (assigned->is_assigned && column->is_written && fields_are_sent_together(assigned->field, column->field))
				column->is_assigned = true;
		}
}

/* WriteMethods.encode */
static bool
encode_flat_row(void *state, const RowChange *change, RowBody *body)
{
	const FlatWriter *writer = (const FlatWriter *) state;
	const ResourceDef *resource = writer->relation->resource;
	JsonTree *row = json_make_object();
	ListCell *lc;

	note_assigned(writer, change);
	foreach(lc, writer->columns)
	{
		const FlatColumn *column = (const FlatColumn *) lfirst(lc);

		if (column->is_assigned && is_path_part(column->field))
			body->given = give_column(writer, column, change, body->given);
		else if (column->is_assigned)
			put_column(writer, column, change, row);
	}
	if (writer->inserting)
	{
		check_only_of(writer, change);
		complete_new_row(writer, row, body->given);
	}
	else if (json_count(row) == 0)
		return false;
	put_always_sent(writer, change, row);
	body->sent = row;
	if (resource->row_member != NULL)
	{
		body->sent = json_make_object();
		json_put(body->sent, resource->row_member, row);
	}
	return true;
}

/* WriteMethods.holds_column */
static bool
flat_row_holds(void *state, const RowBody *body, AttrNumber attnum)
{
	const FlatWriter *writer = (const FlatWriter *) state;
	const ResourceDef *resource = writer->relation->resource;
	const FieldDef *field = column_declared(writer->relation, attnum)->field;
	JsonTree *row = resource->row_member == NULL ? body->sent : json_member(body->sent, resource->row_member);

	return field != NULL && field->write != FIELD_READ_ONLY && json_has_at(row, field_sent_place(field));
}

/* WriteMethods.find_unstored */
static List *
find_unstored_fields(void *state, JsonTree *sent, JsonTree *answered)
{
	const ResourceDef *resource = ((const FlatWriter *) state)->relation->resource;

	/* what is answered without the row tells nothing */
	if (!json_is_object(answered))
		return NIL;
	if (resource->row_member != NULL)
		sent = json_member(sent, resource->row_member);
	return flat_stored_otherwise(resource, sent, answered);
}

/* WriteMethods.is_alone */
static bool
flat_column_is_alone(const ColumnHint *hint)
{
	return !hint->needs_others && hint->field != NULL && field_is_written(hint->field, false) &&
		   !hint->is_sent_with_others;
}

const WriteMethods flat_writing = {
	.begin = begin_flat_rows,
	.encode = encode_flat_row,
	.holds_column = flat_row_holds,
	.is_alone = flat_column_is_alone,
	.find_unstored = find_unstored_fields,
};
