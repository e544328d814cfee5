/*
 * flat.c
 *		Rows that hold nothing but fields are written as flat JSON.
 *
 * Owns: the bodies of rows whose resource has no attribute values, and the JSON
 * of a field's value.  Must not know any service: what can be written stands in
 * the fields of the resource.
 */
#include "modify/flat.h"

#include <math.h>

#include "access/sysattr.h"
#include "base/errors.h"
#include "base/fixed_settings.h"
#include "base/types.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

/* A column of the table, and the field that it shows. */
typedef struct FlatColumn
{
	AttrNumber attnum;
	const char *name;
	const FieldDef *field; /* NULL: it shows no field */
	bool is_written;
	Oid type;    /* as declared, of a domain its base type */
	Oid element; /* of an array; else InvalidOid */
} FlatColumn;

typedef struct FlatWriter
{
	const RemoteRelation *relation;
	bool inserting;
	List *columns; /* FlatColumn */
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
	column->field = binding->kind == COLUMN_FIELD ? binding->field : NULL;
	column->is_written =
		column->field != NULL && column->field->write >= (writer->inserting ? FIELD_ON_CREATE : FIELD_WRITABLE);
	column->type = getBaseType(binding->type);
	column->element = element_type_of(binding->type);
	return column;
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
	return writer;
}

/* ----- values ----- */

/* Raise an ERROR: the column cannot hold this value. */
static void
refuse_flat_value(const FlatWriter *writer, const FlatColumn *column, const char *value, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("column \"%s\" of foreign table \"%s\" cannot hold this value: %s", column->name,
						   writer->relation->name, clean_text(value, strlen(value), 100)),
					errhint("%s", hint)));
}

/* ISO 8601; times in UTC, which those without a zone are, too. */
static JsonTree *
flat_moment(const FlatWriter *writer, const FlatColumn *column, Oid type, Datum value)
{
	char buffer[MAXDATELEN + 1];
	char *zone;
	int utc = 0;

	if (type == DATEOID ? DATE_NOT_FINITE(DatumGetDateADT(value)) : TIMESTAMP_NOT_FINITE(DatumGetTimestamp(value)))
		refuse_flat_value(writer, column, fixed_output(type, value), "Use a finite date or time.");
	JsonEncodeDateTime(buffer, value, type, type == TIMESTAMPTZOID ? &utc : NULL);
	if (type == DATEOID)
		return json_text(buffer);
	zone = strstr(buffer, "+00:00");
	if (zone != NULL)
		*zone = '\0';
	return json_text(psprintf("%sZ", buffer));
}

/* The JSON that a text is. */
static JsonTree *
flat_json(const FlatWriter *writer, const FlatColumn *column, const char *text)
{
	JsonTree *tree = json_read(text, strlen(text));

	if (tree == NULL && strcmp(text, "null") != 0)
		refuse_flat_value(writer, column, text, "Use a JSON value.");
	return tree;
}

/* One value by the type of the field; a column of another type is read as one of that. */
static JsonTree *
flat_value(const FlatWriter *writer, const FlatColumn *column, Oid field_type, Oid type, Datum value)
{
	char *text;

	if (type == DATEOID || type == TIMESTAMPTZOID || type == TIMESTAMPOID)
		return flat_moment(writer, column, type, value);
	if (type == BOOLOID)
		return json_boolean(DatumGetBool(value));
	text = fixed_output(type, value);
	switch (field_type)
	{
		case BOOLOID:
			return json_boolean(DatumGetBool(DirectFunctionCall1(boolin, CStringGetDatum(text))));
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case FLOAT4OID:
		case FLOAT8OID:
			value =
				DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
			text = DatumGetCString(DirectFunctionCall1(numeric_out, value));
			if (!isfinite(strtod(text, NULL)))
				refuse_flat_value(writer, column, text, "Use a finite number.");
			return json_decimal(text);
		case JSONOID:
		case JSONBOID:
			return flat_json(writer, column, text);
		default:
			return json_text(text);
	}
}

/* All elements of an array column. */
static JsonTree *
flat_array(const FlatWriter *writer, const FlatColumn *column, Datum value)
{
	ArrayType *array = DatumGetArrayTypeP(value);
	Oid field_type = element_type_of(column->field->type);
	JsonTree *list = json_make_array();
	int16 length;
	bool byval;
	char align;
	Datum *values;
	bool *nulls;
	int n;

	if (ARR_NDIM(array) > 1)
		refuse_flat_value(writer, column, fixed_output(column->type, value), "Use an array of one dimension.");
	get_typlenbyvalalign(column->element, &length, &byval, &align);
	/* of a domain's array the elements are the domain's, stored as its base type's */
	deconstruct_array(array, ARR_ELEMTYPE(array), length, byval, align, &values, &nulls, &n);
	for (int i = 0; i < n; i++)
		json_append(list, nulls[i] ? NULL
								   : flat_value(writer, column, OidIsValid(field_type) ? field_type : TEXTOID,
												getBaseType(column->element), values[i]));
	return list;
}

/* The value of a column that is written; NULL is null. */
static JsonTree *
flat_column_value(const FlatWriter *writer, const FlatColumn *column, const RowChange *change)
{
	Datum value = change->slot->tts_values[column->attnum - 1];

	if (change->slot->tts_isnull[column->attnum - 1])
		return NULL;
	if (OidIsValid(column->element) && column->field->type != JSONBOID)
		return flat_array(writer, column, value);
	return flat_value(writer, column, column->field->type, column->type, value);
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

/* Is there a member at the dotted path, be it null? */
static bool
has_path(JsonTree *object, const char *path)
{
	const char *dot = strrchr(path, '.');

	if (dot == NULL)
		return json_has(object, path);
	return json_has(json_at(object, pnstrdup(path, dot - path)), dot + 1);
}

/* Where a field stands in what is sent. */
static const char *
sent_path(const FieldDef *field)
{
	return field->sent_as == NULL ? field->path : field->sent_as;
}

/* A new row is created: check which fields must have a value, and send the others as null. */
static void
complete_new_row(const FlatWriter *writer, JsonTree *row)
{
	const ResourceDef *resource = writer->relation->resource;

	for (int i = 0; i < resource->nfields; i++)
	{
		const FieldDef *field = &resource->fields[i];

		if (field->sends_null && !has_path(row, sent_path(field)))
			put_at_path(row, sent_path(field), NULL);
		if (field->is_required && json_at(row, sent_path(field)) == NULL)
			ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
							errmsg("field \"%s\" of foreign table \"%s\" must have a value", field->name,
								   writer->relation->name),
							errdetail("It is required in %s.", writer->relation->service->title)));
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

	foreach(lc, writer->columns)
	{
		const FlatColumn *column = (const FlatColumn *) lfirst(lc);

		if (!change_assigns(change, column->attnum - 1))
			continue;
		if (!column->is_written)
			refuse_read_only(writer->relation, column, writer->inserting);
		put_at_path(row, sent_path(column->field), flat_column_value(writer, column, change));
	}
	if (writer->inserting)
		complete_new_row(writer, row);
	else if (json_count(row) == 0)
		return false;
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

	return field != NULL && field->write != FIELD_READ_ONLY && has_path(row, sent_path(field));
}

/* WriteMethods.is_alone */
static bool
flat_column_is_alone(const ColumnHint *hint)
{
	return hint->field != NULL && hint->field->write == FIELD_WRITABLE;
}

const WriteMethods flat_writing = {
	.begin = begin_flat_rows,
	.encode = encode_flat_row,
	.holds_column = flat_row_holds,
	.is_alone = flat_column_is_alone,
};
