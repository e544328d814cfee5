/*
 * encode.c
 *		From the columns of a row to the values that Attio is sent.
 *
 * Owns: the write forms of docs/attio-api.md 7.1, driven by the table of types.
 * Must not know how a request is sent.
 */
#include "modify/encode_private.h"

#include "access/sysattr.h"
#include "remote/request.h"
#include "base/errors.h"
#include "base/fixed_settings.h"
#include "base/types.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

/* ----- columns ----- */

static bool
is_written(const ColumnBinding *binding, const AttributeDef *attribute, bool is_array)
{
	return binding->kind == COLUMN_ATTRIBUTE && binding->property != NULL &&
		   binding->property->write != WRITE_NOTHING && attribute != NULL && attribute->is_writable &&
		   attribute->multiselect == is_array;
}

static void
refuse_column(const RemoteRelation *relation, const ColumnBinding *binding)
{
	if (binding->missing)
		ereport(ERROR, (errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
						errmsg("column \"%s\" of foreign table \"%s\" has no attribute in Attio", binding->name,
							   relation->name),
						errdetail("It shows NULL, and a value of it cannot be stored."), errhint("Leave it out.")));
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

static WrittenColumn *
make_column(const ColumnBinding *binding)
{
	WrittenColumn *column = (WrittenColumn *) palloc0(sizeof(WrittenColumn));
	Oid element = element_type_of(binding->type);

	column->binding = binding;
	column->at = binding->attnum - 1;
	column->is_array = OidIsValid(element);
	column->type = getBaseType(OidIsValid(element) ? element : binding->type);
	return column;
}

/* Does the column hold the attribute's values as Attio writes them? */
static bool
is_whole(const ColumnBinding *binding, const AttributeDef *attribute)
{
	return binding->kind == COLUMN_ATTRIBUTE && binding->property == NULL && attribute != NULL &&
		   attribute->is_writable && !binding->missing;
}

static void
add_column(Encoder *encoder, const ColumnBinding *binding)
{
	const AttributeDef *attribute = binding->kind == COLUMN_ATTRIBUTE && !binding->missing
										? attribute_by_slug(encoder->definitions, binding->slug)
										: NULL;
	WrittenColumn *column = make_column(binding);
	WrittenAttribute *written;

	/* the parent of an entry is no attribute; it is written once */
	if (encoder->inserting && binding->kind == COLUMN_FIELD &&
		(strcmp(binding->field->name, "parent_record_id") == 0 || strcmp(binding->field->name, "parent_object") == 0))
		return;
	if (is_whole(binding, attribute))
	{
		written = (WrittenAttribute *) palloc0(sizeof(WrittenAttribute));
		written->attribute = attribute;
		encoder->whole = lappend(encoder->whole, written);
	}
	else if (!binding->missing && is_written(binding, attribute, column->is_array))
		written = find_attribute(encoder, attribute);
	else
	{
		encoder->refused = lappend(encoder->refused, unconstify(ColumnBinding *, binding));
		return;
	}
	written->columns = lappend(written->columns, column);
}

static void
bind(Encoder *encoder, AttrNumber attnum)
{
	CHECK_FOR_INTERRUPTS();
	add_column(encoder, column_bind(encoder->relation, attnum, encoder->definitions));
}

/*
 * For these columns, which may be written; those of them that the statement
 * names (numbers as in a range table entry) are bound now.  In the current
 * memory context.
 */
Encoder *
encoder_create(const RemoteRelation *relation, Session *session, List *definitions, TupleDesc tupdesc, List *attnums,
			   const Bitmapset *named, bool inserting)
{
	Encoder *encoder = (Encoder *) palloc0(sizeof(Encoder));
	ListCell *lc;

	encoder->context = CurrentMemoryContext;
	encoder->relation = relation;
	encoder->session = session;
	encoder->tupdesc = tupdesc;
	encoder->definitions = definitions;
	encoder->inserting = inserting;
	foreach(lc, attnums)
	{
		if (bms_is_member(lfirst_int(lc) - FirstLowInvalidHeapAttributeNumber, named))
			bind(encoder, (AttrNumber) lfirst_int(lc));
		else
			encoder->deferred = lappend_int(encoder->deferred, lfirst_int(lc));
	}
	return encoder;
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
	if (old->values == NULL)
		return true;
	if (isnull || old->nulls[column->at])
		return isnull != old->nulls[column->at];
	attribute = TupleDescAttr(encoder->tupdesc, column->at);
	type = lookup_type_cache(attribute->atttypid, TYPECACHE_EQ_OPR_FINFO);
	return !OidIsValid(type->eq_opr) ||
		   !DatumGetBool(FunctionCall2Coll(&type->eq_opr_finfo, attribute->attcollation, old->values[column->at],
										   slot->tts_values[column->at]));
}

/* Bind columns that nobody named, and that have got a value all the same. */
static void
bind_deferred(Encoder *encoder, TupleTableSlot *slot, const OldRow *old)
{
	MemoryContext saved;
	ListCell *lc;

	foreach(lc, encoder->deferred)
	{
		AttrNumber attnum = (AttrNumber) lfirst_int(lc);
		WrittenColumn column = {.at = attnum - 1};

		if (!is_assigned(encoder, &column, slot, old))
			continue;
		saved = MemoryContextSwitchTo(encoder->context);
		bind(encoder, attnum);
		MemoryContextSwitchTo(saved);
		encoder->deferred = foreach_delete_current(encoder->deferred, lc);
	}
}

/* ----- values that are written whole ----- */

/*
 * The present value object of the attribute, asked of Attio; NULL when it has
 * none.  Where the answer lacks the attribute, which is not to have none, its
 * other parts would be lost: an error.
 */
static JsonTree *
present_value(Encoder *encoder, const AttributeDef *attribute, const OldRow *old)
{
	RequestSubject subject = remote_subject(encoder->relation, &encoder->relation->resource->get);
	JsonTree *values;

	if (old == NULL)
		return NULL;
	if (encoder->present == NULL)
	{
		encoder->present = request_get(encoder->session, write_path(encoder->relation, old->id), &subject, NULL);
	}
	values = json_member(json_at(encoder->present, "data"), encoder->relation->resource->values);
	values = json_member(values, attribute->slug);
	if (values == NULL)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
						errmsg("attribute \"%s\" of \"%s\" cannot be written in part", attribute->slug,
							   encoder->relation->name),
						errdetail("Attio's answer for row %s does not show its present value.", old->id),
						errhint("Assign all of its parts.")));
	return json_element(values, 0);
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

/* All of a column as text, the braces of an array included. */
static char *
column_text(const WrittenColumn *column, TupleTableSlot *slot)
{
	return fixed_output(column->binding->type, slot->tts_values[column->at]);
}

/* The text of an assigned part; NULL when it is NULL or not assigned. */
static char *
part_text(const WrittenColumn *column, TupleTableSlot *slot)
{
	if (column == NULL || slot->tts_isnull[column->at])
		return NULL;
	return column_text(column, slot);
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
	return text == NULL ? NULL : json_text(text);
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
	name = encode_member("first_name", json_text(first != NULL ? first : ""));
	json_put(name, "last_name", json_text(last != NULL ? last : ""));
	json_put(name, "full_name", json_text(full != NULL ? full : ""));
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
	JsonTree *present = NULL;
	JsonTree *place = json_make_object();
	bool any = false;

	/* lines that the table has no columns for stay as they are */
	for (int i = 0; i < ADDRESS_LINES; i++)
		if (present == NULL && part(written, keys[i]) == NULL)
			present = present_value(encoder, written->attribute, old);
	for (int i = 0; i < (int) lengthof(keys); i++)
	{
		WrittenColumn *column = part(written, keys[i]);
		const char *text = part_text(column, slot);

		if (i >= ADDRESS_LINES && !is_assigned(encoder, column, slot, old))
			text = NULL;
		else if (column == NULL)
			text = kept_text(column, present, keys[i]);
		any = any || text != NULL;
		json_put(place, keys[i], string_or_null(text));
	}
	return any ? place : NULL;
}

/* ----- attributes ----- */

/* The elements of an array column; a list has one dimension. */
static int
array_elements(const Encoder *encoder, const WrittenColumn *column, TupleTableSlot *slot, Datum **values, bool **nulls)
{
	ArrayType *array = DatumGetArrayTypeP(slot->tts_values[column->at]);
	int16 length;
	bool byval;
	char align;
	int n;

	if (ARR_NDIM(array) > 1)
		encode_refuse(encoder, column, column_text(column, slot),
					  "The values of a multiselect attribute are a list: an array of one dimension.");
	get_typlenbyvalalign(column->type, &length, &byval, &align);
	deconstruct_array(array, column->type, length, byval, align, values, nulls, &n);
	return n;
}

/* The companion's value for one element: what the column of property target_object says. */
static const char *
companion_text(const Encoder *encoder, const WrittenColumn *companion, TupleTableSlot *slot, int i)
{
	Datum *values;
	bool *nulls;
	int n;

	if (companion == NULL || slot->tts_isnull[companion->at])
		return NULL;
	if (!companion->is_array)
		return column_text(companion, slot);
	n = array_elements(encoder, companion, slot, &values, &nulls);
	return i < n && !nulls[i] ? encode_text(companion, values[i]) : NULL;
}

/* All values of an array column. */
static void
add_elements(const Encoder *encoder, const WrittenColumn *column, const WrittenColumn *companion,
			 const AttributeDef *attribute, TupleTableSlot *slot, JsonTree *list)
{
	Datum *values;
	bool *nulls;
	int n = array_elements(encoder, column, slot, &values, &nulls);

	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			encode_refuse(encoder, column, "NULL", "The values of a multiselect attribute are no NULLs.");
		json_append(list,
					encode_value(encoder, column, attribute, values[i], companion_text(encoder, companion, slot, i)));
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
	JsonTree *list = json_make_array();
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
			whole = encode_value(encoder, column, written->attribute, slot->tts_values[column->at],
								 companion_text(encoder, column_of_kind(written, WRITE_REFERENCE_OBJECT), slot, 0));
	}
	if (whole != NULL)
		json_append(list, whole);
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

/* A read-only column, or one without attribute, may be left out or, by an UPDATE, assigned what it is; nothing else. */
static void
check_refused(const Encoder *encoder, TupleTableSlot *slot, const OldRow *old)
{
	ListCell *lc;

	foreach(lc, encoder->refused)
	{
		const ColumnBinding *binding = (const ColumnBinding *) lfirst(lc);
		WrittenColumn column = {binding, binding->attnum - 1, false, InvalidOid};

		/* NULL is what a column without attribute shows already */
		if (binding->missing && slot->tts_isnull[column.at])
			continue;
		if (is_assigned(encoder, &column, slot, old))
			refuse_column(encoder->relation, binding);
	}
}

/* A column of type jsonb: the list of values as Attio takes them, or one of them. */
static JsonTree *
whole_json(const Encoder *encoder, const WrittenColumn *column, TupleTableSlot *slot)
{
	JsonTree *list = json_make_array();
	JsonTree *given;
	char *text;

	if (slot->tts_isnull[column->at])
		return list;
	text = column_text(column, slot);
	given = json_read(text, strlen(text));
	if (json_is_array(given))
		return given;
	if (given == NULL)
		encode_refuse(encoder, column, text, "A list of values, or one of them, is written; NULL clears.");
	json_append(list, given);
	return list;
}

static void
refuse_missing(const Encoder *encoder, const AttributeDef *attribute)
{
	ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
					errmsg("attribute \"%s\" of foreign table \"%s\" must have a value", attribute->slug,
						   encoder->relation->name),
					errdetail("It is required in Attio.")));
}

/* The attribute becomes this list; an INSERT leaves out what is empty, so that Attio's defaults apply. */
static void
add_values(const Encoder *encoder, JsonTree *values, const AttributeDef *attribute, JsonTree *list, const OldRow *old)
{
	if (json_has(values, attribute->slug))
		ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR),
						errmsg("two columns of foreign table \"%s\" assign attribute \"%s\"", encoder->relation->name,
							   attribute->slug),
						errhint("Assign one of them.")));
	if (json_length_at(list, "") == 0 && old != NULL && attribute->is_required)
		refuse_missing(encoder, attribute);
	if (json_length_at(list, "") > 0 || old != NULL)
		json_put(values, attribute->slug, list);
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
	bind_deferred(encoder, slot, old);
	check_refused(encoder, slot, old);
	foreach(lc, encoder->attributes)
	{
		const WrittenAttribute *written = (const WrittenAttribute *) lfirst(lc);

		if (old == NULL ? !is_all_null(written, slot) : has_changed(encoder, written, slot, old))
			add_values(encoder, values, written->attribute, attribute_json(encoder, written, slot, old), old);
	}
	foreach(lc, encoder->whole)
	{
		const WrittenAttribute *written = (const WrittenAttribute *) lfirst(lc);
		const WrittenColumn *column = (const WrittenColumn *) linitial(written->columns);

		if (is_assigned(encoder, column, slot, old))
			add_values(encoder, values, written->attribute, whole_json(encoder, column, slot), old);
	}
	return values;
}

/* Of a row that is created: has every attribute that must have a value got one? */
void
encoder_check_required(const Encoder *encoder, JsonTree *values)
{
	ListCell *lc;

	foreach(lc, encoder->definitions)
	{
		const AttributeDef *attribute = (const AttributeDef *) lfirst(lc);

		if (attribute->is_required && attribute->is_writable && !attribute->has_default &&
			!json_has(values, attribute->slug))
			refuse_missing(encoder, attribute);
	}
}

/* Where a row is created, or where this one is written. */
static const Access *
row_access(const RemoteRelation *relation, const char *id)
{
	return id == NULL ? &relation->resource->create : &relation->resource->update;
}

char *
write_path(const RemoteRelation *relation, const char *id)
{
	return resource_path(row_access(relation, id)->path, relation->given, id);
}

char *
write_path_shown(const RemoteRelation *relation, const char *id)
{
	return resource_path_shown(row_access(relation, id)->path, relation->given, id);
}
