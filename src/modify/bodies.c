/*
 * bodies.c
 *		What is sent of one row.
 *
 * Owns: paths and bodies of writes, and what the log says of a row before it.
 * What stands in a body, the service says.  Must not know when a write is sent.
 */
#include "modify/modify_state.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "base/fixed_settings.h"
#include "base/guc.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "modify/row_path.h"

/* Where a row's values are put together; what is not the write's own goes with it. */
static MemoryContext
begin_values(const Write *write)
{
	return MemoryContextSwitchTo(
		AllocSetContextCreate(write->context, "attio_fdw values of a row", ALLOCSET_DEFAULT_SIZES));
}

/* What was put together goes. */
static void
end_values(MemoryContext saved)
{
	MemoryContextDelete(MemoryContextSwitchTo(saved));
}

/* A write without anything to be sent is none. */
static Write *
drop_write(Write *write)
{
	MemoryContextDelete(write->context);
	return NULL;
}

/* The path that belongs to what the write does; "given" is what it needs of the row. */
static void
set_path(const ModifyState *state, Write *write, List *given)
{
	MemoryContext saved = MemoryContextSwitchTo(write->context);

	write->path = resource_path(write->access->path, list_concat_copy(state->relation->given, given), write->id);
	MemoryContextSwitchTo(saved);
}

/* What is sent, and what is shown of it where people will read it.  The tree stays for who looks at the answer. */
static void
set_body(const ModifyState *state, Write *write, const RowBody *body)
{
	MemoryContext saved = MemoryContextSwitchTo(write->context);

	write->sent = json_share(body->sent);
	write->body = json_write(body->sent);
	if (body->is_shown)
		write->shown = body->shown == NULL ? write->body : json_write(body->shown);
	MemoryContextSwitchTo(saved);
	set_path(state, write, body->given);
}

/* Have the service make the body of a row; false where nothing of it is to be written. */
static bool
encode_body(const ModifyState *state, Write *write, const RowChange *change, RowBody *body)
{
	slot_getallattrs(change->slot);
	body->is_shown = setting_log_writes || setting_dry_run;
	if (!state->methods->encode(state->writer, change, body))
		return false;
	if (change->rule == ASSIGN_CHANGED)
		body->given =
			list_concat(body->given, row_path_given(state->relation, write->access->path, RelationGetDescr(state->rel),
													change->old_values, change->old_nulls));
	set_body(state, write, body);
	return true;
}

/* What an INSERT of one row sends. */
Write *
row_insert(ModifyState *state, TupleTableSlot *slot)
{
	Write *write = write_make(&state->sender, target_insert_action(state->relation), NULL);
	MemoryContext saved = begin_values(write);
	RowChange change = {.slot = slot, .rule = ASSIGN_GIVEN};
	RowBody body = {0};
	bool is_written = encode_body(state, write, &change, &body);

	end_values(saved);
	return is_written ? write : drop_write(write);
}

/* ----- rows that are there ----- */

/* Old values as text for the log: of what changes, or without a body all that there are. */
static char *
old_text(const ModifyState *state, const RowBody *body, const RowChange *change)
{
	TupleDesc tupdesc = RelationGetDescr(state->rel);
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, i);
		bool isnull = change->old_nulls[i];

		if (!compat_is_stored(attribute) || (body == NULL && isnull))
			continue;
		if (body != NULL)
		{
			if (!state->methods->holds_column(state->writer, body, attribute->attnum))
				continue;
			/* one that nobody writes may not have been read */
			if (isnull && !bms_is_member(i + 1 - FirstLowInvalidHeapAttributeNumber, state->writable))
				continue;
		}
		appendStringInfo(&text, "%s%s: %s", text.len > 0 ? ", " : "", NameStr(attribute->attname),
						 isnull ? "NULL" : fixed_output(attribute->atttypid, change->old_values[i]));
	}
	return text.data;
}

/* The id of the row of the plan that is written; false where it has none. */
static bool
row_plan_id(const ModifyState *state, TupleTableSlot *plan_slot, Datum *id)
{
	bool isnull;

	*id = ExecGetJunkAttribute(plan_slot, state->key_junk, &isnull);
	return !isnull;
}

/* The id of the row that is changed, as text. */
static char *
plan_id_text(const ModifyState *state, TupleTableSlot *plan_slot)
{
	Datum id;

	if (!row_plan_id(state, plan_slot, &id))
		elog(ERROR, "a row of \"%s\" has no id", state->relation->name);
	return fixed_output(state->relation->resource->id_type, id);
}

/* The row as it was read, in the current memory context; false where the plan does not carry it. */
static bool
read_old_row(const ModifyState *state, TupleTableSlot *plan_slot, RowChange *change)
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
	change->old_values = values;
	change->old_nulls = nulls;
	return true;
}

/* The part of its identity that stands in a row beside the id, as text; NULL where it is not known. */
static char *
identity_text(const ModifyState *state, TupleTableSlot *plan_slot)
{
	const FieldDef *field = resource_identity_field(state->relation->resource);
	TupleDesc tupdesc = RelationGetDescr(state->rel);
	AttrNumber column = field == NULL ? 0 : column_of_field(state->relation, tupdesc, field);
	RowChange old = {0};

	if (column == 0 || !read_old_row(state, plan_slot, &old) || old.old_nulls[column - 1])
		return NULL;
	return fixed_output(TupleDescAttr(tupdesc, column - 1)->atttypid, old.old_values[column - 1]);
}

bool
row_plan_identity(const ModifyState *state, TupleTableSlot *plan_slot, RowId *row)
{
	MemoryContext context;
	MemoryContext saved;
	char *text;
	Datum id;

	if (!row_plan_id(state, plan_slot, &id))
		return false;
	rowid_of_datum(row, state->relation->resource->id_type, id);
	if (state->relation->resource->id_with == NULL)
		return true;
	context = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw identity of a row", ALLOCSET_SMALL_SIZES);
	saved = MemoryContextSwitchTo(context);
	text = identity_text(state, plan_slot);
	if (text != NULL)
		(void) rowid_add(row, text, strlen(text));
	MemoryContextSwitchTo(saved);
	MemoryContextDelete(context);
	return true;
}

/* Remember it with the write, for whoever names the row. */
static void
set_kind(const ModifyState *state, Write *write, TupleTableSlot *plan_slot)
{
	char *kind = identity_text(state, plan_slot);

	if (kind != NULL)
		write->kind = MemoryContextStrdup(write->context, kind);
}

/* What an UPDATE of one row sends; NULL where nothing differs. */
Write *
row_update(ModifyState *state, TupleTableSlot *slot, TupleTableSlot *plan_slot)
{
	Write *write = write_make(&state->sender, ACTION_UPDATE, plan_id_text(state, plan_slot));
	MemoryContext saved = begin_values(write);
	RowChange change = {.slot = slot, .rule = ASSIGN_CHANGED, .id = write->id};
	RowBody body = {0};
	bool is_written;

	if (!read_old_row(state, plan_slot, &change))
		elog(ERROR, "the old row of \"%s\" is missing", state->relation->name);
	set_kind(state, write, plan_slot);
	is_written = encode_body(state, write, &change, &body);
	if (is_written && setting_log_writes)
		write->before = MemoryContextStrdup(write->context, old_text(state, &body, &change));
	end_values(saved);
	return is_written ? write : drop_write(write);
}

/* What an UPDATE sends of a row that was not read: all that is assigned.  NULL where that is nothing. */
Write *
row_update_direct(ModifyState *state, TupleTableSlot *slot, const char *id)
{
	Write *write = write_make(&state->sender, ACTION_UPDATE, id);
	MemoryContext saved = begin_values(write);
	RowChange change = {.slot = slot, .rule = ASSIGN_ALL, .id = write->id};
	RowBody body = {0};
	bool is_written = encode_body(state, write, &change, &body);

	write->before = MemoryContextStrdup(write->context, "not read");
	end_values(saved);
	return is_written ? write : drop_write(write);
}

/* What a DELETE of one row sends. */
Write *
row_delete(ModifyState *state, TupleTableSlot *plan_slot)
{
	Write *write = write_make(&state->sender, ACTION_DELETE, plan_id_text(state, plan_slot));
	MemoryContext saved = begin_values(write);
	RowChange old = {.id = write->id};
	bool is_read = read_old_row(state, plan_slot, &old);
	List *given = NIL;

	if (is_read)
		given = row_path_given(state->relation, write->access->path, RelationGetDescr(state->rel), old.old_values,
							   old.old_nulls);
	set_path(state, write, given);
	set_kind(state, write, plan_slot);
	if (setting_log_writes && is_read)
		write->before = MemoryContextStrdup(write->context, old_text(state, NULL, &old));
	end_values(saved);
	return write;
}

/* What a DELETE sends of a row that was not read. */
Write *
row_delete_direct(ModifyState *state, const char *id)
{
	Write *write = write_make(&state->sender, ACTION_DELETE, id);

	set_path(state, write, NIL);
	write->before = MemoryContextStrdup(write->context, "not read");
	return write;
}
