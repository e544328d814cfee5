/*
 * write_values.c
 *		From the columns of a row to the values that Attio is sent.
 *
 * Owns: the write forms of docs/attio-api.md 7.1, driven by the table of types.
 * Must not know how a request is sent.
 */
#include "attio/write_values.h"

#include "attio/write_parts.h"
#include "utils/array.h"
#include "utils/lsyscache.h"

/* The elements of an array column; a list has one dimension. */
static int
array_elements(const RowEncoder *encoder, const WrittenColumn *column, const RowChange *change, Datum **values,
			   bool **nulls)
{
	ArrayType *array = DatumGetArrayTypeP(change->slot->tts_values[column->at]);
	int16 length;
	bool byval;
	char align;
	int n;

	if (ARR_NDIM(array) > 1)
		refuse_value(&encoder->table, column, column_text(column, change),
					 "Use an array of one dimension for the values of a multiselect attribute.");
	get_typlenbyvalalign(column->type, &length, &byval, &align);
	/* of a domain's array the elements are the domain's, stored as its base type's */
	deconstruct_array(array, ARR_ELEMTYPE(array), length, byval, align, values, nulls, &n);
	return n;
}

/* The companion's value for one element: what the column of property target_object says. */
static const char *
companion_text(const RowEncoder *encoder, const WrittenColumn *companion, const RowChange *change, int i)
{
	Datum *values;
	bool *nulls;
	int n;

	if (companion == NULL || change->slot->tts_isnull[companion->at])
		return NULL;
	if (!companion->is_array)
		return column_text(companion, change);
	n = array_elements(encoder, companion, change, &values, &nulls);
	return i < n && !nulls[i] ? written_text(companion, values[i]) : NULL;
}

/* All values of an array column. */
static void
add_elements(const RowEncoder *encoder, const WrittenColumn *column, const WrittenColumn *companion,
			 const AttributeDef *attribute, const RowChange *change, JsonTree *list)
{
	Datum *values;
	bool *nulls;
	int n = array_elements(encoder, column, change, &values, &nulls);

	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			refuse_value(&encoder->table, column, "NULL", "The values of a multiselect attribute must not be NULL.");
		json_append(list, value_json(&encoder->table, column, attribute, values[i],
									 companion_text(encoder, companion, change, i)));
	}
}

/* Does the column say of what kind a value is, which another column holds? */
static bool
is_companion(const WrittenColumn *column)
{
	return column->binding->property->write == WRITE_REFERENCE_OBJECT ||
		   column->binding->property->write == WRITE_ACTOR_TYPE;
}

/* The column that decides the attribute's value.  Only names and addresses can have several. */
static WrittenColumn *
main_column(const RowEncoder *encoder, const WrittenAttribute *written, const RowChange *change)
{
	WrittenColumn *only = NULL;
	WrittenColumn *found = NULL;
	ListCell *lc;

	foreach(lc, written->columns)
	{
		WrittenColumn *column = (WrittenColumn *) lfirst(lc);

		if (is_companion(column))
			continue;
		only = column;
		if (!is_assigned(column, change))
			continue;
		if (found != NULL)
			ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR),
							errmsg("columns \"%s\" and \"%s\" of foreign table \"%s\" show the same value",
								   found->binding->name, column->binding->name, encoder->table.relation->name),
							errhint("Assign only one of them.")));
		found = column;
	}
	/* only the companion is assigned: the value goes with it */
	return found != NULL ? found : only;
}

/* The list of values of one attribute; an empty one clears it. */
static JsonTree *
attribute_json(RowEncoder *encoder, const WrittenAttribute *written, const RowChange *change)
{
	JsonTree *list = json_make_array();
	WrittenColumn *line = column_of_kind(written, WRITE_PLACE_LINE);
	WrittenColumn *column;
	JsonTree *whole = NULL;

	if (column_of_kind(written, WRITE_NAME) != NULL)
		whole = name_json(encoder, written, change);
	else if (column_of_kind(written, WRITE_PLACE) != NULL && !is_assigned(line, change))
		whole = place_json(encoder, written, change);
	else
	{
		column = main_column(encoder, written, change);
		if (column == NULL)
			ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
							errmsg("the type of attribute \"%s\" cannot be written without its value",
								   written->attribute->slug)));
		if (change->slot->tts_isnull[column->at])
			return list;
		if (column->is_array)
			add_elements(encoder, column, column_of_kind(written, WRITE_REFERENCE_OBJECT), written->attribute, change,
						 list);
		else
			whole = value_json(&encoder->table, column, written->attribute, change->slot->tts_values[column->at],
							   companion_text(encoder, column_of_kind(written, WRITE_REFERENCE_OBJECT), change, 0));
	}
	if (whole != NULL)
		json_append(list, whole);
	return list;
}

/* Is any of the attribute's columns assigned? */
static bool
has_assigned(const WrittenAttribute *written, const RowChange *change)
{
	ListCell *lc;

	foreach(lc, written->columns)
		if (is_assigned((const WrittenColumn *) lfirst(lc), change))
			return true;
	return false;
}

/* A column of type jsonb: the list of values as Attio takes them, or one of them. */
static JsonTree *
whole_json(const RowEncoder *encoder, const WrittenColumn *column, const RowChange *change)
{
	JsonTree *list = json_make_array();
	JsonTree *given;
	char *text;

	if (change->slot->tts_isnull[column->at])
		return list;
	text = column_text(column, change);
	given = json_read(text, strlen(text));
	if (json_is_array(given))
		return given;
	if (given == NULL)
		refuse_value(&encoder->table, column, text, "Use a JSON value or an array of them; NULL clears the attribute.");
	json_append(list, given);
	return list;
}

/* Raise an ERROR: the attribute must have a value, and has none. */
static void
refuse_missing(const RowEncoder *encoder, const AttributeDef *attribute)
{
	ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
					errmsg("attribute \"%s\" of foreign table \"%s\" must have a value", attribute->slug,
						   encoder->table.relation->name),
					errdetail("It is required in Attio.")));
}

/* Set the attribute to this list; an INSERT leaves out what is empty, so that Attio's defaults apply. */
static void
add_values(const RowEncoder *encoder, JsonTree *values, const AttributeDef *attribute, JsonTree *list,
		   const RowChange *change)
{
	if (json_has(values, attribute->slug))
		ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR),
						errmsg("two columns of foreign table \"%s\" assign to attribute \"%s\"",
							   encoder->table.relation->name, attribute->slug),
						errhint("Assign only one of them.")));
	if (json_length_at(list, "") == 0 && change->rule != ASSIGN_GIVEN && attribute->is_required)
		refuse_missing(encoder, attribute);
	if (json_length_at(list, "") > 0 || change->rule != ASSIGN_GIVEN)
		json_put(values, attribute->slug, list);
}

JsonTree *
encode_values(RowEncoder *encoder, const RowChange *change)
{
	JsonTree *values = json_make_object();
	ListCell *lc;

	encoder->present = NULL;
	bind_assigned_columns(encoder, change);
	check_refused_columns(encoder, change);
	foreach(lc, encoder->attributes)
	{
		const WrittenAttribute *written = (const WrittenAttribute *) lfirst(lc);

		if (has_assigned(written, change))
			add_values(encoder, values, written->attribute, attribute_json(encoder, written, change), change);
	}
	foreach(lc, encoder->whole)
	{
		const WrittenAttribute *written = (const WrittenAttribute *) lfirst(lc);

		if (has_assigned(written, change))
			add_values(encoder, values, written->attribute,
					   whole_json(encoder, (const WrittenColumn *) linitial(written->columns), change), change);
	}
	return values;
}

void
check_required(const RowEncoder *encoder, JsonTree *values)
{
	ListCell *lc;

	foreach(lc, encoder->table.definitions)
	{
		const AttributeDef *attribute = (const AttributeDef *) lfirst(lc);

		if (attribute->is_required && attribute->is_writable && !attribute->has_default &&
			!json_has(values, attribute->slug))
			refuse_missing(encoder, attribute);
	}
}
