/*
 * foreign_scan.c
 *		The executor's callbacks for reading a foreign table.
 *
 * Owns: the life of one scan.  Nothing is asked of the service before the first
 * row is: EXPLAIN, LIMIT 0 and a false condition cost no request.
 */
#include "scan/foreign_scan.h"

#include "executor/executor.h"
#include "foreign/fdwapi.h"
#include "scan/count_scan.h"
#include "scan/keep.h"
#include "scan/once.h"
#include "scan/round.h"
#include "scan/scan.h"
#include "scan/sorted.h"
#include "utils/memutils.h"

/* BeginForeignScan: no request, no connection, not even a look at the mapping. */
void
begin_foreign_scan(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	RemoteScan *state;

	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	state = (RemoteScan *) palloc0(sizeof(RemoteScan));
	state->user = compat_scan_user(node);
	state->plan = scan_plan_from_nodes(plan);
	state->keys_per_request = state->plan->keys_per_request;
	state->operand_states = ExecInitExprList(plan->fdw_exprs, (PlanState *) node);
	state->has_params = keep_has_params(plan, state->plan);
	state->replays = (eflags & EXEC_FLAG_REWIND) != 0;
	/* small, as a scan may be one of a thousand, and wait for its turn, or have ended */
	state->context =
		AllocSetContextCreate(node->ss.ps.state->es_query_cxt, "attio_fdw scan", ALLOCSET_START_SMALL_SIZES);
	state->filter_context = AllocSetContextCreate(state->context, "attio_fdw filter", ALLOCSET_SMALL_SIZES);
	node->fdw_state = state;
}

/* The one row of a scan that counts. */
static TupleTableSlot *
count_row(RemoteScan *state, ForeignScanState *node)
{
	if (state->counted)
		return ExecClearTuple(node->ss.ss_ScanTupleSlot);
	if (!state->count_kept)
		state->count = count_scan_rows(state, node);
	state->count_kept = (state->reads_first && !state->has_params) || keep_replays(state, node);
	state->counted = true;
	return count_scan_show(node, state->count);
}

/* IterateForeignScan */
TupleTableSlot *
iterate_foreign_scan(ForeignScanState *node)
{
	RemoteScan *state = (RemoteScan *) node->fdw_state;
	TupleTableSlot *slot;

	if (state->plan->ncounts > 0)
		return count_row(state, node);
	if (state->ended)
		return ExecClearTuple(node->ss.ss_ScanTupleSlot);
	if (state->reads_first)
		return keep_next(state, node);
	if (keep_replays(state, node))
		return keep_replay(state, node);
	slot = scan_next_row(state, node);
	if (TupIsNull(slot))
		scan_end_run(state, node);
	return slot;
}

bool
is_our_routine(const FdwRoutine *routine)
{
	return routine != NULL && routine->IterateForeignScan == iterate_foreign_scan;
}

bool
is_our_scan(const ForeignScanState *node)
{
	return is_our_routine(node->fdwroutine) && ((ForeignScan *) node->ss.ps.plan)->operation == CMD_SELECT;
}

void
scan_buffer_rows(ForeignScanState *node)
{
	((RemoteScan *) node->fdw_state)->reads_first = true;
}

void
scan_set_keys(ForeignScanState *node, Datum keys)
{
	RemoteScan *state = (RemoteScan *) node->fdw_state;

	state->keys = keys;
	once_change(state);
	if (state->reads_first)
		keep_rescan(state);
	else if (state->pager != NULL)
		prepare_round(state, node);
}

bool
scan_reads_whole(const ForeignScanState *node)
{
	const RemoteScan *state = (const RemoteScan *) node->fdw_state;

	return state != NULL && state->once != NULL;
}

int64
scan_session_writes(const ForeignScanState *node)
{
	const RemoteScan *state = (const RemoteScan *) node->fdw_state;

	return state == NULL || state->table.session == NULL ? 0 : state->table.session->writes;
}

/* ReScanForeignScan: the same rows from the start, or others where an operand may have changed. */
void
rescan_foreign_scan(ForeignScanState *node)
{
	RemoteScan *state = (RemoteScan *) node->fdw_state;

	if (state == NULL)
		return;
	state->counted = false;
	/* who runs it again without having said so: it begins anew */
	state->replays = state->replays || state->ended;
	state->ended = false;
	if (state->pager == NULL)
		return;
	once_change(state);
	if (state->reads_first)
		keep_rescan(state);
	else if (node->ss.ps.chgParam != NULL && state->operand_states != NIL)
		prepare_round(state, node);
	else if (state->kept != NULL)
		tuplestore_rescan(state->kept);
	else
	{
		/* who does so once without having said it may do so again */
		state->replays = true;
		once_turn(state);
		if (state->once == NULL && !sorted_rescan(state->sort))
			pager_rewind(state->pager);
		state->handed = 0;
		state->skip = state->windowed ? 0 : state->offset;
	}
}

/* EndForeignScan: after an error it does not run, and the context's end does the same. */
void
end_foreign_scan(ForeignScanState *node)
{
	RemoteScan *state = (RemoteScan *) node->fdw_state;

	if (state == NULL)
		return;
	keep_end(state);
	once_end(state);
	if (state->pager == NULL)
		return;
	pager_close(state->pager);
	sorted_end(state->sort);
}

/* What the scan cost so far; NULL when it did not run. */
const ScanCost *
scan_cost(ForeignScanState *node)
{
	RemoteScan *state = (RemoteScan *) node->fdw_state;

	return state == NULL || (!state->counted && !state->ended && state->pager == NULL) ? NULL : &state->cost;
}

const char *
scan_local_sort_reason(ForeignScanState *node)
{
	RemoteScan *state = (RemoteScan *) node->fdw_state;

	return state == NULL ? NULL : sorted_why(state->sort);
}

const char *
scan_local_count_reason(ForeignScanState *node)
{
	RemoteScan *state = (RemoteScan *) node->fdw_state;

	return state == NULL ? NULL : count_scan_reason(state);
}

/* What the scan asks for now; NIL before it ran. */
List *
scan_present_asks(ForeignScanState *node)
{
	RemoteScan *state = (RemoteScan *) node->fdw_state;

	return state == NULL || (state->pager == NULL && !state->counted) ? NIL : state->asks.asks;
}
