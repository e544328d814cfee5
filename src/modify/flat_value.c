/*
 * flat_value.c
 *		One value of a field, in the form that a service is sent.
 *
 * Owns: the JSON of a value, by the type of its field.  Must not know rows.
 */
#include "modify/flat_value.h"

#include <math.h>

#include "base/errors.h"
#include "base/fixed_settings.h"
#include "base/timestamps.h"
#include "catalog/pg_type.h"
#include "remote/words.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

void
flat_refuse_value(const FlatColumn *column, const char *value, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("column \"%s\" of foreign table \"%s\" cannot hold this value: %s", column->name,
						   column->table, clean_text(value, strlen(value), 100)),
					errhint("%s", hint)));
}

/* ISO 8601. */
static JsonTree *
flat_moment(const FlatColumn *column, Oid type, Datum value)
{
	char *text = iso_text(type, value);

	if (text == NULL)
		flat_refuse_value(column, fixed_output(type, value), "Use a finite date or time in the years 1 to 9999.");
	return json_text(text);
}

/* The time that a text is; in UTC where it names no zone, whatever the session has. */
static Datum
moment_of_text(const char *text)
{
	int level = fixed_settings_begin(fixed_settings_of_type(TIMESTAMPTZOID));
	Datum moment =
		DirectFunctionCall3(timestamptz_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));

	fixed_settings_end(level);
	return moment;
}

/* ISO 8601, which has no durations below zero. */
static JsonTree *
flat_duration(const FlatColumn *column, Interval *span)
{
	char buffer[MAXDATELEN + 1];
	struct pg_itm parts;

	if (compat_interval_is_infinite(span) || span->month < 0 || span->day < 0 || span->time < 0)
		flat_refuse_value(column, fixed_output(INTERVALOID, IntervalPGetDatum(span)),
						  "Use a finite duration that is not negative.");
	interval2itm(*span, &parts);
	EncodeInterval(&parts, INTSTYLE_ISO_8601, buffer);
	return json_text(buffer);
}

/* The duration that a text is, whatever the session's settings are. */
static Interval *
duration_of_text(const char *text)
{
	int level = fixed_settings_begin(fixed_settings_of_type(INTERVALOID));
	Datum span =
		DirectFunctionCall3(interval_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));

	fixed_settings_end(level);
	return DatumGetIntervalP(span);
}

/* The name by which the member at a path is sent. */
static const char *
sent_name(const FieldDef *field, const char *path, const char *name)
{
	const char *equals = strchr(field->sent_names, '=');

	return strncmp(field->sent_names, path, strlen(path)) == 0 && field->sent_names + strlen(path) == equals
			   ? equals + 1
			   : name;
}

/* The object with the members' names that are sent, and without those that are null or hold nothing. */
static JsonTree *
as_sent(const FieldDef *field, JsonTree *tree, const char *path)
{
	JsonTree *sent = json_make_object();
	JsonMember member = {0};

	while (json_next(tree, &member))
	{
		const char *place = path[0] == '\0' ? member.name : psprintf("%s.%s", path, member.name);
		JsonTree *value = json_is_object(member.value) ? as_sent(field, member.value, place) : member.value;

		if (value != NULL && !(json_is_object(value) && json_count(value) == 0))
			json_put(sent, sent_name(field, place, member.name), value);
	}
	return sent;
}

/* The JSON that a text is. */
static JsonTree *
flat_json(const FlatColumn *column, const char *text)
{
	JsonTree *tree = json_read(text, strlen(text));

	if (tree == NULL && strcmp(text, "null") != 0)
		flat_refuse_value(column, text, "Use a JSON value.");
	if (column->field->sent_names != NULL && json_is_object(tree))
		return as_sent(column->field, tree, "");
	return tree;
}

const char *
flat_word_sent(const FlatColumn *column, const char *text)
{
	const FieldDef *field = column->field;
	const WordDef *words = field->sent_words != NULL ? field->sent_words : field->words;
	const char *sent = word_sent(words, text);

	if (sent == NULL)
		flat_refuse_value(column, text, psprintf("Use %s.", words_listed(words)));
	return sent;
}

/* The same as JSON: a number, mostly. */
static JsonTree *
flat_word(const FlatColumn *column, const char *text)
{
	const char *sent = flat_word_sent(column, text);

	return strspn(sent, "0123456789") == strlen(sent) ? json_decimal(sent) : json_text(sent);
}

JsonTree *
flat_value(const FlatColumn *column, Oid field_type, Oid type, Datum value)
{
	char *text;

	if (column->field->words != NULL)
		return flat_word(column, fixed_output(type, value));
	if (type == DATEOID || type == TIMESTAMPTZOID || type == TIMESTAMPOID)
		return flat_moment(column, type, value);
	if (type == BOOLOID)
		return json_boolean(DatumGetBool(value));
	if (type == INTERVALOID && field_type == INTERVALOID)
		return flat_duration(column, DatumGetIntervalP(value));
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
				flat_refuse_value(column, text, "Use a finite number.");
			return json_decimal(text);
		case JSONOID:
		case JSONBOID:
			return flat_json(column, text);
		case TIMESTAMPTZOID:
			return flat_moment(column, TIMESTAMPTZOID, moment_of_text(text));
		case INTERVALOID:
			return flat_duration(column, duration_of_text(text));
		default:
			return json_text(text);
	}
}
