/*
 * batches.c
 *		When the writes of a statement are sent, and how many there may be.
 *
 * Owns: what waits until all rows have been read, dry runs, and the guard rail of
 * the number of rows.  Must not know what is sent.
 */
#include "modify/batches.h"

#include "base/guc.h"
#include "modify/read_first.h"
#include "remote/request.h"
#include "scan/foreign_scan.h"
#include "utils/memutils.h"

/* Rows that an INSERT without RETURNING hands over at once. */
#define INSERT_BATCH 32

/* Under attio_fdw.dry_run: show what would be sent. */
static void
show_write(ModifyState *state, const Write *write)
{
	write_show(write);
	state->shown++;
}

void
modify_warn_shown(const ModifyState *state)
{
	if (state->shown > 0)
		ereport(WARNING, (errmsg_plural(INT64_FORMAT " write to \"%s\" was shown, not sent",
										INT64_FORMAT " writes to \"%s\" were shown, not sent",
										(unsigned long) state->shown, state->shown, state->relation->name),
						  errhint("Use SET attio_fdw.dry_run = off to write.")));
}

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
		show_write(state, write);
		MemoryContextDelete(write->context);
	}
	queue_end(queue);
}

void
modify_check_count(const ModifyState *state, EState *estate, int64 rows)
{
	int64 total = state->target.operation == CMD_INSERT ? 0 : read_first_count_rows(estate, rows);

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
			 errhint("Raise attio_fdw.max_rows_written to allow more.")));
}

bool
modify_dispatch(ModifyState *state, EState *estate, Write *write, TupleTableSlot *slot)
{
	bool is_written = false;

	modify_check_count(state, estate, 1);
	if (setting_dry_run)
		show_write(state, write);
	else if (state->collects)
	{
		if (state->collected == NULL)
			state->collected = queue_create(state->sender.context, state->relation->resource->id_type);
		queue_put(state->collected, write);
		return true;
	}
	else
	{
		write_send(&state->sender, write);
		is_written = !write_is_skipped(write);
		if (is_written && slot != NULL)
			answer_read(state, write->answered, write->exchange->body, request_detail(state->session, write->exchange),
						slot);
	}
	MemoryContextDelete(write->context);
	return is_written;
}

int64
modify_send_state(ModifyState *state)
{
	WriteQueue *collected = state->collected;
	int64 skipped = state->sender.skipped;

	if (collected == NULL)
		return 0;
	state->collected = NULL;
	modify_send_queue(state, collected, NULL);
	skipped = state->sender.skipped - skipped;
	if (skipped > 0)
		ereport(WARNING, (errmsg(INT64_FORMAT " of the rows of \"%s\" no longer existed and were not written", skipped,
								 state->relation->name),
						  errdetail("They were deleted in %s in the meantime.", state->relation->service->title)));
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
		skipped = modify_send_state(state);
		/* the executor has counted them */
		if (mtstate->canSetTag)
			estate->es_processed -= skipped;
	}
}

/* Do the rows of an INSERT match those that are there, or conflict with them?  Then they must not overtake each other. */
static bool
keeps_order(const ResultRelInfo *target)
{
	const ModifyState *state = (const ModifyState *) target->ri_FdwState;
	const RemoteRelation *relation = state != NULL ? state->relation : remote_relation_open(target->ri_RelationDesc);

	return relation->matching != NULL || (state != NULL && state->sender.skips_conflicts);
}

int
modify_batch_size(ResultRelInfo *target)
{
	const TriggerDesc *triggers = target->ri_TrigDesc;

	if (target->ri_projectReturning != NULL || target->ri_WithCheckOptions != NIL ||
		(triggers != NULL && (triggers->trig_insert_before_row || triggers->trig_insert_after_row)))
		return 1;
	return keeps_order(target) ? 1 : INSERT_BATCH;
}
