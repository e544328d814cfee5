/*
 * write_compare.c
 *		Did Attio store what it was sent?
 *
 * Owns: the comparison of values that were sent with those of the answer.  Attio leaves some
 * values as they are although it answers 200: enriched ones, and perhaps others
 * (docs/attio-api.md 9.5).  What it brings into a form of its own is no difference: e-mails,
 * domains, phone numbers, addresses.
 */
#include "attio/write_compare.h"

#include <math.h>

#include "base/timestamps.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

/* Attio keeps milliseconds. */
#define NANOSECONDS_KEPT 1000000

/* Equal but for blanks at the ends? */
static bool
same_text(const char *a, const char *b)
{
	size_t length_a;
	size_t length_b;

	if (a == NULL || b == NULL)
		return a == b;
	a += strspn(a, " \t\r\n");
	b += strspn(b, " \t\r\n");
	length_a = strlen(a);
	length_b = strlen(b);
	while (length_a > 0 && strchr(" \t\r\n", a[length_a - 1]) != NULL)
		length_a--;
	while (length_b > 0 && strchr(" \t\r\n", b[length_b - 1]) != NULL)
		length_b--;
	return length_a == length_b && memcmp(a, b, length_a) == 0;
}

/* A number with all of its digits. */
static Datum
number_of_json(JsonTree *number)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(json_write(number)), ObjectIdGetDatum(InvalidOid),
							   Int32GetDatum(-1));
}

/* Digit by digit: doubles would hide what got lost. */
static bool
same_number(JsonTree *a, JsonTree *b)
{
	double x = json_double(a);

	if (!json_is_number(a) || !json_is_number(b) || x != json_double(b))
		return false;
	/* no numeric holds the one, the other needs none */
	if (!isfinite(x) || x == 0)
		return true;
	return DatumGetBool(DirectFunctionCall2(numeric_eq, number_of_json(a), number_of_json(b)));
}

/* The same moment, as far as Attio keeps it? */
static bool
same_time(const char *a, const char *b)
{
	int64 x;
	int64 y;

	if (a == NULL || b == NULL)
		return false;
	/* as the server writes UTC */
	if (strlen(a) > 6 && strcmp(a + strlen(a) - 6, "+00:00") == 0)
		a = psprintf("%.*sZ", (int) strlen(a) - 6, a);
	return parse_iso_nanoseconds(a, strlen(a), &x) && parse_iso_nanoseconds(b, strlen(b), &y) &&
		   Max(x - y, y - x) < NANOSECONDS_KEPT;
}

/* Where an answer shows what was sent as a choice: its id. */
static const char *
answered_choice(const AttributeType *type, JsonTree *value)
{
	for (int i = 0; i < type->nproperties; i++)
		if (type->properties[i].write == WRITE_CHOICE)
			return json_string_at(value, type->properties[i].members[0]);
	return NULL;
}

/* Is this the value that was sent?  Where its form may change, any value is. */
static bool
is_same_value(const AttributeType *type, JsonTree *sent, JsonTree *value)
{
	const PropertyDef *property = &type->properties[0];
	const char *key = property->write_key;
	JsonTree *given = key == NULL ? NULL : json_at(sent, key);

	/* sent as a word that Attio resolves: a domain, an e-mail, a line */
	if (!json_is_object(sent) || given == NULL)
		return true;
	switch (property->write)
	{
		case WRITE_NUMBER:
			return same_number(given, json_at(value, key));
		case WRITE_BOOLEAN:
			return json_bool_at(sent, key) == json_bool_at(value, key);
		case WRITE_DATE:
			return same_text(json_string_at(sent, key), json_string_at(value, key));
		case WRITE_TIME:
			return same_time(json_string_at(sent, key), json_string_at(value, key));
		case WRITE_TITLE:
		case WRITE_CHOICE:
			return same_text(json_string_at(sent, key), answered_choice(type, value));
		case WRITE_REFERENCE:
		case WRITE_ACTOR:
			return json_string_at(value, key) != NULL &&
				   pg_strcasecmp(json_string_at(sent, key), json_string_at(value, key)) == 0;
		case WRITE_TEXT:
			return property->filter == FILTER_LOWER || same_text(json_string_at(sent, key), json_string_at(value, key));
		case WRITE_NAME:
			return same_text(json_string_at(sent, "first_name"), json_string_at(value, "first_name")) &&
				   same_text(json_string_at(sent, "last_name"), json_string_at(value, "last_name"));
		default:
			return true;
	}
}

/*
 * Is the value that was sent one of those that were answered?  They are looked
 * at from a place on, behind which the next is expected: most come in the order
 * in which they were sent.
 */
static bool
is_among(const AttributeType *type, JsonTree *sent, JsonTree *answered, int *place)
{
	int n = json_length_at(answered, "");

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < n; i++)
		if (is_same_value(type, sent, json_element(answered, (*place)++ % n)))
			return true;
	return false;
}

/* Are all values there, and no others?  An assert may leave others of the attribute that it matches by. */
static bool
has_taken(const AttributeType *type, JsonTree *sent, JsonTree *answered, bool may_have_more)
{
	int place = 0;

	if (!json_is_array(answered) || !json_is_array(sent))
		return true;
	if (!may_have_more && json_length_at(sent, "") != json_length_at(answered, ""))
		return false;
	for (int i = 0, n = json_length_at(sent, ""); i < n; i++)
		if (!is_among(type, json_element(sent, i), answered, &place))
			return false;
	return true;
}

/*
 * The definition with this id, looked for from a place on: where the next is
 * looked for from there, that is one step, as values are sent in the order of
 * the definitions.
 */
static const AttributeDef *
next_attribute(List *definitions, const char *id, int *place)
{
	for (int i = 0; i < list_length(definitions); i++)
	{
		const AttributeDef *attribute =
			(const AttributeDef *) list_nth(definitions, (*place)++ % list_length(definitions));

		if (strcmp(attribute->id, id) == 0)
			return attribute;
	}
	return NULL;
}

/* The attribute with this id, if the answer does not show that it took the list; else NULL. */
static const AttributeDef *
find_untaken(const RowEncoder *encoder, const char *id, int *place, JsonTree *list, JsonTree *answered)
{
	const AttributeDef *attribute = next_attribute(encoder->answer_definitions, id, place);
	const char *matching = encoder->table.relation->matching;
	bool matches_by;

	if (attribute == NULL || attribute->type == NULL)
		return NULL;
	matches_by = matching != NULL && strcmp(matching, attribute->slug) == 0;
	return has_taken(attribute->type, list, json_member(answered, attribute->slug), matches_by) ? NULL : attribute;
}

/* Have the definitions changed?  Then answers are read by the new ones from now on. */
static bool
renew_definitions(RowEncoder *encoder)
{
	const RemoteTable *table = &encoder->table;
	MemoryContext saved;

	if (!remote_has_changed(table->relation, table->session, encoder->answer_definitions, NULL))
		return false;
	saved = MemoryContextSwitchTo(encoder->context);
	encoder->answer_definitions = remote_definitions(table->relation, table->session, NULL);
	MemoryContextSwitchTo(saved);
	return true;
}

List *
names_of_sent(const RowEncoder *encoder, JsonTree *sent)
{
	JsonMember one = {0};
	List *names = NIL;
	int place = 0;

	while (sent != NULL && json_next(sent, &one))
	{
		const AttributeDef *attribute = next_attribute(encoder->answer_definitions, one.name, &place);

		if (attribute != NULL)
			names = lappend(names, attribute->slug);
	}
	return names;
}

List *
unstored_values(RowEncoder *encoder, JsonTree *sent, JsonTree *answered)
{
	JsonMember one = {0};
	List *unstored = NIL;
	int place = 0;

	if (sent == NULL || answered == NULL)
		return NIL;
	while (json_next(sent, &one))
	{
		const AttributeDef *attribute = find_untaken(encoder, one.name, &place, one.value, answered);
		UnstoredValue *value;

		/* answers go by slug, which may be another one by now */
		if (attribute != NULL && renew_definitions(encoder))
			attribute = find_untaken(encoder, one.name, &place, one.value, answered);
		if (attribute == NULL)
			continue;
		value = (UnstoredValue *) palloc(sizeof(UnstoredValue));
		value->name = attribute->slug;
		value->sent = one.value;
		value->stored = json_member(answered, attribute->slug);
		unstored = lappend(unstored, value);
	}
	return unstored;
}
