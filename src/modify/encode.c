/*
 * encode.c
 *		From the columns of a row to the values that Attio is sent.
 *
 * Owns: the write forms of API.md 7.1, driven by the table of types.  Must not
 * know how a request is sent.
 */
#include "modify/encode.h"

#include "attio/api.h"
#include "attio/choices.h"
#include "base/errors.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

/* A column that is written. */
typedef struct WrittenColumn
{
	const ColumnBinding *binding;
	int at; /* index in the tuple */
	bool is_array;
	Oid type; /* of one value */
} WrittenColumn;

/* An attribute with its columns. */
typedef struct WrittenAttribute
{
	const AttributeDef *attribute;
	List *columns; /* WrittenColumn */
} WrittenAttribute;

struct Encoder
{
	const AttioRelation *relation;
	Session *session;
	TupleDesc tupdesc;
	List *definitions;
	bool inserting;
	List *attributes;  /* WrittenAttribute */
	List *refused;     /* ColumnBinding: read-only, may only stay as they are */
	List *all;         /* ColumnBinding of every column, for the parts that are not assigned; NIL until asked for */
	JsonTree *present; /* the record as it is; NULL until asked for */
};

/* ----- columns ----- */

static bool
is_written(const ColumnBinding *binding, const AttributeDef *attribute, bool is_array)
{
	return binding->kind == COLUMN_ATTRIBUTE && binding->property != NULL &&
		   binding->property->write != WRITE_NOTHING && attribute != NULL && attribute->is_writable &&
		   attribute->multiselect == is_array;
}

static void
refuse_column(const AttioRelation *relation, const ColumnBinding *binding)
{
	ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_COLUMN_NAME),
					errmsg("column \"%s\" of foreign table \"%s\" cannot be written", binding->name, relation->name),
					errhint("Attio sets it, or it shows a part of a value; leave it out.")));
}

static WrittenAttribute *
find_attribute(Encoder *encoder, const AttributeDef *attribute)
{
	WrittenAttribute *written;
	ListCell *lc;

	foreach(lc, encoder->attributes)
		if (((WrittenAttribute *) lfirst(lc))->attribute == attribute)
			return (WrittenAttribute *) lfirst(lc);
	written = (WrittenAttribute *) palloc0(sizeof(WrittenAttribute));
	written->attribute = attribute;
	encoder->attributes = lappend(encoder->attributes, written);
	return written;
}

static void
add_column(Encoder *encoder, const ColumnBinding *binding)
{
	const AttributeDef *attribute =
		binding->kind == COLUMN_ATTRIBUTE ? attribute_by_slug(encoder->definitions, binding->slug) : NULL;
	Oid element = get_element_type(getBaseType(binding->type));
	WrittenColumn *column;
	WrittenAttribute *written;

	/* the parent of an entry is no attribute; it is written once */
	if (encoder->inserting && binding->kind == COLUMN_FIELD &&
		(strcmp(binding->field->name, "parent_record_id") == 0 || strcmp(binding->field->name, "parent_object") == 0))
		return;
	if (binding->missing || !is_written(binding, attribute, OidIsValid(element)))
	{
		encoder->refused = lappend(encoder->refused, unconstify(ColumnBinding *, binding));
		return;
	}
	column = (WrittenColumn *) palloc0(sizeof(WrittenColumn));
	column->binding = binding;
	column->at = binding->attnum - 1;
	column->is_array = OidIsValid(element);
	column->type = OidIsValid(element) ? element : getBaseType(binding->type);
	written = find_attribute(encoder, attribute);
	written->columns = lappend(written->columns, column);
}

/*
 * For these columns, which an UPDATE assigns or an INSERT may give.  In the
 * current memory context.
 */
Encoder *
encoder_create(const AttioRelation *relation, Session *session, List *definitions, TupleDesc tupdesc, List *attnums,
			   bool inserting)
{
	Encoder *encoder = (Encoder *) palloc0(sizeof(Encoder));
	ListCell *lc;

	encoder->relation = relation;
	encoder->session = session;
	encoder->tupdesc = tupdesc;
	encoder->definitions = definitions;
	encoder->inserting = inserting;
	foreach(lc, attnums)
		add_column(encoder, relation_bind_column(relation, tupdesc, (AttrNumber) lfirst_int(lc), definitions));
	return encoder;
}

/* ----- single values ----- */

static void
refuse_value(const Encoder *encoder, const WrittenColumn *column, const char *value, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("column \"%s\" of foreign table \"%s\" cannot hold this value: %s", column->binding->name,
						   encoder->relation->name, clean_text(value, strlen(value), 100)),
					errhint("%s", hint)));
}

static char *
text_of(Oid type, Datum value)
{
	Oid function;
	bool is_varlena;

	getTypeOutputInfo(type, &function, &is_varlena);
	return OidOutputFunctionCall(function, value);
}

static JsonTree *
number_json(const Encoder *encoder, const WrittenColumn *column, Datum value)
{
	char *text = text_of(column->type, value);

	if (strspn(text, "0123456789.-+eE") != strlen(text))
		refuse_value(encoder, column, text, "Attio stores finite numbers.");
	return json_object_new_double_s(strtod(text, NULL), text);
}

/* ISO 8601, times in UTC. */
static JsonTree *
moment_json(const Encoder *encoder, const WrittenColumn *column, Datum value)
{
	char buffer[MAXDATELEN + 1];
	int utc = 0;
	bool finite = column->type == DATEOID ? !DATE_NOT_FINITE(DatumGetDateADT(value))
										  : !TIMESTAMP_NOT_FINITE(DatumGetTimestamp(value));

	if (!finite || (column->type != DATEOID && column->type != TIMESTAMPTZOID && column->type != TIMESTAMPOID))
		refuse_value(encoder, column, text_of(column->type, value), "Attio stores finite dates and times.");
	return json_object_new_string(
		JsonEncodeDateTime(buffer, value, column->type, column->type == TIMESTAMPTZOID ? &utc : NULL));
}

static void
refuse_title(const Encoder *encoder, const WrittenColumn *column, const char *title, List *choices)
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
	refuse_value(encoder, column, title, psprintf("It is none of: %s%s.", known.data, shown > 20 ? ", ..." : ""));
}

/* An option or status that exists now, by title or id. */
static JsonTree *
choice_json(const Encoder *encoder, const WrittenColumn *column, const AttributeDef *attribute, const char *text)
{
	const AttioRelation *relation = encoder->relation;
	List *choices = NIL;
	ListCell *lc;

	for (int fresh = 0; fresh <= 1; fresh++)
	{
		choices = attribute_choices(encoder->session, relation->is_list, relation_identifier(relation), attribute,
									fresh ? GetCurrentTimestamp() : 0);
		foreach(lc, choices)
		{
			const ChoiceDef *choice = (const ChoiceDef *) lfirst(lc);
			bool same = column->binding->property->write == WRITE_TITLE ? strcmp(choice->title, text) == 0
																		: pg_strcasecmp(choice->id, text) == 0;

			if (same && !choice->archived)
				return json_object_new_string(choice->id);
		}
	}
	refuse_title(encoder, column, text, choices);
	return NULL;
}

static JsonTree *
member(const char *key, JsonTree *value)
{
	JsonTree *object = json_object_new_object();

	json_object_object_add(object, key, value);
	return object;
}

/* An actor: a workspace member, by id or (in a column declared as text) by e-mail. */
static JsonTree *
actor_json(const WrittenColumn *column, const char *text)
{
	JsonTree *actor;

	if (column->type != UUIDOID)
		return member("workspace_member_email_address", json_object_new_string(text));
	actor = member("referenced_actor_type", json_object_new_string("workspace-member"));
	json_object_object_add(actor, "referenced_actor_id", json_object_new_string(text));
	return actor;
}

/* The slug of the object that a reference points to; "object" is what the companion column says, or NULL. */
static const char *
target_object(const Encoder *encoder, const WrittenColumn *column, const AttributeDef *attribute, const char *object)
{
	if (object == NULL && list_length(attribute->allowed_objects) == 1)
		object = metadata_object_slug(encoder->session, (const char *) linitial(attribute->allowed_objects));
	if (object == NULL)
		ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
						errmsg("column \"%s\" of foreign table \"%s\" may point to several objects",
							   column->binding->name, encoder->relation->name),
						errhint("Write the object's slug into the column for property target_object, too.")));
	return object;
}

/* One value of the main column, in the form that carries its property's name. */
static JsonTree *
value_json(const Encoder *encoder, const WrittenColumn *column, const AttributeDef *attribute, Datum value,
		   const char *object)
{
	const PropertyDef *property = column->binding->property;
	char *text;
	JsonTree *reference;

	switch (property->write)
	{
		case WRITE_NUMBER:
			return member(property->write_key, number_json(encoder, column, value));
		case WRITE_BOOLEAN:
			return member(property->write_key, json_object_new_boolean(DatumGetBool(value)));
		case WRITE_DATE:
		case WRITE_TIME:
			return member(property->write_key, moment_json(encoder, column, value));
		default:
			break;
	}
	text = text_of(column->type, value);
	switch (property->write)
	{
		case WRITE_TITLE:
		case WRITE_CHOICE:
			return member(property->write_key, choice_json(encoder, column, attribute, text));
		case WRITE_PHONE:
			if (text[0] != '+')
				refuse_value(encoder, column, text, "A phone number begins with + and the country's code.");
			return member(property->write_key, json_object_new_string(text));
		case WRITE_ACTOR:
			return actor_json(column, text);
		case WRITE_REFERENCE:
			/* in a column declared as text: a domain, an e-mail, a user's id, as Attio allows */
			if (column->type != UUIDOID)
				return json_object_new_string(text);
			reference =
				member("target_object", json_object_new_string(target_object(encoder, column, attribute, object)));
			json_object_object_add(reference, property->write_key, json_object_new_string(text));
			return reference;
		case WRITE_PLACE_LINE:
			return json_object_new_string(text);
		default:
			return member(property->write_key, json_object_new_string(text));
	}
}

/* Is it given by an INSERT, or assigned another value than the old row's by an UPDATE? */
static bool
is_assigned(const Encoder *encoder, const WrittenColumn *column, TupleTableSlot *slot, const OldRow *old)
{
	Form_pg_attribute attribute;
	TypeCacheEntry *type;
	bool isnull;

	if (column == NULL)
		return false;
	isnull = slot->tts_isnull[column->at];
	if (old == NULL)
		return !isnull;
	if (isnull || old->nulls[column->at])
		return isnull != old->nulls[column->at];
	attribute = TupleDescAttr(encoder->tupdesc, column->at);
	type = lookup_type_cache(attribute->atttypid, TYPECACHE_EQ_OPR_FINFO);
	return !OidIsValid(type->eq_opr) ||
		   !DatumGetBool(FunctionCall2Coll(&type->eq_opr_finfo, attribute->attcollation, old->values[column->at],
										   slot->tts_values[column->at]));
}

/* ----- values that are written whole ----- */

/* The present value object of the attribute, asked of Attio; NULL when it has none. */
static JsonTree *
present_value(Encoder *encoder, const AttributeDef *attribute, const OldRow *old)
{
	ApiSubject subject = {0};

	if (old == NULL)
		return NULL;
	if (encoder->present == NULL)
	{
		subject.what = psprintf("foreign table \"%s\"", encoder->relation->name);
		subject.scopes = encoder->relation->resource->scopes;
		encoder->present = api_get(encoder->session, write_path(encoder->relation, old->id), &subject);
	}
	return json_object_array_get_idx(
		json_at(encoder->present, psprintf("data.%s.%s", encoder->relation->resource->values, attribute->slug)), 0);
}

static WrittenColumn *
part(const WrittenAttribute *written, const char *key)
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
part_text(const WrittenColumn *column, TupleTableSlot *slot)
{
	if (column == NULL || slot->tts_isnull[column->at])
		return NULL;
	return text_of(column->type, slot->tts_values[column->at]);
}

/* The part as it is now, where it is not assigned. */
static const char *
kept_text(const WrittenColumn *column, JsonTree *present, const char *key)
{
	return column != NULL ? NULL : json_string_at(present, key);
}

static JsonTree *
string_or_null(const char *text)
{
	return text == NULL ? NULL : json_object_new_string(text);
}

/*
 * A name always goes as its three parts.  Only the full one given: it is split
 * at the first blank; only parts: the full one is both.
 */
static JsonTree *
name_json(Encoder *encoder, const WrittenAttribute *written, TupleTableSlot *slot, const OldRow *old)
{
	WrittenColumn *full_column = part(written, "full_name");
	WrittenColumn *first_column = part(written, "first_name");
	WrittenColumn *last_column = part(written, "last_name");
	bool full_given = is_assigned(encoder, full_column, slot, old);
	bool parts_given = is_assigned(encoder, first_column, slot, old) || is_assigned(encoder, last_column, slot, old);
	char *full = part_text(full_column, slot);
	const char *first = part_text(first_column, slot);
	const char *last = part_text(last_column, slot);
	JsonTree *name;

	if (full_given && !parts_given)
	{
		char *blank = full == NULL ? NULL : strchr(full, ' ');

		first = blank == NULL ? full : pnstrdup(full, blank - full);
		last = blank == NULL ? NULL : blank + 1;
	}
	else if (first_column == NULL || last_column == NULL)
	{
		JsonTree *present = present_value(encoder, written->attribute, old);

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
	name = member("first_name", json_object_new_string(first != NULL ? first : ""));
	json_object_object_add(name, "last_name", json_object_new_string(last != NULL ? last : ""));
	json_object_object_add(name, "full_name", json_object_new_string(full != NULL ? full : ""));
	return name;
}

/* The first members of an address; the coordinates follow. */
#define ADDRESS_LINES 8

/* An address goes with all ten members; changed lines make the coordinates unknown. */
static JsonTree *
place_json(Encoder *encoder, const WrittenAttribute *written, TupleTableSlot *slot, const OldRow *old)
{
	static const char *const keys[] = {"line_1", "line_2",   "line_3",       "line_4",   "locality",
									   "region", "postcode", "country_code", "latitude", "longitude"};
	JsonTree *present = present_value(encoder, written->attribute, old);
	JsonTree *place = json_make_object();
	bool any = false;

	for (int i = 0; i < (int) lengthof(keys); i++)
	{
		WrittenColumn *column = part(written, keys[i]);
		const char *text = part_text(column, slot);

		if (i >= ADDRESS_LINES && !is_assigned(encoder, column, slot, old))
			text = NULL;
		else if (column == NULL)
			text = kept_text(column, present, keys[i]);
		any = any || text != NULL;
		json_object_object_add(place, keys[i], string_or_null(text));
	}
	return any ? json_object_get(place) : NULL;
}

/* ----- attributes ----- */

/* The companion's value for one element: what the column of property target_object says. */
static const char *
companion_text(const WrittenColumn *companion, TupleTableSlot *slot, int i)
{
	Datum *values;
	bool *nulls;
	int n;

	if (companion == NULL || slot->tts_isnull[companion->at])
		return NULL;
	if (!companion->is_array)
		return text_of(companion->type, slot->tts_values[companion->at]);
	deconstruct_array(DatumGetArrayTypeP(slot->tts_values[companion->at]), companion->type, -1, false, TYPALIGN_INT,
					  &values, &nulls, &n);
	return i < n && !nulls[i] ? TextDatumGetCString(values[i]) : NULL;
}

/* All values of an array column. */
static void
add_elements(const Encoder *encoder, const WrittenColumn *column, const WrittenColumn *companion,
			 const AttributeDef *attribute, TupleTableSlot *slot, JsonTree *list)
{
	int16 length;
	bool byval;
	char align;
	Datum *values;
	bool *nulls;
	int n;

	get_typlenbyvalalign(column->type, &length, &byval, &align);
	deconstruct_array(DatumGetArrayTypeP(slot->tts_values[column->at]), column->type, length, byval, align, &values,
					  &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			refuse_value(encoder, column, "NULL", "The values of a multiselect attribute are no NULLs.");
		json_object_array_add(list,
							  value_json(encoder, column, attribute, values[i], companion_text(companion, slot, i)));
	}
}

static WrittenColumn *
column_of_kind(const WrittenAttribute *written, WriteKind kind)
{
	ListCell *lc;

	foreach(lc, written->columns)
		if (((WrittenColumn *) lfirst(lc))->binding->property->write == kind)
			return (WrittenColumn *) lfirst(lc);
	return NULL;
}

static bool
is_companion(const WrittenColumn *column)
{
	return column->binding->property->write == WRITE_REFERENCE_OBJECT ||
		   column->binding->property->write == WRITE_ACTOR_TYPE;
}

/* The columns that decide the value; more than one only of names and addresses. */
static WrittenColumn *
main_column(const Encoder *encoder, const WrittenAttribute *written, TupleTableSlot *slot, const OldRow *old)
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
		if (!is_assigned(encoder, column, slot, old))
			continue;
		if (found != NULL)
			ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR),
							errmsg("columns \"%s\" and \"%s\" of foreign table \"%s\" show the same value",
								   found->binding->name, column->binding->name, encoder->relation->name),
							errhint("Assign one of them.")));
		found = column;
	}
	/* only the companion is assigned: the value goes with it */
	return found != NULL ? found : only;
}

static bool
is_all_null(const WrittenAttribute *written, TupleTableSlot *slot)
{
	ListCell *lc;

	foreach(lc, written->columns)
		if (!slot->tts_isnull[((WrittenColumn *) lfirst(lc))->at])
			return false;
	return true;
}

/* The list of values of one attribute; an empty one clears it. */
static JsonTree *
attribute_json(Encoder *encoder, const WrittenAttribute *written, TupleTableSlot *slot, const OldRow *old)
{
	JsonTree *list = json_object_new_array();
	WrittenColumn *line = column_of_kind(written, WRITE_PLACE_LINE);
	WrittenColumn *column;
	JsonTree *whole = NULL;

	if (column_of_kind(written, WRITE_NAME) != NULL)
		whole = name_json(encoder, written, slot, old);
	else if (column_of_kind(written, WRITE_PLACE) != NULL && !is_assigned(encoder, line, slot, old))
		whole = place_json(encoder, written, slot, old);
	else
	{
		column = main_column(encoder, written, slot, old);
		if (column == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_NOT_NULL_VIOLATION),
					 errmsg("attribute \"%s\" needs its value beside the type of it", written->attribute->slug)));
		if (slot->tts_isnull[column->at])
			return list;
		if (column->is_array)
			add_elements(encoder, column, column_of_kind(written, WRITE_REFERENCE_OBJECT), written->attribute, slot,
						 list);
		else
			whole = value_json(encoder, column, written->attribute, slot->tts_values[column->at],
							   companion_text(column_of_kind(written, WRITE_REFERENCE_OBJECT), slot, 0));
	}
	if (whole != NULL)
		json_object_array_add(list, whole);
	return list;
}

/* Is any of the attribute's columns assigned? */
static bool
has_changed(const Encoder *encoder, const WrittenAttribute *written, TupleTableSlot *slot, const OldRow *old)
{
	ListCell *lc;

	foreach(lc, written->columns)
		if (is_assigned(encoder, (const WrittenColumn *) lfirst(lc), slot, old))
			return true;
	return false;
}

/* A read-only column may be left out or, by an UPDATE, assigned what it is; nothing else. */
static void
check_refused(const Encoder *encoder, TupleTableSlot *slot, const OldRow *old)
{
	ListCell *lc;

	foreach(lc, encoder->refused)
	{
		const ColumnBinding *binding = (const ColumnBinding *) lfirst(lc);
		WrittenColumn column = {binding, binding->attnum - 1, false, InvalidOid};

		if (is_assigned(encoder, &column, slot, old))
			refuse_column(encoder->relation, binding);
	}
}

/*
 * The values to send, by slug: of an INSERT all that are not NULL, of an UPDATE
 * those that differ from the old row's.  An empty object: nothing is to be
 * written.  Raises ERROR for what Attio could not store, and for a read-only
 * column that is assigned something else.
 */
JsonTree *
encoder_values(Encoder *encoder, TupleTableSlot *slot, const OldRow *old)
{
	JsonTree *values = json_make_object();
	ListCell *lc;

	slot_getallattrs(slot);
	encoder->present = NULL;
	check_refused(encoder, slot, old);
	foreach(lc, encoder->attributes)
	{
		const WrittenAttribute *written = (const WrittenAttribute *) lfirst(lc);
		JsonTree *list;

		if (old == NULL ? is_all_null(written, slot) : !has_changed(encoder, written, slot, old))
			continue;
		list = attribute_json(encoder, written, slot, old);
		/* an INSERT leaves out what is empty, so that Attio's defaults apply */
		if (old != NULL || json_object_array_length(list) > 0)
			json_object_object_add(values, written->attribute->slug, list);
	}
	return values;
}

char *
write_path(const AttioRelation *relation, const char *id)
{
	char *path = psprintf(relation->resource->path, http_escape(relation_identifier(relation)));

	path[strlen(path) - strlen("/query")] = '\0';
	return id == NULL ? path : psprintf("%s/%s", path, http_escape(id));
}
