/*
 * write_parts.c
 *		Names and addresses: values whose parts are columns, and that are written
 *		whole.
 *
 * Owns: what becomes of the parts that the statement does not assign.
 */
#include "attio/write_parts.h"

/*
 * The present value object of the attribute, asked of Attio; NULL when it has
 * none.  Where the answer lacks the attribute, which is not to have none, its
 * other parts would be lost: an error.
 */
static JsonTree *
present_value(RowEncoder *encoder, const AttributeDef *attribute, const RowChange *change)
{
	const RemoteRelation *relation = encoder->table.relation;
	const Access *get = &relation->resource->get;
	RequestSubject subject = remote_subject(relation, get);
	JsonTree *values;

	if (change->rule == ASSIGN_GIVEN)
		return NULL;
	if (encoder->present == NULL)
		encoder->present =
			request_get(encoder->table.session, resource_path(get->path, relation->given, change->id), &subject, NULL);
	values = json_member(json_at(encoder->present, "data"), relation->resource->values);
	values = json_member(values, attribute->slug);
	if (values == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("attribute \"%s\" of \"%s\" cannot be written partially", attribute->slug, relation->name),
				 errdetail("Attio's answer for row %s does not show its current value.", change->id),
				 errhint("Assign all of its parts.")));
	return json_element(values, 0);
}

/* The column that holds this part of the value, or NULL. */
static WrittenColumn *
column_of_part(const WrittenAttribute *written, const char *key)
{
	ListCell *lc;

	foreach(lc, written->columns)
	{
		WrittenColumn *column = (WrittenColumn *) lfirst(lc);
		const char *other = column->binding->property->write_key;

		if (other != NULL && strcmp(other, key) == 0)
			return column;
	}
	return NULL;
}

/* The text of an assigned part; NULL when it is NULL or not assigned. */
static char *
part_text(const WrittenColumn *column, const RowChange *change)
{
	if (column == NULL || change->slot->tts_isnull[column->at])
		return NULL;
	return column_text(column, change);
}

/* The part as it is now, where it is not assigned. */
static const char *
kept_text(const WrittenColumn *column, JsonTree *present, const char *key)
{
	return column != NULL ? NULL : json_string_at(present, key);
}

/* A string, or null. */
static JsonTree *
string_or_null(const char *text)
{
	return text == NULL ? NULL : json_text(text);
}

JsonTree *
name_json(RowEncoder *encoder, const WrittenAttribute *written, const RowChange *change)
{
	WrittenColumn *full_column = column_of_part(written, "full_name");
	WrittenColumn *first_column = column_of_part(written, "first_name");
	WrittenColumn *last_column = column_of_part(written, "last_name");
	bool full_given = is_assigned(full_column, change);
	bool parts_given = is_assigned(first_column, change) || is_assigned(last_column, change);
	char *full = part_text(full_column, change);
	const char *first = part_text(first_column, change);
	const char *last = part_text(last_column, change);
	JsonTree *name;

	if (full_given && !parts_given)
	{
		char *blank = full == NULL ? NULL : strchr(full, ' ');

		first = blank == NULL ? full : pnstrdup(full, blank - full);
		last = blank == NULL ? NULL : blank + 1;
	}
	else if (first_column == NULL || last_column == NULL)
	{
		JsonTree *present = present_value(encoder, written->attribute, change);

		if (first == NULL)
			first = kept_text(first_column, present, "first_name");
		if (last == NULL)
			last = kept_text(last_column, present, "last_name");
	}
	if (!full_given)
		full = psprintf("%s%s%s", first != NULL ? first : "",
						first != NULL && first[0] != '\0' && last != NULL && last[0] != '\0' ? " " : "",
						last != NULL ? last : "");
	if ((full == NULL || full[0] == '\0') && (first == NULL || first[0] == '\0') && (last == NULL || last[0] == '\0'))
		return NULL;
	name = make_member("first_name", json_text(first != NULL ? first : ""));
	json_put(name, "last_name", json_text(last != NULL ? last : ""));
	json_put(name, "full_name", json_text(full != NULL ? full : ""));
	return name;
}

/* The first members of an address; the coordinates follow. */
#define ADDRESS_LINES 8

JsonTree *
place_json(RowEncoder *encoder, const WrittenAttribute *written, const RowChange *change)
{
	static const char *const keys[] = {"line_1", "line_2",   "line_3",       "line_4",   "locality",
									   "region", "postcode", "country_code", "latitude", "longitude"};
	JsonTree *present = NULL;
	JsonTree *place = json_make_object();
	bool any = false;

	/* lines that the table has no columns for stay as they are */
	for (int i = 0; i < ADDRESS_LINES; i++)
		if (present == NULL && column_of_part(written, keys[i]) == NULL)
			present = present_value(encoder, written->attribute, change);
	for (int i = 0; i < (int) lengthof(keys); i++)
	{
		WrittenColumn *column = column_of_part(written, keys[i]);
		const char *text = part_text(column, change);

		if (i >= ADDRESS_LINES && !is_assigned(column, change))
			text = NULL;
		else if (column == NULL)
			text = kept_text(column, present, keys[i]);
		any = any || text != NULL;
		json_put(place, keys[i], string_or_null(text));
	}
	return any ? place : NULL;
}
