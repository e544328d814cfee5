/*
 * write_value.c
 *		One value of a column, in the form that Attio is sent.
 *
 * Owns: the write forms of single values (docs/attio-api.md 7.1), and what is
 * refused because Attio could not store it.  Must not know rows.
 */
#include "attio/write_value.h"

#include "attio/choices.h"
#include "attio/members.h"
#include "base/errors.h"
#include "base/fixed_settings.h"
#include "base/timestamps.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/cash.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

/* Raise an ERROR: the column cannot hold this value.  The SQLSTATE is the same as when Attio refuses the value. */
static void
refuse_value_as(const RemoteTable *table, const WrittenColumn *column, int sqlstate, const char *value,
				const char *hint)
{
	ereport(ERROR, (errcode(sqlstate),
					errmsg("column \"%s\" of foreign table \"%s\" cannot hold this value: %s", column->binding->name,
						   table->relation->name, clean_text(value, strlen(value), 100)),
					errhint("%s", hint)));
}

/* The column cannot hold this value: an ERROR. */
void
refuse_value(const RemoteTable *table, const WrittenColumn *column, const char *value, const char *hint)
{
	refuse_value_as(table, column, ERRCODE_INVALID_PARAMETER_VALUE, value, hint);
}

/* One value of a column as text, whatever the session's settings are. */
char *
written_text(const WrittenColumn *column, Datum value)
{
	return fixed_output(column->type, value);
}

/* Raise an ERROR: no value of the column's type is a value of the attribute. */
static void
refuse_column_type(const RemoteTable *table, const WrittenColumn *column, const AttributeDef *attribute,
				   const char *types)
{
	ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
					errmsg("column \"%s\" of foreign table \"%s\" cannot be written: its type is %s",
						   column->binding->name, table->relation->name, format_type_be(column->binding->type)),
					errdetail("Attribute \"%s\" is of type %s.", attribute->slug, attribute->type_name),
					errhint("Declare the column as %s.", types)));
}

/* The text of a number; what is none of the types of numbers is read as numeric, which refuses other texts. */
static char *
written_number(const WrittenColumn *column, Datum value)
{
	Datum number;

	switch (column->type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case FLOAT4OID:
		case FLOAT8OID:
			return written_text(column, value);
		case MONEYOID:
			number = fixed_call(MONEYOID, cash_numeric, value);
			break;
		default:
			number = DirectFunctionCall3(numeric_in, CStringGetDatum(written_text(column, value)),
										 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	}
	return DatumGetCString(DirectFunctionCall1(numeric_out, number));
}

/* Finite, and not beyond what a double holds. */
static JsonTree *
number_json(const RemoteTable *table, const WrittenColumn *column, Datum value)
{
	char *text = written_number(column, value);

	if (!isfinite(strtod(text, NULL)))
		refuse_value(table, column, text, "Use a finite number.");
	return json_decimal(text);
}

/* A column of type boolean is written. */
static JsonTree *
boolean_json(const RemoteTable *table, const WrittenColumn *column, const AttributeDef *attribute, Datum value)
{
	if (column->type != BOOLOID)
		refuse_column_type(table, column, attribute, "boolean");
	return json_boolean(DatumGetBool(value));
}

/* A time that is a whole day of UTC, as a date may be declared, is that day; the rest Attio cuts off. */
static const char *
day_of_time(const char *text)
{
	const char *time = strchr(text, 'T');

	return time != NULL && strncmp(time, "T00:00:00Z", 10) == 0 ? pnstrdup(text, time - text) : text;
}

/* ISO 8601; a date column of a timestamp is the beginning of its day. */
static JsonTree *
moment_json(const RemoteTable *table, const WrittenColumn *column, const AttributeDef *attribute, Datum value)
{
	bool is_date = column->binding->property->write == WRITE_DATE;
	const char *text;

	if (column->type != DATEOID && column->type != TIMESTAMPTZOID && column->type != TIMESTAMPOID)
		refuse_column_type(table, column, attribute, is_date ? "date" : "timestamp with time zone");
	text = iso_text(column->type, value);
	if (text == NULL)
		refuse_value(table, column, written_text(column, value), "Use a finite date or time in the years 1 to 9999.");
	if (is_date)
		return json_text(day_of_time(text));
	return json_text(column->type == DATEOID ? psprintf("%sT00:00:00Z", text) : text);
}

/* No option or status has this title or id: an ERROR that names those that there are. */
static void
refuse_title(const RemoteTable *table, const WrittenColumn *column, const char *title, List *choices)
{
	StringInfoData known;
	ListCell *lc;
	int shown = 0;

	initStringInfo(&known);
	foreach(lc, choices)
	{
		const ChoiceDef *choice = (const ChoiceDef *) lfirst(lc);

		if (choice->archived || shown++ >= 20)
			continue;
		appendStringInfo(&known, "%s\"%s\"", known.len > 0 ? ", " : "",
						 clean_text(choice->title, strlen(choice->title), 60));
	}
	refuse_value_as(table, column, ERRCODE_INVALID_TEXT_REPRESENTATION, title,
					psprintf("Valid values are: %s%s.", known.data, shown > 20 ? ", ..." : ""));
}

/* An option or status that exists now, by title or id. */
static JsonTree *
choice_json(const RemoteTable *table, const WrittenColumn *column, const AttributeDef *attribute, const char *text)
{
	List *choices = NIL;
	bool refused = false;
	ListCell *lc;

	for (int fresh = 0; fresh <= 1; fresh++)
	{
		choices = attribute_choices(table->session, table->relation->target, attribute,
									fresh ? GetCurrentTimestamp() : 0, &refused, NULL);
		foreach(lc, choices)
		{
			const ChoiceDef *choice = (const ChoiceDef *) lfirst(lc);
			bool same = column->binding->property->write == WRITE_TITLE ? strcmp(choice->title, text) == 0
																		: pg_strcasecmp(choice->id, text) == 0;

			if (same && !choice->archived)
				return json_text(choice->id);
		}
		/* where Attio shows none of them, it decides itself: it creates no option, so a wrong title is refused */
		if (refused || choices == NIL)
			return json_text(text);
	}
	refuse_title(table, column, text, choices);
	return NULL;
}

/* {key: value} */
JsonTree *
make_member(const char *key, JsonTree *value)
{
	JsonTree *object = json_make_object();

	json_put(object, key, value);
	return object;
}

/* An actor: a workspace member, by id or (in a column declared as text) by e-mail. */
static JsonTree *
actor_json(const RemoteTable *table, const WrittenColumn *column, const char *text)
{
	JsonTree *actor;

	if (column->type != UUIDOID)
		return make_member("workspace_member_email_address", json_text(text));
	if (!workspace_may_have_member(table->session, text, NULL))
		refuse_value_as(
			table, column, ERRCODE_FOREIGN_KEY_VIOLATION, text,
			"Use the id of a workspace member; a foreign table with resource workspace_members shows them.");
	actor = make_member("referenced_actor_type", json_text("workspace-member"));
	json_put(actor, "referenced_actor_id", json_text(text));
	return actor;
}

/* The slug of the object that a reference points to; "object" is what the companion column says, or NULL. */
static const char *
companion_object(const RemoteTable *table, const WrittenColumn *column, const AttributeDef *attribute,
				 const char *object)
{
	if (object == NULL && list_length(attribute->allowed_objects) == 1)
		object = target_object_slug(table->session, (const char *) linitial(attribute->allowed_objects), NULL);
	if (object == NULL)
		ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
						errmsg("column \"%s\" of foreign table \"%s\" may point to several objects",
							   column->binding->name, table->relation->name),
						errhint("Also write the object's slug to the column for property target_object.")));
	return object;
}

/* One value of the main column, in the form that carries its property's name. */
JsonTree *
value_json(const RemoteTable *table, const WrittenColumn *column, const AttributeDef *attribute, Datum value,
		   const char *object)
{
	const PropertyDef *property = column->binding->property;
	char *text;
	JsonTree *reference;

	switch (property->write)
	{
		case WRITE_NUMBER:
			return make_member(property->write_key, number_json(table, column, value));
		case WRITE_BOOLEAN:
			return make_member(property->write_key, boolean_json(table, column, attribute, value));
		case WRITE_DATE:
		case WRITE_TIME:
			return make_member(property->write_key, moment_json(table, column, attribute, value));
		default:
			break;
	}
	text = written_text(column, value);
	switch (property->write)
	{
		case WRITE_TITLE:
		case WRITE_CHOICE:
			return make_member(property->write_key, choice_json(table, column, attribute, text));
		case WRITE_PHONE:
			if (text[0] != '+')
				refuse_value(table, column, text, "A phone number begins with + and the country code.");
			return make_member(property->write_key, json_text(text));
		case WRITE_ACTOR:
			return actor_json(table, column, text);
		case WRITE_REFERENCE:
			/* in a column declared as text: a domain, an e-mail, a user's id, as Attio allows */
			if (column->type != UUIDOID)
				return json_text(text);
			reference = make_member("target_object", json_text(companion_object(table, column, attribute, object)));
			json_put(reference, property->write_key, json_text(text));
			return reference;
		case WRITE_PLACE_LINE:
			return json_text(text);
		default:
			return make_member(property->write_key, json_text(text));
	}
}
