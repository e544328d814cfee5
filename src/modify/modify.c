/*
 * modify.c
 *		The executor's callbacks for INSERT, UPDATE and DELETE.
 *
 * Owns: what the server is told of rows that are written.  Must not know when a
 * write is sent.
 */
#include "modify/modify.h"

#include "base/guc.h"
#include "executor/executor.h"
#include "modify/batches.h"
#include "modify/begin.h"
#include "modify/direct.h"
#include "modify/explain_write.h"
#include "modify/read_first.h"
#include "modify/restore.h"

/* ----- beginning ----- */

/* BeginForeignModify */
static void
begin_foreign_modify(ModifyTableState *mtstate, ResultRelInfo *target, List *fdw_private, int subplan_index, int eflags)
{
	EState *estate = mtstate->ps.state;
	CmdType operation = mtstate->operation;
	ModifyPlan plan;
	ModifyState *state;
	List *targets;

	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	modify_plan_from_nodes(fdw_private, &plan);
	if (operation == CMD_INSERT)
		restore_check(target->ri_RelationDesc, false);
	modify_check_qualified(target->ri_RelationDesc, operation, &plan, estate->es_param_list_info);
	checks_transition_tables(target, operation);
	state = modify_begin(estate, target, operation, plan.columns,
						 operation == CMD_INSERT ? ExecGetInsertedCols(target, estate) : target_column_set(plan.named),
						 plan.skips_conflicts);
	if (operation != CMD_INSERT)
	{
		targets = outerPlanState(mtstate)->plan->targetlist;
		state->key_junk = ExecFindJunkAttributeInTlist(targets, target_key_junk(state->relation, state->rel));
		state->row_junk = ExecFindJunkAttributeInTlist(targets, TARGET_ROW_JUNK);
		/* the projection of RETURNING is not made yet */
		state->collects =
			((ModifyTable *) mtstate->ps.plan)->returningLists == NIL && !checks_has_triggers(target, operation);
	}
	target->ri_FdwState = state;
}

/* BeginForeignInsert: COPY, and rows routed to a partition. */
static void
begin_foreign_insert(ModifyTableState *mtstate, ResultRelInfo *target)
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

/* Has this statement written the row already? */
static bool
has_been_written(const ModifyState *state, EState *estate, TupleTableSlot *plan_slot)
{
	RowId row;

	if (!row_plan_identity(state, plan_slot, &row))
		return false;
	return read_first_is_written(estate, &row);
}

/* ExecForeignInsert */
static TupleTableSlot *
exec_foreign_insert(EState *estate, ResultRelInfo *target, TupleTableSlot *slot, TupleTableSlot *plan_slot)
{
	ModifyState *state = (ModifyState *) target->ri_FdwState;
	Write *write;

	checks_routed_row(state, plan_slot);
	checks_new_row(estate, target, slot, CMD_INSERT);
	answer_prepare(state, target, NIL);
	write = row_insert(state, slot);
	answer_find_parents(state, slot);
	return modify_dispatch(state, estate, write, slot) ? slot : NULL;
}

/* ExecForeignBatchInsert: nobody asks for what became of the rows. */
static TupleTableSlot **
exec_foreign_batch_insert(EState *estate, ResultRelInfo *target, TupleTableSlot **slots, TupleTableSlot **plan_slots,
						  int *nslots)
{
	ModifyState *state = (ModifyState *) target->ri_FdwState;
	WriteQueue *queue = queue_create(state->sender.context, state->relation->resource->id_type);

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

/* ExecForeignUpdate */
static TupleTableSlot *
exec_foreign_update(EState *estate, ResultRelInfo *target, TupleTableSlot *slot, TupleTableSlot *plan_slot)
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
	return modify_dispatch(state, estate, write, slot) ? slot : NULL;
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
exec_foreign_delete(EState *estate, ResultRelInfo *target, TupleTableSlot *slot, TupleTableSlot *plan_slot)
{
	ModifyState *state = (ModifyState *) target->ri_FdwState;

	if (has_been_written(state, estate, plan_slot) ||
		!modify_dispatch(state, estate, row_delete(state, plan_slot), NULL))
		return NULL;
	return old_row(state, slot, plan_slot);
}

/* EndForeignModify, EndForeignInsert */
static void
end_foreign_modify(EState *estate, ResultRelInfo *target)
{
	ModifyState *state = (ModifyState *) target->ri_FdwState;

	if (state == NULL)
		return;
	(void) modify_send_state(state);
	modify_warn_shown(state);
}

void
modify_init(void)
{
	read_first_init(modify_send_collected);
}

void
modify_set_callbacks(FdwRoutine *routine)
{
	direct_set_callbacks(routine);
	routine->IsForeignRelUpdatable = is_foreign_rel_updatable;
	routine->ExecForeignTruncate = exec_foreign_truncate;
	routine->AddForeignUpdateTargets = add_foreign_update_targets;
	routine->PlanForeignModify = plan_foreign_modify;
	routine->BeginForeignModify = begin_foreign_modify;
	routine->BeginForeignInsert = begin_foreign_insert;
	routine->ExecForeignInsert = exec_foreign_insert;
	routine->ExecForeignBatchInsert = exec_foreign_batch_insert;
	routine->GetForeignModifyBatchSize = modify_batch_size;
	routine->ExecForeignUpdate = exec_foreign_update;
	routine->ExecForeignDelete = exec_foreign_delete;
	routine->EndForeignModify = end_foreign_modify;
	routine->EndForeignInsert = end_foreign_modify;
	routine->ExplainForeignModify = explain_foreign_modify;
}
