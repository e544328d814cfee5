/*
 * modify.c
 *		The executor's callbacks for INSERT, UPDATE and DELETE.
 *
 * Owns: when a write is sent, guard rails, and what an error says of the rows
 * before and after it.
 *
 * Where nobody waits for the answer (no RETURNING, no such triggers) UPDATE and
 * DELETE first collect what is to be written and send it when all rows have
 * been read: so the statement does not see its own writes, too many rows are
 * refused before the first, and several requests are under way at once.
 */
#include "modify/modify.h"

#include "access/table.h"
#include "attio/api.h"
#include "base/errors.h"
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "base/guc.h"
#include "base/options.h"
#include "catalog/pg_foreign_table.h"
#include "commands/trigger.h"
#include "utils/uuid.h"
#include "utils/fmgrprotos.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "modify/encode.h"
#include "modify/journal.h"
#include "modify/send.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/appendinfo.h"
#include "optimizer/inherit.h"
#include "optimizer/optimizer.h"
#include "scan/decode.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#define KEY_JUNK "attio_key"
#define ROW_JUNK "wholerow"

/* Rows that an INSERT without RETURNING hands over at once. */
#define INSERT_BATCH 32

/* What crosses from planner to executor: a List of Nodes. */
typedef enum ModifyPlanIndex
{
	MODIFY_PLAN_COLUMNS,    /* IntList: attribute numbers that are assigned */
	MODIFY_PLAN_UNQUALIFIED /* Integer: an UPDATE or DELETE without WHERE */
} ModifyPlanIndex;

typedef struct ModifyState
{
	MemoryContext context; /* lives as long as the statement */
	Relation rel;
	AttioRelation *relation;
	Session *session;
	List *definitions;
	CmdType operation;
	Encoder *encoder;
	AttrNumber key_junk;
	AttrNumber row_junk;
	bool collects;
	List *collected; /* Write */
	Sender sender;
	/* for RETURNING: the answer read as a row */
	Pager *pager;
	RowReader *reader;
	Projection *projection;
	TokPage page;
} ModifyState;

static void *
grow_page(void *old, size_t size)
{
	return old == NULL ? MemoryContextAllocHuge(CurrentMemoryContext, size) : repalloc_huge(old, size);
}

/* ----- planning ----- */

static bool
is_updatable(const AttioRelation *relation, Relation rel)
{
	ForeignTable *table = GetForeignTable(RelationGetRelid(rel));

	if (relation->resource->values == NULL || relation->view != NULL)
		return false;
	if (option_is_set(table->options, "updatable"))
		return option_bool(table->options, ForeignTableRelationId, "updatable");
	return option_bool(GetForeignServer(table->serverid)->options, ForeignServerRelationId, "updatable");
}

/* IsForeignRelUpdatable */
static int
attio_is_updatable(Relation rel)
{
	AttioRelation *relation = attio_relation_open(rel);

	return is_updatable(relation, rel) ? (1 << CMD_INSERT) | (1 << CMD_UPDATE) | (1 << CMD_DELETE) : 0;
}

/* The column that shows the row's id, or 0. */
static AttrNumber
key_column(const AttioRelation *relation, TupleDesc tupdesc)
{
	for (int i = 1; i <= tupdesc->natts; i++)
		if (!TupleDescAttr(tupdesc, i - 1)->attisdropped && relation_column_hint(relation, i).is_key)
			return i;
	return 0;
}

/* AddForeignUpdateTargets: the id, and of an UPDATE the old row, to see what differs. */
static void
attio_add_update_targets(PlannerInfo *root, Index rtindex, RangeTblEntry *target_rte, Relation target)
{
	AttioRelation *relation = attio_relation_open(target);
	AttrNumber key = key_column(relation, RelationGetDescr(target));

	(void) target_rte;
	if (key == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_COLUMN_NUMBER),
				 errmsg("foreign table \"%s\" has no column that shows the rows' ids", RelationGetRelationName(target)),
				 errhint("Add a column %s of type uuid.", resource_id_attribute(relation->resource))));
	add_row_identity_var(root, makeVar(rtindex, key, UUIDOID, -1, InvalidOid, 0), rtindex, KEY_JUNK);
	/* of an UPDATE the server asks for the old row itself */
	if (root->parse->commandType == CMD_DELETE && root->parse->returningList != NIL)
		add_row_identity_var(root, makeVar(rtindex, InvalidAttrNumber, RECORDOID, -1, InvalidOid, 0), rtindex,
							 ROW_JUNK);
}

/* Columns that the statement may assign. */
static List *
assigned_columns(PlannerInfo *root, Index rtindex, CmdType operation, Relation rel)
{
	TupleDesc tupdesc = RelationGetDescr(rel);
	bool all = operation == CMD_INSERT || (rel->trigdesc != NULL && rel->trigdesc->trig_update_before_row);
	Bitmapset *updated = operation == CMD_UPDATE ? get_rel_all_updated_cols(root, find_base_rel(root, rtindex)) : NULL;
	List *columns = NIL;

	for (int i = 1; i <= tupdesc->natts && operation != CMD_DELETE; i++)
		if (!TupleDescAttr(tupdesc, i - 1)->attisdropped &&
			(all || bms_is_member(i - FirstLowInvalidHeapAttributeNumber, updated)))
			columns = lappend_int(columns, i);
	return columns;
}

/* PlanForeignModify: makes no request. */
static List *
attio_plan_modify(PlannerInfo *root, ModifyTable *plan, Index rtindex, int subplan_index)
{
	Relation rel = table_open(planner_rt_fetch(rtindex, root)->relid, NoLock);
	FromExpr *jointree = root->parse->jointree;
	bool unqualified = plan->operation != CMD_INSERT && jointree->quals == NULL &&
					   list_length(jointree->fromlist) == 1 && IsA(linitial(jointree->fromlist), RangeTblRef);
	List *columns = assigned_columns(root, rtindex, plan->operation, rel);

	(void) subplan_index;
	if (plan->onConflictAction != ONCONFLICT_NONE)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("foreign table \"%s\" does not support ON CONFLICT", RelationGetRelationName(rel))));
	table_close(rel, NoLock);
	return list_make2((Node *) columns, makeInteger(unqualified));
}

/* ----- beginning ----- */

static void
check_qualified(const ModifyState *state, bool unqualified)
{
	if (unqualified && !attio_allow_unqualified_writes)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("%s of foreign table \"%s\" without WHERE is refused",
							   state->operation == CMD_DELETE ? "DELETE" : "UPDATE", state->relation->name),
						errdetail("It would change every row in Attio, which no ROLLBACK undoes."),
						errhint("Add a WHERE clause, or SET attio_fdw.allow_unqualified_writes = on.")));
}

static ModifyState *
make_state(EState *estate, ResultRelInfo *target, CmdType operation, List *columns)
{
	MemoryContext context = AllocSetContextCreate(estate->es_query_cxt, "attio_fdw modify", ALLOCSET_DEFAULT_SIZES);
	MemoryContext saved = MemoryContextSwitchTo(context);
	ModifyState *state = (ModifyState *) palloc0(sizeof(ModifyState));

	state->context = context;
	state->rel = target->ri_RelationDesc;
	state->operation = operation;
	state->relation = attio_relation_open(state->rel);
	journal_check_writable(state->relation->name, is_updatable(state->relation, state->rel));
	state->session =
		session_get(GetForeignTable(RelationGetRelid(state->rel))->serverid, attio_modify_user(target, estate));
	session_pin(state->session);
	state->sender.context = context;
	state->sender.relation = state->relation;
	state->sender.session = state->session;
	state->definitions = relation_definitions(state->relation, state->session);
	if (operation != CMD_DELETE)
		state->encoder = encoder_create(state->relation, state->session, state->definitions,
										RelationGetDescr(state->rel), columns, operation == CMD_INSERT);
	MemoryContextSwitchTo(saved);
	return state;
}

/* Triggers that look at rows, or run when all of them are thought to be written. */
static bool
has_triggers(const ResultRelInfo *target, CmdType operation)
{
	const TriggerDesc *triggers = target->ri_TrigDesc;

	if (triggers == NULL)
		return false;
	return operation == CMD_UPDATE ? triggers->trig_update_after_row || triggers->trig_update_before_row ||
										 triggers->trig_update_after_statement
								   : triggers->trig_delete_after_row || triggers->trig_delete_before_row ||
										 triggers->trig_delete_after_statement;
}

/* BeginForeignModify */
static void
attio_begin_modify(ModifyTableState *mtstate, ResultRelInfo *target, List *fdw_private, int subplan_index, int eflags)
{
	ModifyState *state;
	List *targets;

	(void) subplan_index;
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	state =
		make_state(mtstate->ps.state, target, mtstate->operation, (List *) list_nth(fdw_private, MODIFY_PLAN_COLUMNS));
	check_qualified(state, intVal(list_nth(fdw_private, MODIFY_PLAN_UNQUALIFIED)) != 0);
	if (state->operation != CMD_INSERT)
	{
		targets = outerPlanState(mtstate)->plan->targetlist;
		state->key_junk = ExecFindJunkAttributeInTlist(targets, KEY_JUNK);
		state->row_junk = ExecFindJunkAttributeInTlist(targets, ROW_JUNK);
		state->collects = target->ri_projectReturning == NULL && !has_triggers(target, state->operation);
	}
	target->ri_FdwState = state;
}

/* BeginForeignInsert: COPY, and rows routed to a partition. */
static void
attio_begin_insert(ModifyTableState *mtstate, ResultRelInfo *target)
{
	TupleDesc tupdesc = RelationGetDescr(target->ri_RelationDesc);
	ModifyTable *plan = (ModifyTable *) mtstate->ps.plan;
	List *columns = NIL;

	if (plan != NULL && plan->onConflictAction != ONCONFLICT_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("foreign table \"%s\" does not support ON CONFLICT",
																RelationGetRelationName(target->ri_RelationDesc))));
	for (int i = 1; i <= tupdesc->natts; i++)
		if (!TupleDescAttr(tupdesc, i - 1)->attisdropped)
			columns = lappend_int(columns, i);
	target->ri_FdwState = make_state(mtstate->ps.state, target, CMD_INSERT, columns);
}

/* ----- rows ----- */

/* A field of the new row as text, or NULL. */
static char *
field_text(const ModifyState *state, TupleTableSlot *slot, const char *name)
{
	TupleDesc tupdesc = RelationGetDescr(state->rel);

	for (int i = 1; i <= tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, i - 1);
		ColumnBinding *binding;
		Oid function;
		bool is_varlena;

		if (attribute->attisdropped)
			continue;
		binding = relation_bind_column(state->relation, tupdesc, i, state->definitions);
		if (binding->kind != COLUMN_FIELD || strcmp(binding->field->name, name) != 0 || slot->tts_isnull[i - 1])
			continue;
		getTypeOutputInfo(attribute->atttypid, &function, &is_varlena);
		return OidOutputFunctionCall(function, slot->tts_values[i - 1]);
	}
	return NULL;
}

/* The record that a new entry is of; its object may be left out where the list takes one only. */
static void
add_parent(ModifyState *state, JsonTree *data, TupleTableSlot *slot)
{
	char *record = field_text(state, slot, "parent_record_id");
	char *object = field_text(state, slot, "parent_object");
	List *objects;

	if (record == NULL)
		ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
						errmsg("an entry of \"%s\" needs parent_record_id", state->relation->name)));
	if (object == NULL)
	{
		objects = metadata_list_parents(state->session, relation_identifier(state->relation));
		if (list_length(objects) != 1)
			ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
							errmsg("an entry of \"%s\" needs parent_object", state->relation->name),
							errdetail("The list takes records of %d objects.", list_length(objects))));
		object = (char *) linitial(objects);
	}
	json_object_object_add(data, "parent_record_id", json_object_new_string(record));
	json_object_object_add(data, "parent_object", json_object_new_string(object));
}

/* {"data": {member: values}}; with the slot of an INSERT the parent of an entry, too. */
static char *
write_body(ModifyState *state, JsonTree *values, TupleTableSlot *slot)
{
	JsonTree *body = json_make_object();
	JsonTree *data = json_object_new_object();

	json_object_object_add(body, "data", data);
	if (slot != NULL && state->relation->is_list)
		add_parent(state, data, slot);
	json_object_object_add(data, state->relation->resource->values, json_object_get(values));
	return json_write(body);
}

/* The attribute that says which row is meant must be unique, and have a value. */
static void
check_matching(const ModifyState *state, JsonTree *values)
{
	const char *slug = state->relation->matching;
	const AttributeDef *attribute = attribute_by_slug(state->definitions, slug);

	if (attribute == NULL || !attribute->is_unique)
		ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
						errmsg("\"%s\" is no unique attribute of \"%s\"", slug, state->relation->slug),
						errhint("Option matching_attribute takes one.")));
	if (!json_object_object_get_ex(values, slug, NULL))
		ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
						errmsg("a row of \"%s\" needs a value of \"%s\", by which it is matched", state->relation->name,
							   slug)));
}

/* What an INSERT of one row sends: a create, or with option matching_attribute an assert. */
static Write *
insert_write(ModifyState *state, TupleTableSlot *slot)
{
	const char *matching = state->relation->matching;
	Write *write = write_make(&state->sender, matching == NULL ? "POST" : "PUT", NULL);
	MemoryContext saved = MemoryContextSwitchTo(write->context);
	JsonTree *values = encoder_values(state->encoder, slot, NULL);

	write->creates = (matching == NULL);
	if (matching != NULL && state->relation->is_list && strcmp(matching, "parent_record") != 0)
		ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
						errmsg("entries of \"%s\" can be matched by parent_record only", state->relation->name)));
	if (matching != NULL && !state->relation->is_list)
	{
		check_matching(state, values);
		write->path = psprintf("%s?matching_attribute=%s", write->path, http_escape(matching));
	}
	write->body = write_body(state, values, slot);
	MemoryContextSwitchTo(saved);
	return write;
}

/* The old values of what changes, as text for the log. */
static char *
old_text(const ModifyState *state, JsonTree *values, const OldRow *old)
{
	TupleDesc tupdesc = RelationGetDescr(state->rel);
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, i);
		ColumnHint hint;
		Oid function;
		bool is_varlena;

		if (attribute->attisdropped)
			continue;
		hint = relation_column_hint(state->relation, i + 1);
		if (hint.slug == NULL || json_at(values, hint.slug) == NULL)
			continue;
		getTypeOutputInfo(attribute->atttypid, &function, &is_varlena);
		appendStringInfo(&text, "%s%s: %s", text.len > 0 ? ", " : "", NameStr(attribute->attname),
						 old->nulls[i] ? "NULL" : OidOutputFunctionCall(function, old->values[i]));
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

/* What an UPDATE of one row sends; NULL where nothing differs. */
static Write *
update_write(ModifyState *state, TupleTableSlot *slot, TupleTableSlot *plan_slot)
{
	TupleDesc tupdesc = RelationGetDescr(state->rel);
	Write *write = write_make(&state->sender, "PUT", row_id(state, plan_slot));
	MemoryContext saved = MemoryContextSwitchTo(write->context);
	Datum *values = (Datum *) palloc(sizeof(Datum) * tupdesc->natts);
	bool *nulls = (bool *) palloc(sizeof(bool) * tupdesc->natts);
	OldRow old = {write->id, values, nulls};
	HeapTupleData tuple = {0};
	JsonTree *changed;
	bool isnull;

	tuple.t_data = DatumGetHeapTupleHeader(ExecGetJunkAttribute(plan_slot, state->row_junk, &isnull));
	tuple.t_len = HeapTupleHeaderGetDatumLength(tuple.t_data);
	heap_deform_tuple(&tuple, tupdesc, values, nulls);
	changed = encoder_values(state->encoder, slot, &old);
	if (json_object_object_length(changed) > 0)
	{
		write->body = write_body(state, changed, NULL);
		write->before = attio_log_writes ? old_text(state, changed, &old) : NULL;
	}
	MemoryContextSwitchTo(saved);
	if (write->body == NULL)
	{
		MemoryContextDelete(write->context);
		return NULL;
	}
	return write;
}

/* Keep it until all rows have been read; too many are refused before the first is written. */
static void
collect(ModifyState *state, Write *write)
{
	MemoryContext saved = MemoryContextSwitchTo(state->context);

	state->collected = lappend(state->collected, write);
	MemoryContextSwitchTo(saved);
}

static void
check_count(const ModifyState *state)
{
	int64 count = state->sender.done + list_length(state->collected);

	if (state->operation != CMD_INSERT && attio_max_rows_written > 0 && count >= attio_max_rows_written)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the statement would write more than %d rows of \"%s\"", attio_max_rows_written,
						state->relation->name),
				 state->sender.done == 0 ? errdetail("Nothing was written.")
										 : errdetail(INT64_FORMAT " rows were written before.", state->sender.done),
				 errhint("SET attio_fdw.max_rows_written allows more.")));
}

/* Send one row's write now, or keep it; false where it is only shown. */
static bool
dispatch(ModifyState *state, Write *write)
{
	check_count(state);
	if (attio_dry_run)
	{
		write_show(write);
		return false;
	}
	if (state->collects)
		collect(state, write);
	else
		write_send(&state->sender, list_make1(write));
	return true;
}

/* Fill the slot with what Attio answered. */
static void
read_answer(ModifyState *state, const Write *write, TupleTableSlot *slot)
{
	static const Listing nowhere = {0};
	TupleDesc tupdesc = RelationGetDescr(state->rel);
	PagerRow row = {0};
	List *all = NIL;

	if (state->reader == NULL)
	{
		MemoryContext saved = MemoryContextSwitchTo(state->context);

		for (int i = 1; i <= tupdesc->natts; i++)
			if (!TupleDescAttr(tupdesc, i - 1)->attisdropped)
				all = lappend_int(all, i);
		state->projection = projection_create();
		state->reader = row_reader_create(state->relation, tupdesc, all, state->definitions, state->projection);
		state->pager = pager_open(state->session, state->relation, state->projection, 0);
		state->page.grow = grow_page;
		state->page.single = true;
		MemoryContextSwitchTo(saved);
	}
	if (tok_page(&state->page, write->exchange->body, write->exchange->length, state->projection->row) != TOK_OK ||
		state->page.nrows != 1)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("Attio's answer has an unknown shape"),
						errdetail("%s The row was written all the same.", api_request_detail(write->exchange))));
	row.page = &state->page;
	row.row = &state->page.rows[0];
	row.listing = &nowhere;
	ExecClearTuple(slot);
	row_read(state->reader, state->pager, &row, slot);
	ExecStoreVirtualTuple(slot);
	ExecMaterializeSlot(slot);
}

/* A view's WITH CHECK OPTION, which the executor looks at only when the row is written. */
static void
check_view(EState *estate, ResultRelInfo *target, TupleTableSlot *slot)
{
	if (target->ri_WithCheckOptions != NIL)
		ExecWithCheckOptions(WCO_VIEW_CHECK, target, slot, estate);
}

/* ExecForeignInsert */
static TupleTableSlot *
attio_insert(EState *estate, ResultRelInfo *target, TupleTableSlot *slot, TupleTableSlot *plan_slot)
{
	ModifyState *state = (ModifyState *) target->ri_FdwState;
	Write *write;

	(void) plan_slot;
	check_view(estate, target, slot);
	write = insert_write(state, slot);
	if (!dispatch(state, write))
		slot = NULL;
	else
		read_answer(state, write, slot);
	MemoryContextDelete(write->context);
	return slot;
}

/* ExecForeignBatchInsert: nobody asks for what Attio made of the rows. */
static TupleTableSlot **
attio_batch_insert(EState *estate, ResultRelInfo *target, TupleTableSlot **slots, TupleTableSlot **plan_slots,
				   int *nslots)
{
	ModifyState *state = (ModifyState *) target->ri_FdwState;
	List *writes = NIL;
	ListCell *lc;

	(void) estate, (void) plan_slots;
	/* all of them are checked before the first is sent */
	for (int i = 0; i < *nslots; i++)
		writes = lappend(writes, insert_write(state, slots[i]));
	if (attio_dry_run)
		*nslots = 0;
	else
		write_send(&state->sender, writes);
	foreach(lc, writes)
	{
		if (attio_dry_run)
			write_show((Write *) lfirst(lc));
		MemoryContextDelete(((Write *) lfirst(lc))->context);
	}
	return slots;
}

/* GetForeignModifyBatchSize: also called under plain EXPLAIN, without a state. */
static int
attio_batch_size(ResultRelInfo *target)
{
	/* rows that match must not overtake each other */
	if (attio_relation_open(target->ri_RelationDesc)->matching != NULL)
		return 1;
	if (target->ri_projectReturning != NULL || target->ri_WithCheckOptions != NIL ||
		(target->ri_TrigDesc != NULL &&
		 (target->ri_TrigDesc->trig_insert_before_row || target->ri_TrigDesc->trig_insert_after_row)))
		return 1;
	return INSERT_BATCH;
}

/* ExecForeignUpdate */
static TupleTableSlot *
attio_update(EState *estate, ResultRelInfo *target, TupleTableSlot *slot, TupleTableSlot *plan_slot)
{
	ModifyState *state = (ModifyState *) target->ri_FdwState;
	Write *write;

	check_view(estate, target, slot);
	write = update_write(state, slot, plan_slot);
	if (write == NULL)
		return slot;
	if (!dispatch(state, write))
		slot = NULL;
	else if (!state->collects)
		read_answer(state, write, slot);
	if (slot == NULL || !state->collects)
		MemoryContextDelete(write->context);
	return slot;
}

/* The deleted row, where it was read; else a slot without values, which nobody looks at. */
static TupleTableSlot *
old_row(const ModifyState *state, TupleTableSlot *slot, TupleTableSlot *plan_slot)
{
	bool isnull = true;
	Datum row = 0;

	if (state->row_junk != InvalidAttrNumber)
		row = ExecGetJunkAttribute(plan_slot, state->row_junk, &isnull);
	ExecClearTuple(slot);
	if (isnull)
		return ExecStoreAllNullTuple(slot);
	ExecStoreHeapTupleDatum(row, slot);
	return slot;
}

/* ExecForeignDelete: the slot is for RETURNING, and holds the old row there. */
static TupleTableSlot *
attio_delete(EState *estate, ResultRelInfo *target, TupleTableSlot *slot, TupleTableSlot *plan_slot)
{
	ModifyState *state = (ModifyState *) target->ri_FdwState;
	Write *write = write_make(&state->sender, "DELETE", row_id(state, plan_slot));
	bool done = dispatch(state, write);

	(void) estate;
	if (!done || !state->collects)
		MemoryContextDelete(write->context);
	if (!done)
		return NULL;
	return old_row(state, slot, plan_slot);
}

/* EndForeignModify, EndForeignInsert: now what was collected is sent. */
static void
attio_end_modify(EState *estate, ResultRelInfo *target)
{
	ModifyState *state = (ModifyState *) target->ri_FdwState;
	List *collected;

	(void) estate;
	if (state == NULL || state->collected == NIL)
		return;
	collected = state->collected;
	state->collected = NIL;
	write_send(&state->sender, collected);
}

/* ExplainForeignModify */
static void
attio_explain_modify(ModifyTableState *mtstate, ResultRelInfo *target, List *fdw_private, int subplan_index,
					 ExplainState *es)
{
	static const char *const methods[] = {"?", "?", "PUT", "POST", "DELETE"};
	AttioRelation *relation = attio_relation_open(target->ri_RelationDesc);
	char *path = psprintf(relation->resource->path, relation->slug);
	bool insert_matches = mtstate->operation == CMD_INSERT && relation->matching != NULL;
	const char *suffix = mtstate->operation != CMD_INSERT ? "/{id}"
						 : !insert_matches || relation->is_list
							 ? ""
							 : psprintf("?matching_attribute=%s", relation->matching);

	(void) fdw_private, (void) subplan_index;
	path[strlen(path) - strlen("/query")] = '\0';
	ExplainPropertyText("Attio Write",
						psprintf("%s %s%s", insert_matches ? "PUT" : methods[mtstate->operation], path, suffix), es);
	if (mtstate->operation == CMD_INSERT)
		ExplainPropertyText("Attio Write Order", attio_batch_size(target) > 1 ? "in batches" : "one by one", es);
	else
		ExplainPropertyText("Attio Write Order",
							target->ri_projectReturning == NULL && !has_triggers(target, mtstate->operation)
								? "in batches, when all rows have been read"
								: "one by one",
							es);
}

/* Put all of it into the table of callbacks. */
void
attio_set_modify_callbacks(FdwRoutine *routine)
{
	routine->IsForeignRelUpdatable = attio_is_updatable;
	routine->AddForeignUpdateTargets = attio_add_update_targets;
	routine->PlanForeignModify = attio_plan_modify;
	routine->BeginForeignModify = attio_begin_modify;
	routine->BeginForeignInsert = attio_begin_insert;
	routine->ExecForeignInsert = attio_insert;
	routine->ExecForeignBatchInsert = attio_batch_insert;
	routine->GetForeignModifyBatchSize = attio_batch_size;
	routine->ExecForeignUpdate = attio_update;
	routine->ExecForeignDelete = attio_delete;
	routine->EndForeignModify = attio_end_modify;
	routine->EndForeignInsert = attio_end_modify;
	routine->ExplainForeignModify = attio_explain_modify;
}
