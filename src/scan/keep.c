/*
 * keep.c
 *		Rows that are read before they are wanted, or wanted again.
 *
 * Owns: rows that may be wanted again, which a scan keeps as it reads them; and
 * what a scan of a statement that writes hands out, which must not show what the
 * statement has written.  Such a scan reads all of its rows before it
 * hands out the first, and hands them out again when it is run again.  Where an
 * operand may have changed by then, it asks anew, but only until the statement
 * begins to write: before that all of the table is read, with no conditions but
 * those on parameters that stay the same; the executor checks all of them.
 */
#include "scan/keep.h"

#include "base/guc.h"
#include "executor/executor.h"
#include "foreign/fdwapi.h"
#include "scan/count_scan.h"
#include "scan/param_nodes.h"
#include "scan/round.h"
#include "scan/row_store.h"
#include "scan/scan.h"

/* May what the scan asks for change while the statement runs? */
bool
keep_has_params(const ForeignScan *scan, const ScanPlan *plan)
{
	return plan->lookup != NO_OPERAND || contains_param((Node *) scan->fdw_exprs, PARAM_EXEC);
}

/* ----- stores ----- */

/* Free the store, if there is one. */
static void
end_store(Tuplestorestate **store)
{
	if (*store != NULL)
		tuplestore_end(*store);
	*store = NULL;
}

/*
 * Rows that the scan is asked for at most, 0 = any number: what fits one page
 * comes from one, where a LIMIT above the scan says so.  Only rows that meet the
 * conditions count: others come where the service refused the filter.
 */
static int
count_rows_wanted(const RemoteScan *state)
{
	return !state->plan->limited && state->plan->shape == SORT_ONE_PAGE ? state->plan->first_page : 0;
}

/* All rows of the scan's present plan. */
static Tuplestorestate *
store_rows(RemoteScan *state, ForeignScanState *node)
{
	int wanted = count_rows_wanted(state);
	Tuplestorestate *store = row_store_begin(state, node, &state->kept_slot);
	TupleTableSlot *slot;

	state->async = false;
	for (slot = scan_next_row(state, node); !TupIsNull(slot); slot = scan_next_row(state, node))
	{
		tuplestore_puttupleslot(store, slot);
		if (wanted > 0 && scan_meets_conditions(node, slot) && --wanted == 0)
			break;
	}
	pager_release(state->pager);
	return store;
}

/*
 * Evaluate the operands for what that does: a subquery among them may make the
 * statement begin to write, which freezes this scan, too.
 */
static void
evaluate_operands_early(RemoteScan *state, ForeignScanState *node)
{
	for (int i = 0; i < list_length(state->operand_states); i++)
	{
		bool isnull;

		if (i != state->plan->lookup)
			(void) ExecEvalExprSwitchContext((ExprState *) list_nth(state->operand_states, i),
											 node->ss.ps.ps_ExprContext, &isnull);
	}
	ResetExprContext(node->ss.ps.ps_ExprContext);
}

/* Read the rows that the scan asks for now. */
static void
store_present_rows(RemoteScan *state, ForeignScanState *node)
{
	if (state->has_params)
		evaluate_operands_early(state, node);
	if (state->whole != NULL)
		return;
	if (state->pager == NULL)
		scan_open(state, node);
	else if (state->is_stale)
		prepare_round(state, node);
	state->is_stale = false;
	state->kept = store_rows(state, node);
}

/*
 * Read all of the table.  What the present run of the scan has still to hand out
 * is kept already; the row that it has handed out may be in use.
 */
static void
store_whole_table(RemoteScan *state, ForeignScanState *node)
{
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;
	int natts = slot->tts_tupleDescriptor->natts;
	bool in_use = !TTS_EMPTY(slot);
	Datum *values = (Datum *) palloc(sizeof(Datum) * natts);
	bool *nulls = (bool *) palloc(sizeof(bool) * natts);

	memcpy(values, slot->tts_values, sizeof(Datum) * natts);
	memcpy(nulls, slot->tts_isnull, sizeof(bool) * natts);
	state->reads_whole = true;
	/* what is asked by a key is asked in another way than the table */
	if (state->pager != NULL && state->table.relation->resource->way != NULL)
	{
		pager_close(state->pager);
		state->pager = NULL;
	}
	if (state->pager == NULL)
		scan_open(state, node);
	else
		prepare_round(state, node);
	state->whole = store_rows(state, node);
	memcpy(slot->tts_values, values, sizeof(Datum) * natts);
	memcpy(slot->tts_isnull, nulls, sizeof(bool) * natts);
	if (in_use)
		ExecStoreVirtualTuple(slot);
}

/* ----- what scan.c and others call ----- */

/* The next row of a scan that reads all first; an empty slot at the end. */
TupleTableSlot *
keep_next(RemoteScan *state, ForeignScanState *node)
{
	if (state->kept == NULL && state->whole == NULL)
		store_present_rows(state, node);
	return row_store_next(state, node, state->kept != NULL ? state->kept : state->whole, state->kept_slot);
}

bool
keep_replays(const RemoteScan *state, const ForeignScanState *node)
{
	/* a condition that is not sent may depend on what the scan is run for, and an empty slot may mean: not yet */
	return state->kept != NULL || (state->replays && !state->has_params && bms_is_empty(node->ss.ps.plan->allParam) &&
								   !state->async && state->descriptors == NULL);
}

/* The next row of a scan that may run again, from the store as far as that goes, and then from the service. */
TupleTableSlot *
keep_replay(RemoteScan *state, ForeignScanState *node)
{
	TupleTableSlot *slot;

	if (state->kept == NULL)
		state->kept = row_store_begin(state, node, &state->kept_slot);
	slot = row_store_next(state, node, state->kept, state->kept_slot);
	if (!TupIsNull(slot) || state->kept_all)
		return slot;
	slot = scan_next_row(state, node);
	/* at its end, the store's position moves along */
	if (!TupIsNull(slot))
		tuplestore_puttupleslot(state->kept, slot);
	else
	{
		state->kept_all = true;
		pager_release(state->pager);
	}
	return slot;
}

/* The same rows from the start, or others where an operand may have changed. */
void
keep_rescan(RemoteScan *state)
{
	if (!state->has_params)
	{
		if (state->kept != NULL)
			tuplestore_rescan(state->kept);
		return;
	}
	end_store(&state->kept);
	state->is_stale = true;
	if (state->whole != NULL)
		tuplestore_rescan(state->whole);
}

/* The end of the scan. */
void
keep_end(RemoteScan *state)
{
	end_store(&state->kept);
	end_store(&state->whole);
}

static void raise_late_read(const ForeignScanState *node) __attribute__((noreturn));

/*
 * The conditions of a scan become known only after the statement has begun to
 * write, and reading the whole table before is not possible.  Does not return.
 */
static void
raise_late_read(const ForeignScanState *node)
{
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("the statement would read foreign table \"%s\" after it has begun to write",
						   scan_relation(node)->name),
					errdetail("What it reads depends on rows that it writes, so it cannot be read first."),
					errhint("Read and write in two separate statements.")));
}

void
scan_freeze(ForeignScanState *node)
{
	RemoteScan *state = (RemoteScan *) node->fdw_state;
	const ScanPlan *plan = state->plan;
	bool counts = plan->ncounts > 0;

	/* its rows were all handed out */
	if (state->ended)
		return;
	if (!state->has_params && counts)
	{
		if (!state->count_kept)
			state->count = count_scan_rows(state, node);
		state->count_kept = true;
	}
	else if (!state->has_params)
	{
		if (state->kept == NULL)
			store_present_rows(state, node);
	}
	else if (counts || plan->shape == SORT_ONE_PAGE || plan->limited || !round_can_read_whole(node, plan))
		raise_late_read(node);
	else if (state->whole == NULL)
		store_whole_table(state, node);
}
