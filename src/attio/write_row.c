/*
 * write_row.c
 *		How Attio's records and entries are written.
 *
 * Owns: the bodies of writes, and by what an INSERT finds a row that is there.
 * Must not know when a write is sent.
 */
#include "attio/write_row.h"

#include "attio/write_compare.h"
#include "attio/write_values.h"
#include "base/fixed_settings.h"

/* ----- the parent of an entry ----- */

/* The column of the target, among those that may be assigned, that shows the field; 0 = none. */
static AttrNumber
assigned_column(const WriteTarget *target, const char *name)
{
	ListCell *lc;

	foreach(lc, target->columns)
	{
		const FieldDef *field = column_declared(target->table.relation, (AttrNumber) lfirst_int(lc))->field;

		CHECK_FOR_INTERRUPTS();
		if (field != NULL && strcmp(field->name, name) == 0)
			return (AttrNumber) lfirst_int(lc);
	}
	return 0;
}

/* The value of a column as text; NULL where there is none. */
static char *
parent_text(const RowChange *change, AttrNumber attnum)
{
	if (attnum == 0 || change->slot->tts_isnull[attnum - 1])
		return NULL;
	return fixed_output(TupleDescAttr(change->slot->tts_tupleDescriptor, attnum - 1)->atttypid,
						change->slot->tts_values[attnum - 1]);
}

/* The record that a new entry is of. */
typedef struct EntryParent
{
	char *record; /* NULL: no new entry */
	char *object;
} EntryParent;

/* The parent of a new entry.  Its object may be left out if the list accepts records of only one object. */
static EntryParent
find_parent(const RowEncoder *encoder, const RowChange *change)
{
	const RemoteRelation *relation = encoder->table.relation;
	EntryParent parent = {0};
	List *objects;

	if (!encoder->inserting || relation->target->kind != &target_list)
		return parent;
	parent.record = parent_text(change, encoder->parent_record);
	parent.object = parent_text(change, encoder->parent_object);
	if (parent.record == NULL)
		ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
						errmsg("an entry of \"%s\" needs parent_record_id", relation->name)));
	if (parent.object == NULL)
	{
		objects = target_parents(encoder->table.session, relation->target, NULL);
		if (list_length(objects) != 1)
			ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
							errmsg("an entry of \"%s\" needs parent_object", relation->name),
							errdetail("The list takes records of %d objects.", list_length(objects))));
		parent.object = (char *) linitial(objects);
	}
	return parent;
}

/* ----- bodies ----- */

/*
 * The same values by the attributes' ids: a slug may have been given to another
 * attribute since the definitions were read.
 */
static JsonTree *
values_by_id(const RowEncoder *encoder, JsonTree *values)
{
	JsonTree *by_id = json_make_object();
	JsonMember one = {0};

	while (json_next(values, &one))
		json_put(by_id, attribute_by_slug(encoder->table.definitions, one.name)->id, one.value);
	return by_id;
}

/* {"data": {member: values}}; of a new entry its parent, too. */
static JsonTree *
make_body(const RowEncoder *encoder, JsonTree *values, const EntryParent *parent)
{
	JsonTree *data = json_make_object();

	if (parent->record != NULL)
	{
		json_put(data, "parent_record_id", json_text(parent->record));
		json_put(data, "parent_object", json_text(parent->object));
	}
	json_put(data, encoder->table.relation->resource->values, values);
	return make_member("data", data);
}

/* The attribute by which a new row is matched must be unique, and must have a value. */
static const AttributeDef *
check_matching(const RemoteTable *table, JsonTree *values)
{
	const char *slug = table->relation->matching;
	const AttributeDef *attribute = attribute_by_slug(table->definitions, slug);

	if (attribute == NULL || !attribute->is_unique)
		ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
						errmsg("attribute \"%s\" of \"%s\" is not unique", slug, table->relation->target->slug),
						errhint("Option matching_attribute requires a unique attribute.")));
	if (!json_has(values, slug))
		ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
						errmsg("a row of \"%s\" needs a value for \"%s\", by which it is matched",
							   table->relation->name, slug)));
	return attribute;
}

/* How a new row is matched with an existing one: records by a unique attribute, entries by their parent. */
static void
set_matching(const RemoteTable *table, JsonTree *values, RowBody *body)
{
	const RemoteRelation *relation = table->relation;

	if (relation->target->kind != &target_list)
		body->given = list_make1(given_make(GIVEN_MATCHING, check_matching(table, values)->id));
	else if (strcmp(relation->matching, "parent_record") != 0)
		ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
						errmsg("entries of \"%s\" can be matched only by parent_record", relation->name)));
}

/* ----- the methods ----- */

/* ON CONFLICT DO NOTHING requires a unique attribute: else rows never conflict. */
static void
check_has_unique(const RemoteTable *table)
{
	ListCell *lc;

	foreach(lc, table->definitions)
		if (((const AttributeDef *) lfirst(lc))->is_unique && ((const AttributeDef *) lfirst(lc))->is_writable)
			return;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("ON CONFLICT DO NOTHING is not supported for foreign table \"%s\"", table->relation->name),
			 errdetail("No attribute of \"%s\" is unique, so rows never conflict.", table->relation->target->slug)));
}

/* WriteMethods.begin */
static void *
begin_rows(const WriteTarget *target)
{
	RowEncoder *encoder = (RowEncoder *) palloc0(sizeof(RowEncoder));

	if (target->skips_conflicts)
		check_has_unique(&target->table);
	encoder->context = CurrentMemoryContext;
	encoder->table = target->table;
	encoder->answer_definitions = target->table.definitions;
	encoder->inserting = target->operation == CMD_INSERT;
	bind_written_columns(encoder, target->columns, target->named);
	if (encoder->inserting && target->table.relation->target->kind == &target_list)
	{
		encoder->parent_record = assigned_column(target, "parent_record_id");
		encoder->parent_object = assigned_column(target, "parent_object");
	}
	return encoder;
}

/* WriteMethods.encode */
static bool
encode_row(void *writer, const RowChange *change, RowBody *body)
{
	RowEncoder *encoder = (RowEncoder *) writer;
	JsonTree *values = encode_values(encoder, change);
	EntryParent parent;

	if (!encoder->inserting && json_count(values) == 0)
		return false;
	if (encoder->inserting && encoder->table.relation->matching != NULL)
		set_matching(&encoder->table, values, body);
	else if (encoder->inserting)
		check_required(encoder, values);
	parent = find_parent(encoder, change);
	body->sent = make_body(encoder, values_by_id(encoder, values), &parent);
	if (body->is_shown)
		body->shown = make_body(encoder, values, &parent);
	return true;
}

/* WriteMethods.holds_column */
static bool
row_holds_column(void *writer, const RowBody *body, AttrNumber attnum)
{
	const RemoteRelation *relation = ((const RowEncoder *) writer)->table.relation;
	const char *slug = column_hint(relation, attnum)->attribute_name;
	JsonTree *values = json_member(json_at(body->shown, "data"), relation->resource->values);

	return slug != NULL && json_member(values, slug) != NULL;
}

/*
 * A name and an address are written whole, so a part of one needs the others;
 * the companions of references and actors need what they say something of.
 */
static bool
column_is_alone(const ColumnHint *hint)
{
	if (hint->property == NULL)
		return false;
	switch ((WriteKind) hint->property->write)
	{
		case WRITE_NOTHING:
		case WRITE_REFERENCE_OBJECT:
		case WRITE_ACTOR_TYPE:
		case WRITE_NAME:
		case WRITE_PLACE:
			return false;
		default:
			return true;
	}
}

/* WriteMethods.compared_names */
static List *
compared_names(void *writer, JsonTree *sent)
{
	RowEncoder *encoder = (RowEncoder *) writer;

	return names_of_sent(encoder, json_member(json_at(sent, "data"), encoder->table.relation->resource->values));
}

/* WriteMethods.find_unstored */
static List *
find_unstored(void *writer, JsonTree *sent, JsonTree *row)
{
	RowEncoder *encoder = (RowEncoder *) writer;
	const char *values = encoder->table.relation->resource->values;

	return unstored_values(encoder, json_member(json_at(sent, "data"), values), json_member(row, values));
}

const WriteMethods attio_writing = {
	.begin = begin_rows,
	.encode = encode_row,
	.holds_column = row_holds_column,
	.is_alone = column_is_alone,
	.compared_names = compared_names,
	.find_unstored = find_unstored,
};
