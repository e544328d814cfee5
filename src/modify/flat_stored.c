/*
 * flat_stored.c
 *		Does the answer to a flat row show what was sent of it?
 *
 * Owns: when a value that was answered is the one that was sent.  Must not know
 * any service.
 */
#include "modify/flat_stored.h"

#include "base/timestamps.h"
#include "catalog/pg_type.h"
#include "remote/writing.h"
#include "utils/lsyscache.h"

/* Digits that a service may cut: what is left of a second's nanoseconds below a millisecond. */
#define NANOSECONDS_KEPT 1000000

/* The same moment, as far as it is kept? */
static bool
is_same_moment(const char *a, const char *b)
{
	int64 x;
	int64 y;

	if (strcmp(a, b) == 0)
		return true;
	return parse_iso_nanoseconds(a, strlen(a), &x) && parse_iso_nanoseconds(b, strlen(b), &y) &&
		   Max(x - y, y - x) < NANOSECONDS_KEPT;
}

/* Without blanks at the ends. */
static char *
trimmed(const char *text)
{
	size_t length;

	text += strspn(text, " \t\r\n");
	length = strlen(text);
	while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL)
		length--;
	return pnstrdup(text, length);
}

/* Is it the value of a field of this type that was sent?  Of others than those known here any is. */
static bool
is_same_value(Oid type, JsonTree *sent, JsonTree *stored)
{
	const char *a = json_string_at(sent, "");
	const char *b = json_string_at(stored, "");

	if (sent == NULL || stored == NULL)
		return sent == stored;
	switch (type)
	{
		case BOOLOID:
			return !json_is_boolean(sent) || json_bool_at(sent, "") == json_bool_at(stored, "");
		case TIMESTAMPTZOID:
			return a == NULL || (b != NULL && is_same_moment(a, b));
		case UUIDOID:
			return a == NULL || (b != NULL && pg_strcasecmp(a, b) == 0);
		case TEXTOID:
			return a == NULL || (b != NULL && strcmp(trimmed(a), trimmed(b)) == 0);
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT8OID:
			return !json_is_number(sent) || (json_is_number(stored) && json_double(sent) == json_double(stored));
		default:
			return true;
	}
}

/* Is it among the members of the elements? */
static bool
is_among(Oid type, JsonTree *value, JsonTree *elements, const char *member)
{
	for (int i = 0; i < json_length_at(elements, ""); i++)
		if (is_same_value(type, value, json_at(json_element(elements, i), member)))
			return true;
	return false;
}

/* Are all elements that were sent there, and no others?  One that was sent as another member says nothing more. */
static bool
are_same_elements(const FieldDef *field, JsonTree *sent, JsonTree *stored)
{
	const char *member = element_path(field_sent_path(field));
	const char *shown = element_path(field->path);

	if (json_length_at(sent, "") != json_length_at(stored, ""))
		return false;
	for (int i = 0; i < json_length_at(sent, ""); i++)
	{
		JsonTree *value = json_at(json_element(sent, i), member);

		if (value != NULL && !is_among(get_element_type(field->type), value, stored, shown))
			return false;
	}
	return true;
}

/* Are the same values there, whatever their order, where those that are shown are members of objects? */
static bool
are_same_values(const FieldDef *field, JsonTree *sent, JsonTree *stored)
{
	const char *shown = element_path(field->path);

	if (json_length_at(sent, "") != json_length_at(stored, ""))
		return false;
	for (int i = 0; i < json_length_at(sent, ""); i++)
		if (!is_among(get_element_type(field->type), json_element(sent, i), stored, shown))
			return false;
	return true;
}

/* Does the answer show the value of the field that was sent? */
static bool
is_stored(const FieldDef *field, JsonTree *sent, JsonTree *stored)
{
	if (element_path(field->path) == NULL)
		return is_same_value(field->type, sent, stored);
	return element_path(field_sent_path(field)) == NULL ? are_same_values(field, sent, stored)
														: are_same_elements(field, sent, stored);
}

/* Is this field, of several sent at the same place, the one that was? */
static bool
was_sent(const FieldDef *field, JsonTree *sent, const char *place)
{
	const char *equals = field->sent_with == NULL ? NULL : strchr(field->sent_with, '=');
	const char *text;

	if (!json_has_at(sent, place))
		return false;
	if (equals == NULL || element_path(field->sent_with) != NULL)
		return true;
	text = json_string_at(sent, pnstrdup(field->sent_with, equals - field->sent_with));
	return text != NULL && strcmp(text, equals + 1) == 0;
}

List *
flat_stored_otherwise(const ResourceDef *resource, JsonTree *sent, JsonTree *row)
{
	List *unstored = NIL;

	for (int i = 0; i < resource->nfields; i++)
	{
		const FieldDef *field = &resource->fields[i];
		char *place;
		JsonTree *value;
		JsonTree *stored;
		UnstoredValue *found;

		if (field->write == FIELD_READ_ONLY || field->source != FIELD_MEMBER || field->changes_form ||
			strchr(field->path, '|') != NULL)
			continue;
		place = field_sent_place(field);
		if (!was_sent(field, sent, place))
			continue;
		value = json_at(sent, place);
		stored = json_at(row, array_path(field->path));
		if (is_stored(field, value, stored))
			continue;
		found = (UnstoredValue *) palloc(sizeof(UnstoredValue));
		found->name = field->name;
		found->sent = value;
		found->stored = stored;
		unstored = lappend(unstored, found);
	}
	return unstored;
}
