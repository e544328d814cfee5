/*
 * bodies.c
 *		What is sent of one row.
 *
 * Owns: paths and bodies of writes, and what the log says of a row before it.
 * Must not know when a write is sent.
 */
#include "modify/modify_state.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "remote/request.h"
#include "base/fixed_settings.h"
#include "base/guc.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/uuid.h"

/* The column that shows a field of the resource, or 0. */
static AttrNumber
field_column(const ModifyState *state, const char *name)
{
	TupleDesc tupdesc = RelationGetDescr(state->rel);

	for (int i = 1; i <= tupdesc->natts; i++)
	{
		const FieldDef *field =
			!compat_is_stored(TupleDescAttr(tupdesc, i - 1)) ? NULL : column_declared(state->relation, i)->field;

		CHECK_FOR_INTERRUPTS();
		if (field != NULL && strcmp(field->name, name) == 0)
			return i;
	}
	return 0;
}

/* Find the columns that say of which record an entry is, once a statement. */
void
row_find_parent(ModifyState *state)
{
	if (state->relation->target->kind != &target_list)
		return;
	state->parent_record = field_column(state, "parent_record_id");
	state->parent_object = field_column(state, "parent_object");
}

/* The value of a column as text; NULL where there is none. */
static char *
column_text(const ModifyState *state, TupleTableSlot *slot, AttrNumber attnum)
{
	if (attnum == 0 || slot->tts_isnull[attnum - 1])
		return NULL;
	return fixed_output(TupleDescAttr(RelationGetDescr(state->rel), attnum - 1)->atttypid,
						slot->tts_values[attnum - 1]);
}

/* The record that a new entry is of; its object may be left out where the list takes one only. */
static void
add_parent(ModifyState *state, JsonTree *data, TupleTableSlot *slot)
{
	char *record = column_text(state, slot, state->parent_record);
	char *object = column_text(state, slot, state->parent_object);
	List *objects;

	if (record == NULL)
		ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
						errmsg("an entry of \"%s\" needs parent_record_id", state->relation->name)));
	if (object == NULL)
	{
		objects = target_parents(state->session, state->relation->target, NULL);
		if (list_length(objects) != 1)
			ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
							errmsg("an entry of \"%s\" needs parent_object", state->relation->name),
							errdetail("The list takes records of %d objects.", list_length(objects))));
		object = (char *) linitial(objects);
	}
	json_put(data, "parent_record_id", json_text(record));
	json_put(data, "parent_object", json_text(object));
}

/*
 * The same values by the attributes' ids: a slug may have been given to another
 * attribute since the definitions were read.
 */
static JsonTree *
values_by_id(const ModifyState *state, JsonTree *values)
{
	JsonTree *by_id = json_make_object();
	JsonMember one = {0};

	while (json_next(values, &one))
		json_put(by_id, attribute_by_slug(state->definitions, one.name)->id, one.value);
	return by_id;
}

/* {"data": {member: values}}; with the slot of an INSERT the parent of an entry, too. */
static char *
make_body(ModifyState *state, JsonTree *values, TupleTableSlot *slot)
{
	JsonTree *body = json_make_object();
	JsonTree *data = json_make_object();

	json_put(body, "data", data);
	if (slot != NULL && state->relation->target->kind == &target_list)
		add_parent(state, data, slot);
	json_put(data, state->relation->resource->values, values);
	return json_write(body);
}

/* Where a row's values are put together; what is not the write's own goes with it. */
static MemoryContext
begin_values(const Write *write)
{
	return MemoryContextSwitchTo(
		AllocSetContextCreate(write->context, "attio_fdw values of a row", ALLOCSET_DEFAULT_SIZES));
}

static void
end_values(MemoryContext saved)
{
	MemoryContextDelete(MemoryContextSwitchTo(saved));
}

/* What is sent, and what is shown of it. */
static void
set_body(ModifyState *state, Write *write, JsonTree *values, TupleTableSlot *slot)
{
	write->shown = MemoryContextStrdup(write->context, make_body(state, values, slot));
	write->body = MemoryContextStrdup(write->context, make_body(state, values_by_id(state, values), slot));
}

/* The attribute that says which row is meant; it must be unique, and have a value. */
static const AttributeDef *
check_matching(const ModifyState *state, JsonTree *values)
{
	const char *slug = state->relation->matching;
	const AttributeDef *attribute = attribute_by_slug(state->definitions, slug);

	if (attribute == NULL || !attribute->is_unique)
		ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
						errmsg("\"%s\" is no unique attribute of \"%s\"", slug, state->relation->target->slug),
						errhint("Option matching_attribute takes one.")));
	if (!json_has(values, slug))
		ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
						errmsg("a row of \"%s\" needs a value of \"%s\", by which it is matched", state->relation->name,
							   slug)));
	return attribute;
}

/* What an INSERT of one row sends: a create, or with option matching_attribute an assert. */
Write *
row_insert(ModifyState *state, TupleTableSlot *slot)
{
	const char *matching = state->relation->matching;
	Write *write = write_make(&state->sender, matching == NULL ? ACTION_CREATE : ACTION_MATCH,
							  matching == NULL ? "POST" : "PUT", NULL);
	MemoryContext saved = begin_values(write);
	JsonTree *values = encoder_values(state->encoder, slot, NULL);

	if (matching != NULL && state->relation->target->kind == &target_list && strcmp(matching, "parent_record") != 0)
		ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
						errmsg("entries of \"%s\" can be matched by parent_record only", state->relation->name)));
	if (matching != NULL && state->relation->target->kind != &target_list)
	{
		const AttributeDef *attribute = check_matching(state, values);

		write->path = MemoryContextStrdup(
			write->context, psprintf("%s?matching_attribute=%s", write->path, http_escape(attribute->id)));
	}
	if (write->action == ACTION_CREATE)
		encoder_check_required(state->encoder, values);
	set_body(state, write, values, slot);
	end_values(saved);
	return write;
}

/* The attribute of each column by its slug, NULL = none; found out once a statement. */
static const char **
column_slugs(ModifyState *state)
{
	TupleDesc tupdesc = RelationGetDescr(state->rel);
	MemoryContext saved;

	if (state->column_slugs != NULL)
		return state->column_slugs;
	saved = MemoryContextSwitchTo(state->context);
	state->column_slugs = (const char **) palloc0(sizeof(char *) * tupdesc->natts);
	for (int i = 0; i < tupdesc->natts; i++)
		if (compat_is_stored(TupleDescAttr(tupdesc, i)))
			state->column_slugs[i] = column_hint(state->relation, i + 1)->slug;
	MemoryContextSwitchTo(saved);
	return state->column_slugs;
}

/* Old values as text for the log: of what changes, or with NULL all that there are. */
static char *
old_text(ModifyState *state, JsonTree *changed, const OldRow *old)
{
	TupleDesc tupdesc = RelationGetDescr(state->rel);
	const char **slugs = changed == NULL ? NULL : column_slugs(state);
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, i);

		if (!compat_is_stored(attribute) || (changed == NULL && old->nulls[i]))
			continue;
		if (changed != NULL)
		{
			if (slugs[i] == NULL || json_member(changed, slugs[i]) == NULL)
				continue;
			/* one that nobody writes may not have been read */
			if (old->nulls[i] && !bms_is_member(i + 1 - FirstLowInvalidHeapAttributeNumber, state->writable))
				continue;
		}
		appendStringInfo(&text, "%s%s: %s", text.len > 0 ? ", " : "", NameStr(attribute->attname),
						 old->nulls[i] ? "NULL" : fixed_output(attribute->atttypid, old->values[i]));
	}
	return text.data;
}

/* The id of the row that is changed. */
static char *
row_id(const ModifyState *state, TupleTableSlot *plan_slot)
{
	bool isnull;
	Datum id = ExecGetJunkAttribute(plan_slot, state->key_junk, &isnull);

	if (isnull)
		elog(ERROR, "a row of \"%s\" has no id", state->relation->name);
	return DatumGetCString(DirectFunctionCall1(uuid_out, id));
}

/* The row as it was read, in the current memory context; false where the plan does not carry it. */
static bool
read_old(const ModifyState *state, TupleTableSlot *plan_slot, OldRow *old)
{
	TupleDesc tupdesc = RelationGetDescr(state->rel);
	Datum *values = (Datum *) palloc(sizeof(Datum) * tupdesc->natts);
	bool *nulls = (bool *) palloc(sizeof(bool) * tupdesc->natts);
	HeapTupleData tuple = {0};
	bool isnull = true;
	Datum row = 0;

	if (state->row_junk != InvalidAttrNumber)
		row = ExecGetJunkAttribute(plan_slot, state->row_junk, &isnull);
	if (isnull)
		return false;
	tuple.t_data = compat_row_header(row);
	tuple.t_len = HeapTupleHeaderGetDatumLength(tuple.t_data);
	heap_deform_tuple(&tuple, tupdesc, values, nulls);
	old->values = values;
	old->nulls = nulls;
	return true;
}

/* What an UPDATE of one row sends; NULL where nothing differs. */
Write *
row_update(ModifyState *state, TupleTableSlot *slot, TupleTableSlot *plan_slot)
{
	Write *write = write_make(&state->sender, ACTION_UPDATE, "PUT", row_id(state, plan_slot));
	MemoryContext saved = begin_values(write);
	OldRow old = {.id = write->id};
	JsonTree *changed;

	if (!read_old(state, plan_slot, &old))
		elog(ERROR, "the old row of \"%s\" is missing", state->relation->name);
	changed = encoder_values(state->encoder, slot, &old);
	if (json_count(changed) > 0)
	{
		set_body(state, write, changed, NULL);
		if (setting_log_writes)
			write->before = MemoryContextStrdup(write->context, old_text(state, changed, &old));
	}
	end_values(saved);
	if (write->body == NULL)
	{
		MemoryContextDelete(write->context);
		return NULL;
	}
	return write;
}

/* What an UPDATE sends of a row that was not read: all that is assigned.  NULL where that is nothing. */
Write *
row_update_direct(ModifyState *state, TupleTableSlot *slot, const char *id)
{
	Write *write = write_make(&state->sender, ACTION_UPDATE, "PUT", id);
	MemoryContext saved = begin_values(write);
	OldRow old = {.id = write->id};
	JsonTree *changed = encoder_values(state->encoder, slot, &old);

	if (json_count(changed) > 0)
		set_body(state, write, changed, NULL);
	write->before = MemoryContextStrdup(write->context, "not read");
	end_values(saved);
	if (write->body != NULL)
		return write;
	MemoryContextDelete(write->context);
	return NULL;
}

/* What a DELETE of one row sends. */
Write *
row_delete(ModifyState *state, TupleTableSlot *plan_slot)
{
	Write *write = write_make(&state->sender, ACTION_DELETE, "DELETE", row_id(state, plan_slot));
	MemoryContext saved = begin_values(write);
	OldRow old = {.id = write->id};

	if (setting_log_writes && read_old(state, plan_slot, &old))
		write->before = MemoryContextStrdup(write->context, old_text(state, NULL, &old));
	end_values(saved);
	return write;
}
