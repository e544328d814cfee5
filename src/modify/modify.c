/*
 * modify.c
 *		The executor's callbacks for INSERT, UPDATE and DELETE.
 *
 * Owns: when a write is sent, guard rails, and what an error says of the rows
 * before and after it.
 *
 * Where nobody waits for the answer (no RETURNING, no such triggers) UPDATE and
 * DELETE first collect what is to be written and send it when all rows have
 * been read: so too many rows are refused before the first, and several requests
 * are under way at once.
 */
#include "modify/modify.h"

#include "remote/request.h"
#include "base/guc.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "foreign/fdwapi.h"
#include "modify/journal.h"
#include "modify/queue.h"
#include "modify/read_first.h"
#include "modify/restore.h"
#include "modify/modify_state.h"
#include "nodes/nodeFuncs.h"
#include "scan/foreign_scan.h"
#include "utils/memutils.h"

/* Rows that an INSERT without RETURNING hands over at once. */
#define INSERT_BATCH 32

/* ----- beginning ----- */

/* The first of the guard rails: before anything is asked. */
static void
check_qualified(Relation rel, CmdType operation, List *fdw_private, ParamListInfo params)
{
	Qualification found = (Qualification) intVal(list_nth(fdw_private, MODIFY_PLAN_QUALIFICATION));

	if (found == QUALIFIED || setting_allow_unqualified_writes)
		return;
	if (qualification_by_params(rel, (Index) intVal(list_nth(fdw_private, MODIFY_PLAN_TARGET)),
								(List *) list_nth(fdw_private, MODIFY_PLAN_OPEN), params))
		return;
	if (found == WITHOUT_CONDITION)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("%s of foreign table \"%s\" without a condition on its columns is refused",
						operation == CMD_DELETE ? "DELETE" : "UPDATE", RelationGetRelationName(rel)),
				 errdetail("No condition uses a column of the table and can be false, so it would change every row in "
						   "Attio, which no ROLLBACK undoes."),
				 errhint("Add a condition on a column, or SET attio_fdw.allow_unqualified_writes = on.")));
	ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					errmsg("%s of foreign table \"%s\" without WHERE is refused",
						   operation == CMD_DELETE ? "DELETE" : "UPDATE", RelationGetRelationName(rel)),
					errdetail("It would change every row in Attio, which no ROLLBACK undoes."),
					errhint("Add a WHERE clause, or SET attio_fdw.allow_unqualified_writes = on.")));
}

/* ON CONFLICT DO NOTHING: the table must not say that a row in conflict is updated. */
static void
check_leaves_conflicts(const RemoteRelation *relation)
{
	if (relation->matching != NULL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("ON CONFLICT DO NOTHING does not fit foreign table \"%s\"", relation->name),
						errdetail("With option matching_attribute an INSERT updates the row that is there."),
						errhint("INSERT into a table over the same object without the option.")));
}

/* ON CONFLICT DO NOTHING: something must be unique for rows to conflict. */
static void
check_has_unique(const ModifyState *state)
{
	ListCell *lc;

	foreach(lc, state->definitions)
		if (((const AttributeDef *) lfirst(lc))->is_unique && ((const AttributeDef *) lfirst(lc))->is_writable)
			return;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("ON CONFLICT DO NOTHING does not fit foreign table \"%s\"", state->relation->name),
			 errdetail("No attribute of \"%s\" is unique, so rows never conflict.", state->relation->target->slug)));
}

/*
 * The state of a statement that may write these columns, of which it names some.
 * Reads the definitions, which a DELETE does not need.
 * Raises ERROR where writing is not allowed.
 */
ModifyState *
modify_begin(EState *estate, ResultRelInfo *target, CmdType operation, List *columns, const Bitmapset *named,
			 bool skips_conflicts)
{
	MemoryContext context = AllocSetContextCreate(estate->es_query_cxt, "attio_fdw modify", ALLOCSET_DEFAULT_SIZES);
	MemoryContext saved = MemoryContextSwitchTo(context);
	ModifyState *state = (ModifyState *) palloc0(sizeof(ModifyState));
	RemoteTable table;

	state->context = context;
	state->rel = target->ri_RelationDesc;
	state->operation = operation;
	state->writable = target_column_set(columns);
	state->relation = remote_relation_open(state->rel);
	if (skips_conflicts)
		check_leaves_conflicts(state->relation);
	journal_check_writable(state->relation->name, target_is_updatable(state->relation, state->rel));
	table = remote_table_open(state->relation, compat_modify_user(target, estate), operation != CMD_DELETE, NIL, NULL);
	state->session = table.session;
	state->definitions = table.definitions;
	state->sender.context = context;
	state->sender.relation = state->relation;
	state->sender.session = state->session;
	state->sender.skips_conflicts = skips_conflicts;
	state->sender.definitions = state->definitions;
	if (skips_conflicts)
		check_has_unique(state);
	if (operation != CMD_DELETE)
		state->encoder = encoder_create(state->relation, state->session, state->definitions,
										RelationGetDescr(state->rel), columns, named, operation == CMD_INSERT);
	if (operation == CMD_INSERT)
		row_find_parent(state);
	MemoryContextSwitchTo(saved);
	return state;
}

/* BeginForeignModify */
static void
attio_begin_modify(ModifyTableState *mtstate, ResultRelInfo *target, List *fdw_private, int subplan_index, int eflags)
{
	ModifyState *state;
	const Bitmapset *named;
	List *targets;

	(void) subplan_index;
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	if (mtstate->operation == CMD_INSERT)
		restore_check(target->ri_RelationDesc, false);
	check_qualified(target->ri_RelationDesc, mtstate->operation, fdw_private, mtstate->ps.state->es_param_list_info);
	checks_transition_tables(target, mtstate->operation);
	named = mtstate->operation == CMD_INSERT ? ExecGetInsertedCols(target, mtstate->ps.state)
											 : target_column_set((List *) list_nth(fdw_private, MODIFY_PLAN_NAMED));
	state =
		modify_begin(mtstate->ps.state, target, mtstate->operation, (List *) list_nth(fdw_private, MODIFY_PLAN_COLUMNS),
					 named, intVal(list_nth(fdw_private, MODIFY_PLAN_SKIPS_CONFLICTS)) != 0);
	if (state->operation != CMD_INSERT)
	{
		targets = outerPlanState(mtstate)->plan->targetlist;
		state->key_junk = ExecFindJunkAttributeInTlist(targets, target_key_junk(state->relation, state->rel));
		state->row_junk = ExecFindJunkAttributeInTlist(targets, ROW_JUNK);
		/* the projection of RETURNING is not made yet */
		state->collects =
			((ModifyTable *) mtstate->ps.plan)->returningLists == NIL && !checks_has_triggers(target, state->operation);
	}
	target->ri_FdwState = state;
}

/* BeginForeignInsert: COPY, and rows routed to a partition. */
static void
attio_begin_insert(ModifyTableState *mtstate, ResultRelInfo *target)
{
	EState *estate = mtstate->ps.state;
	ModifyTable *plan = (ModifyTable *) mtstate->ps.plan;
	ModifyState *state;

	restore_check(target->ri_RelationDesc, plan == NULL);
	checks_transition_tables(target, CMD_INSERT);
	state =
		modify_begin(estate, target, CMD_INSERT, target_all_columns(target->ri_RelationDesc),
					 ExecGetInsertedCols(target, estate), plan != NULL && plan->onConflictAction == ONCONFLICT_NOTHING);
	checks_begin_routing(state, mtstate);
	target->ri_FdwState = state;
}

/* ----- rows ----- */

/* Under attio_fdw.dry_run: show what would be sent. */
void
modify_show(ModifyState *state, const Write *write)
{
	write_show(write);
	state->shown++;
}

/* Who does not see notices must not believe that it was written. */
void
modify_warn_shown(const ModifyState *state)
{
	if (state->shown > 0)
		ereport(WARNING, (errmsg_plural(INT64_FORMAT " write to \"%s\" was shown, not sent",
										INT64_FORMAT " writes to \"%s\" were shown, not sent",
										(unsigned long) state->shown, state->shown, state->relation->name),
						  errhint("SET attio_fdw.dry_run = off writes.")));
}

/* Send these, or under attio_fdw.dry_run show them; the queue is freed. */
void
modify_send_queue(ModifyState *state, WriteQueue *queue, TextStore *answers)
{
	Write *write;

	if (!setting_dry_run)
	{
		write_send_all(&state->sender, queue, answers);
		return;
	}
	while ((write = queue_next(queue)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		modify_show(state, write);
		MemoryContextDelete(write->context);
	}
	queue_end(queue);
}

/*
 * May the statement write so many rows more?  All its UPDATEs and DELETEs count
 * together, of whatever table and child; an INSERT may.
 */
void
modify_check_count(const ModifyState *state, EState *estate, int64 rows)
{
	int64 total = state->operation == CMD_INSERT ? 0 : read_first_count_rows(estate, rows);

	if (setting_max_rows_written > 0 && total > setting_max_rows_written)
		ereport(
			ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("the statement would write more than %d rows of \"%s\"", setting_max_rows_written,
					state->relation->name),
			 state->sender.done > 0 ? errdetail(INT64_FORMAT " rows were written before.", state->sender.done)
			 : total == queue_length(state->collected) + rows
				 ? errdetail("Nothing was written.")
				 : errdetail("None of them was written; rows of other tables and parts of the statement count, too."),
			 errhint("SET attio_fdw.max_rows_written allows more.")));
}

/* Has this statement written the row already? */
static bool
has_been_written(const ModifyState *state, EState *estate, TupleTableSlot *plan_slot)
{
	bool isnull;
	Datum id = ExecGetJunkAttribute(plan_slot, state->key_junk, &isnull);
	RowId row;

	if (isnull)
		return false;
	rowid_of_datum(&row, UUIDOID, id);
	return read_first_is_written(estate, &row);
}

/* Send one row's write now, or keep it until all rows have been read; false where it is not written.  Frees it. */
static bool
dispatch(ModifyState *state, EState *estate, Write *write, TupleTableSlot *slot)
{
	bool is_written = false;

	modify_check_count(state, estate, 1);
	if (setting_dry_run)
		modify_show(state, write);
	else if (state->collects)
	{
		if (state->collected == NULL)
			state->collected = queue_create(state->sender.context);
		queue_put(state->collected, write);
		return true;
	}
	else
	{
		write_send(&state->sender, write);
		is_written = !write_is_skipped(write);
		if (is_written && slot != NULL)
			answer_read(state, write->exchange->body, request_detail(state->session, write->exchange), slot);
	}
	MemoryContextDelete(write->context);
	return is_written;
}

/* ExecForeignInsert */
static TupleTableSlot *
attio_insert(EState *estate, ResultRelInfo *target, TupleTableSlot *slot, TupleTableSlot *plan_slot)
{
	ModifyState *state = (ModifyState *) target->ri_FdwState;

	checks_routed_row(state, plan_slot);
	checks_new_row(estate, target, slot, CMD_INSERT);
	answer_prepare(state, target, NIL);
	return dispatch(state, estate, row_insert(state, slot), slot) ? slot : NULL;
}

/* ExecForeignBatchInsert: nobody asks for what Attio made of the rows. */
static TupleTableSlot **
attio_batch_insert(EState *estate, ResultRelInfo *target, TupleTableSlot **slots, TupleTableSlot **plan_slots,
				   int *nslots)
{
	ModifyState *state = (ModifyState *) target->ri_FdwState;
	WriteQueue *queue = queue_create(state->sender.context);

	/* all of them are checked before the first is sent */
	for (int i = 0; i < *nslots; i++)
	{
		CHECK_FOR_INTERRUPTS();
		/* COPY has no plan (from 16 on it hands over batches, too) */
		checks_routed_row(state, plan_slots == NULL ? NULL : plan_slots[i]);
		checks_new_row(estate, target, slots[i], CMD_INSERT);
		queue_put(queue, row_insert(state, slots[i]));
	}
	if (setting_dry_run)
		*nslots = 0;
	modify_send_queue(state, queue, NULL);
	return slots;
}

/* GetForeignModifyBatchSize: also called under plain EXPLAIN, without a state. */
static int
attio_batch_size(ResultRelInfo *target)
{
	const ModifyState *state = (const ModifyState *) target->ri_FdwState;

	/* rows that match or conflict must not overtake each other */
	if (remote_relation_open(target->ri_RelationDesc)->matching != NULL ||
		(state != NULL && state->sender.skips_conflicts))
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

	if (has_been_written(state, estate, plan_slot))
		return NULL;
	checks_new_row(estate, target, slot, CMD_UPDATE);
	if (!state->collects)
		answer_prepare(state, target, NIL);
	write = row_update(state, slot, plan_slot);
	if (write == NULL)
		return slot;
	return dispatch(state, estate, write, slot) ? slot : NULL;
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

	if (has_been_written(state, estate, plan_slot) || !dispatch(state, estate, row_delete(state, plan_slot), NULL))
		return NULL;
	return old_row(state, slot, plan_slot);
}

/* Send what was collected; returns the number of rows that were gone. */
static int64
send_collected(ModifyState *state)
{
	WriteQueue *collected = state->collected;
	int64 skipped = state->sender.skipped;

	if (collected == NULL)
		return 0;
	state->collected = NULL;
	modify_send_queue(state, collected, NULL);
	skipped = state->sender.skipped - skipped;
	if (skipped > 0)
		ereport(WARNING, (errmsg(INT64_FORMAT " of the rows of \"%s\" were gone when they were to be written", skipped,
								 state->relation->name),
						  errdetail("They were deleted in Attio meanwhile.")));
	return skipped;
}

void
modify_send_collected(ModifyTableState *mtstate)
{
	EState *estate = mtstate->ps.state;

	for (int i = 0; i < mtstate->mt_nrels; i++)
	{
		ResultRelInfo *target = &mtstate->resultRelInfo[i];
		ModifyState *state = is_our_routine(target->ri_FdwRoutine) ? (ModifyState *) target->ri_FdwState : NULL;
		int64 skipped;

		if (state == NULL || state->collected == NULL)
			continue;
		read_first_before_write(estate);
		skipped = send_collected(state);
		/* the executor has counted them */
		if (mtstate->canSetTag)
			estate->es_processed -= skipped;
	}
}

/* EndForeignModify, EndForeignInsert */
static void
attio_end_modify(EState *estate, ResultRelInfo *target)
{
	ModifyState *state = (ModifyState *) target->ri_FdwState;

	(void) estate;
	if (state == NULL)
		return;
	(void) send_collected(state);
	modify_warn_shown(state);
}

/* ExplainForeignModify */
static void
attio_explain_modify(ModifyTableState *mtstate, ResultRelInfo *target, List *fdw_private, int subplan_index,
					 ExplainState *es)
{
	static const char *const methods[] = {"?", "?", "PUT", "POST", "DELETE"};
	RemoteRelation *relation = remote_relation_open(target->ri_RelationDesc);
	char *path = write_path_shown(relation, NULL);
	bool is_insert = mtstate->operation == CMD_INSERT;
	bool insert_matches = is_insert && relation->matching != NULL;
	bool batched;
	const char *suffix = !is_insert ? "/{id}"
						 : !insert_matches || relation->target->kind == &target_list
							 ? ""
							 : psprintf("?matching_attribute=%s", relation->matching);

	(void) subplan_index;
	ExplainPropertyText("Attio Write",
						psprintf("%s %s%s", insert_matches ? "PUT" : methods[mtstate->operation], path, suffix), es);
	if (is_insert)
		batched = attio_batch_size(target) > 1 && intVal(list_nth(fdw_private, MODIFY_PLAN_SKIPS_CONFLICTS)) == 0;
	else
		batched = target->ri_projectReturning == NULL && !checks_has_triggers(target, mtstate->operation);
	ExplainPropertyText(
		"Attio Write Order",
		psprintf("%s%s", batched ? "in batches" : "one by one",
				 (batched && !is_insert) || read_first_drains(mtstate) ? ", when all rows have been read" : ""),
		es);
}

/* Put all of it into the table of callbacks. */
void
attio_set_modify_callbacks(FdwRoutine *routine)
{
	target_set_callbacks(routine);
	direct_set_callbacks(routine);
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
