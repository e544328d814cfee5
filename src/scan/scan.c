/*
 * scan.c
 *		The rows of one scan, as they come.
 *
 * Owns: the opening of a scan, and what it does where an answer shows that it must
 * ask in another way.  Must not know which callback wants a row.
 */
#include "scan/scan.h"

#include "common/int.h"
#include "executor/executor.h"
#include "foreign/fdwapi.h"
#include "remote/params.h"
#include "row/doubt.h"
#include "row/reader.h"
#include "scan/once.h"
#include "scan/optional.h"
#include "scan/round.h"
#include "scan/sorted.h"
#include "utils/memutils.h"

/* Read the definitions, bind the columns, and get ready for the first page. */
void
scan_open(RemoteScan *state, ForeignScanState *node)
{
	const ScanPlan *plan = state->plan;
	MemoryContext saved;
	RemoteRelation *relation;
	Projection *projection;
	List *optional;
	bool needed;

	scan_begin_contexts(state);
	saved = MemoryContextSwitchTo(state->run_context);
	relation = remote_relation_open(node->ss.ss_currentRelation);
	/* rows that are one value of their attribute are read by its definition, whatever their columns are */
	needed = plan->optional != NIL || plan->filter != NIL || plan->nsorts > 0 || relation->resource->value_of != NULL;
	if (state->reads_whole && !state->leaves_way)
		round_take_whole_way(relation, (const ForeignScan *) node->ss.ps.plan, plan);
	else if (!state->leaves_way)
		scan_take_way(relation, plan);
	projection = projection_create(&relation->resource->paging);
	state->table = remote_table_open(relation, state->user, needed, plan->columns, &state->cost);
	if (plan->learns)
		compat_forget_plans(relation->table);
	optional = optional_columns(relation, plan->optional, state->table.definitions);
	remote_table_learn_names(&state->table, plan->columns, &state->cost);
	remote_table_learn_names(&state->table, optional, &state->cost);
	state->reader =
		row_reader_create(relation, list_concat_copy(plan->columns, optional), state->table.definitions, projection);
	state->sort = sorted_create(state, node, projection);
	state->pager = pager_open(state->table.session, relation, projection, &state->cost);
	MemoryContextSwitchTo(saved);
	state->notices = true;
	prepare_round(state, node);
}

/*
 * An answer casts doubt on the definitions.  Where they are others now, begin
 * again under them; false: they are as they were.
 */
static bool
rebind_columns(RemoteScan *state, ForeignScanState *node)
{
	MemoryContext saved = MemoryContextSwitchTo(state->context);
	bool changed =
		remote_has_changed(state->table.relation, state->table.session, state->table.definitions, &state->cost);

	MemoryContextSwitchTo(saved);
	if (!changed)
		return false;
	if (state->returned > 0)
		doubt_raise_changed(state->table.relation);
	compat_forget_plans(state->table.relation->table);
	pager_close(state->pager);
	state->pager = NULL;
	scan_open(state, node);
	return true;
}

/*
 * The way to one row refuses to tell extras, or nothing shows that it does: from
 * now on the scan reads the listing of all rows, and picks these.  No row has
 * been handed out since the round began.
 */
static void
leave_way(RemoteScan *state, ForeignScanState *node)
{
	pager_close(state->pager);
	state->pager = NULL;
	state->leaves_way = true;
	once_begin(state);
	scan_open(state, node);
}

/* Read the row into the slot; false where it is none, and where all begins anew. */
static bool
decode_row(RemoteScan *state, ForeignScanState *node, const PagerRow *row)
{
	for (;;)
	{
		row_read(state->reader, row, node->ss.ss_ScanTupleSlot);
		if (row_lacks_extra(state->reader))
		{
			leave_way(state, node);
			return false;
		}
		if (!row_is_doubtful(state->reader))
			return !row_is_none(state->reader);
		if (!row_lacks_hidden(state->reader, state->table.session) && rebind_columns(state, node))
			return false;
		row_settle(state->reader, state->table.session);
	}
}

/*
 * The service refused the filter: the scan counts the rows for LIMIT itself.
 * Raises ERROR if it has returned a row already.
 */
static void
count_window_locally(RemoteScan *state)
{
	if (state->handed > 0)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
						errmsg("%s refused a filter in the middle of a scan of \"%s\"",
							   state->table.session->service->title, state->table.relation->name),
						errhint("Run the statement again.")));
	state->windowed = false;
	state->skip = state->offset;
}

/* Does the row meet the conditions that the executor checks? */
bool
scan_meets_conditions(ForeignScanState *node, TupleTableSlot *slot)
{
	ExprContext *econtext = node->ss.ps.ps_ExprContext;

	ResetExprContext(econtext);
	econtext->ecxt_scantuple = slot;
	return ExecQual(node->ss.ps.qual, econtext);
}

/* All rows were handed out: many scans of a statement may have ended while others go on. */
static void
release_pages(RemoteScan *state)
{
	if (!state->replays)
		pager_release(state->pager);
}

/*
 * Does the row in the slot count for LIMIT?  Raises ERROR if the service
 * counted it although it does not meet the conditions.
 */
static bool
is_row_within_limit(RemoteScan *state, ForeignScanState *node, TupleTableSlot *slot)
{
	if (scan_meets_conditions(node, slot))
	{
		if (state->skip == 0)
			return true;
		state->skip--;
		return false;
	}
	if (state->windowed)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("%s returned a row of \"%s\" that does not meet the conditions",
						state->table.session->service->title, state->table.relation->name),
				 errdetail("LIMIT was left to %s, which counted that row.", state->table.session->service->title),
				 errhint("Use SET attio_fdw.push_limit = off to count locally instead.")));
	return false;
}

/* Does a lookup ask for more than its keys?  Its term is an AND whose last arm they are. */
static bool
has_conditions_beside(const RemoteScan *state)
{
	return list_length(state->plan->filter) > 2;
}

/* Are the keys of a lookup a parameter?  These are never refused for what stands in a filter. */
static bool
are_keys_parameters(const RemoteScan *state)
{
	return term_kind((const List *) llast(state->plan->filter)) == TERM_PARAM;
}

/*
 * The service refused the keys: perhaps for what the conditions beside them ask, so
 * without these; if not, for half as many keys per request, and in the end without
 * any.  Rows that were handed out do not come again.
 */
static void
ask_for_fewer_keys(RemoteScan *state, ForeignScanState *node)
{
	if ((!state->without_others && has_conditions_beside(state)) || are_keys_parameters(state))
		state->without_others = true;
	else
	{
		state->keys_per_request /= 2;
		state->without_others = false;
		if (state->keys_per_request == 0)
			once_begin(state);
	}
	pager_keep_seen(state->pager);
	prepare_round(state, node);
}

/* The pager stopped before the end: let it ask in another way. */
static void
ask_in_another_way(RemoteScan *state, ForeignScanState *node, PagerAnswer stop)
{
	if (stop == PAGER_NAMES_UNKNOWN)
	{
		if (!rebind_columns(state, node))
			pager_settle(state->pager);
	}
	else if (stop == PAGER_WAY_REFUSED)
		leave_way(state, node);
	else if (stop == PAGER_KEYS_REFUSED)
		ask_for_fewer_keys(state, node);
	else
	{
		sorted_fall_back(state->sort, stop);
		prepare_round(state, node);
	}
}

/*
 * Does the row in the slot belong to the ask that it came with?  Else it comes
 * with another, too.  Of rows that have ids the pager has handed out each once.
 */
static bool
is_of_its_ask(const PagerRow *row, ForeignScanState *node)
{
	return row->id_leaf >= 0 || row->ask == NULL || row->ask->parts == NIL ||
		   ask_has_row(row->ask, node->ss.ss_ScanTupleSlot);
}

/* Ask the pager for the next row, and read it into the slot; *again: that is to be tried once more. */
static void
ask_pager(RemoteScan *state, ForeignScanState *node, bool *again)
{
	MemoryContext saved = MemoryContextSwitchTo(state->row_context);
	PagerRow row;

	state->answer = pager_next(state->pager, &row, !state->async);
	*again = state->answer == PAGER_ROW && (!decode_row(state, node, &row) || !is_of_its_ask(&row, node));
	MemoryContextSwitchTo(saved);
	if (state->answer == PAGER_ROW || state->answer == PAGER_END || state->answer == PAGER_STAGE ||
		state->answer == PAGER_WAIT)
		return;
	*again = true;
	if (state->answer != PAGER_WITHOUT_FILTER)
		ask_in_another_way(state, node, state->answer);
	else if (state->windowed)
		count_window_locally(state);
}

/*
 * The next row as it comes from the service.  An empty slot at the end, at that of a stage, where it takes
 * waiting that nobody wants, and where what comes from now on is to be sorted
 * first: by another sort, if it was sorted already and the scan has begun anew.
 */
static TupleTableSlot *
receive_row(RemoteScan *state, ForeignScanState *node)
{
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;
	const SortedScan *sort = state->sort;
	bool is_local = sorted_is_local(sort);
	bool again;

	do
	{
		ExecClearTuple(slot);
		MemoryContextReset(state->row_context);
		ask_pager(state, node, &again);
		if (again && (is_local ? state->sort != sort : sorted_is_local(state->sort)))
			return ExecClearTuple(slot);
	} while (again);
	if (state->answer == PAGER_WAIT || state->answer == PAGER_STAGE)
		return slot;
	if (state->sort != NULL)
		sorted_works(state->sort);
	if (state->answer == PAGER_END)
	{
		release_pages(state);
		return slot;
	}
	ExecStoreVirtualTuple(slot);
	state->returned++;
	if (state->sort != NULL && pager_in_second_step(state->pager))
		sorted_check_second_step(state->sort, state->pager, slot);
	return slot;
}

/*
 * Likewise, of a scan that counts rows or merges pages only those that meet the
 * conditions.  Of pages that are merged all do, or more may be wanted than they hold.
 */
static TupleTableSlot *
receive_matching_row(RemoteScan *state, ForeignScanState *node)
{
	TupleTableSlot *slot;

	for (;;)
	{
		slot = receive_row(state, node);
		if (TupIsNull(slot) || (!state->plan->limited && !sorted_merges(state->sort)) ||
			scan_meets_conditions(node, slot))
			return slot;
		if (sorted_merges(state->sort))
			ask_in_another_way(state, node, PAGER_TOO_SHORT);
	}
}

/* The next row of a scan that sorts locally; of one that counts rows as well, within LIMIT and OFFSET. */
static TupleTableSlot *
next_sorted_row(RemoteScan *state, ForeignScanState *node)
{
	int64 bound;
	TupleTableSlot *slot;

	if (!state->plan->limited || state->limit < 0 || pg_add_s64_overflow(state->limit, state->offset, &bound))
		bound = -1;
	for (;;)
	{
		slot = sorted_next(state->sort, node, receive_matching_row, bound);
		if (TupIsNull(slot) || state->skip == 0)
			return slot;
		state->skip--;
	}
}

/* The next row of those that are asked for now; an empty slot at the end. */
static TupleTableSlot *
next_row(RemoteScan *state, ForeignScanState *node)
{
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	if (state->pager == NULL)
		scan_open(state, node);
	for (;;)
	{
		const SortedScan *sort = state->sort;

		if (state->plan->limited && state->limit >= 0 && state->handed >= state->limit)
		{
			release_pages(state);
			return ExecClearTuple(slot);
		}
		if (sorted_is_local(sort))
		{
			slot = next_sorted_row(state, node);
			/* the scan has begun anew before there was a row */
			if (state->sort != sort)
				continue;
		}
		else
		{
			slot = receive_row(state, node);
			/* that may have shown that it must be sorted */
			if (sorted_is_local(state->sort))
				continue;
			if (state->plan->limited && !TupIsNull(slot) && !is_row_within_limit(state, node, slot))
				continue;
		}
		if (!TupIsNull(slot))
			state->handed++;
		return slot;
	}
}

TupleTableSlot *
scan_next_row(RemoteScan *state, ForeignScanState *node)
{
	return once_next(state, node, next_row);
}

/* Are its operands known by the plan alone?  Then it tells what was asked for, to auto_explain. */
static bool
has_constants_only(const ForeignScanState *node)
{
	const ListCell *lc;

	foreach(lc, ((const ForeignScan *) node->ss.ps.plan)->fdw_exprs)
		if (!IsA(lfirst(lc), Const))
			return false;
	return true;
}

/*
 * May what the scan ran with be given back at its end?  Not where it may be run
 * again, where its rows stand in a store of its own, and where EXPLAIN tells of
 * what it did.
 */
static bool
gives_all_back(const RemoteScan *state, const ForeignScanState *node)
{
	return has_constants_only(node) && !state->replays && !state->has_params && !state->reads_first &&
		   state->sort == NULL && node->ss.ps.state->es_instrument == 0;
}

void
scan_end_run(RemoteScan *state, ForeignScanState *node)
{
	if (state->pager == NULL || state->answer == PAGER_WAIT || state->answer == PAGER_STAGE ||
		!gives_all_back(state, node))
		return;
	pager_close(state->pager);
	state->pager = NULL;
	state->reader = NULL;
	memset(&state->table, 0, sizeof(state->table));
	memset(&state->asks, 0, sizeof(state->asks));
	MemoryContextReset(state->filter_context);
	MemoryContextDelete(state->run_context);
	state->run_context = state->row_context = NULL;
	state->ended = true;
}
