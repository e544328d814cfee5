/*
 * batches.h
 *		When the writes of a statement are sent, and how many there may be.
 *
 * Where nobody waits for the answer (no RETURNING, no such triggers) UPDATE and
 * DELETE first collect what is to be written and send it when all rows have
 * been read: so too many rows are refused before the first, and several requests
 * are under way at once.
 */
#ifndef MODIFY_BATCHES_H
#define MODIFY_BATCHES_H

#include "modify/modify_state.h"

/*
 * Send one row's write now, or keep it until all rows have been read; false where
 * it is not written.  Frees it.  The slot, which may be NULL, gets the answer.
 */
extern bool modify_dispatch(ModifyState *state, EState *estate, Write *write, TupleTableSlot *slot);

/* Send these, or under attio_fdw.dry_run show them; the queue is freed. */
extern void modify_send_queue(ModifyState *state, WriteQueue *queue, TextStore *answers);

/* Send what was collected; returns the number of rows that were gone. */
extern int64 modify_send_state(ModifyState *state);

/* All rows have been read: send what was collected of them, and count only what is written. */
extern void modify_send_collected(ModifyTableState *mtstate);

/* After a dry run: who does not see notices must not believe that it was written. */
extern void modify_warn_shown(const ModifyState *state);

/*
 * May the statement write so many rows more?  All its UPDATEs and DELETEs count
 * together, of whatever table and child; an INSERT may.
 */
extern void modify_check_count(const ModifyState *state, EState *estate, int64 rows);

/*
 * GetForeignModifyBatchSize: how many rows an INSERT hands over at once.  Also
 * asked under plain EXPLAIN, without a state.
 */
extern int modify_batch_size(ResultRelInfo *target);

#endif /* MODIFY_BATCHES_H */
