/*
 * count_scan.c
 *		A scan whose one row is the number of rows.
 *
 * Owns: the conditions on the rows that come while the service counts, and counting
 * locally where its number cannot be had or trusted.  count.c says which offsets
 * are asked for.
 */
#include "scan/count_scan.h"

#include "access/table.h"
#include "base/guc.h"
#include "executor/executor.h"
#include "page/count.h"
#include "remote/params.h"
#include "row/rowkey.h"
#include "scan/operands.h"
#include "utils/memutils.h"

/* What checking a row takes. */
typedef struct RowCheck
{
	RemoteScan *state;
	ForeignScanState *node;
	RowReader *reader;
	Pager *pager;
	bool begins_anew;      /* a row has shown that the definitions were out of date: the count is void */
	TupleTableSlot *whole; /* as a row of the table; the scan's own has counts and columns of the conditions */
} RowCheck;

const char *
count_scan_reason(const RemoteScan *state)
{
	static const struct
	{
		const char *words;
		bool is_of_service; /* whose title comes first */
	} reasons[] = {
		[COUNT_KNOWN] = {NULL, false},
		[COUNT_NOT_WHOLE] = {"part of the WHERE clause is evaluated locally", false},
		[COUNT_FILTER_REFUSED] = {"refused the filter", true},
		[COUNT_FILTER_IGNORED] = {"returned a row that does not meet the conditions", true},
		[COUNT_EVERYTHING] = {"counting by offsets gives the number of all rows", false},
		[COUNT_OFFSET_REFUSED] = {"refused so large an offset", true},
	};
	const char *words = state->counted ? reasons[state->count_outcome].words : NULL;

	return words != NULL && reasons[state->count_outcome].is_of_service ? scan_reason(state, words) : words;
}

/* An answer casts doubt on the definitions: are there others now? */
static bool
have_definitions_changed(RowCheck *check)
{
	RemoteScan *state = check->state;

	check->begins_anew =
		state->table.definitions != NIL &&
		remote_has_changed(state->table.relation, state->table.session, state->table.definitions, &state->cost);
	return check->begins_anew;
}

/* Fill the slot of a whole row; false where the count begins anew. */
static bool
read_whole_row(RowCheck *check, const PagerRow *row)
{
	for (;;)
	{
		ExecClearTuple(check->whole);
		row_read(check->reader, row, check->whole);
		if (!row_is_doubtful(check->reader))
			return true;
		if (!row_lacks_hidden(check->reader, check->state->table.session) && have_definitions_changed(check))
			return false;
		row_settle(check->reader, check->state->table.session);
	}
}

/* Does the row meet all conditions?  The plan keeps them where those of a recheck are. */
static bool
meets_count_conditions(void *arg, const PagerRow *row)
{
	RowCheck *check = (RowCheck *) arg;
	ExprContext *econtext = check->node->ss.ps.ps_ExprContext;
	TupleTableSlot *slot = check->node->ss.ss_ScanTupleSlot;
	const ScanPlan *plan = check->state->plan;
	MemoryContext saved;
	bool met;

	if (check->begins_anew)
		return false;
	MemoryContextReset(check->state->row_context);
	saved = MemoryContextSwitchTo(check->state->row_context);
	met = read_whole_row(check, row);
	MemoryContextSwitchTo(saved);
	if (!met)
		return false;
	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, sizeof(bool) * slot->tts_tupleDescriptor->natts);
	for (int i = 0; i < list_length(plan->columns); i++)
	{
		int at = list_nth_int(plan->columns, i) - 1;

		slot->tts_values[plan->ncounts + i] = check->whole->tts_values[at];
		slot->tts_isnull[plan->ncounts + i] = check->whole->tts_isnull[at];
	}
	ExecStoreVirtualTuple(slot);
	ResetExprContext(econtext);
	econtext->ecxt_scantuple = slot;
	met = ExecQual(check->node->fdw_recheck_quals, econtext);
	ExecClearTuple(slot);
	return met;
}

/* The definitions, what reads a row of the table, and a pager that has asked for nothing yet. */
static void
prepare_row_check(RowCheck *check, CountCheck *count)
{
	RemoteScan *state = check->state;
	RemoteRelation *relation = scan_relation(check->node);
	Relation rel = table_open(relation->table, NoLock);
	TupleDesc tupdesc = CreateTupleDescCopy(RelationGetDescr(rel));

	table_close(rel, NoLock);
	state->table = remote_table_open(relation, state->user, state->plan->filter != NIL, NIL, &state->cost);
	count->projection = projection_create(&relation->resource->paging);
	count->id_leaf = rowkey_id_leaf(count->projection, relation->resource);
	check->reader = row_reader_create(relation, state->plan->columns, state->table.definitions, count->projection);
	check->pager = pager_open(state->table.session, relation, count->projection, &state->cost);
	check->whole = MakeSingleTupleTableSlot(tupdesc, &TTSOpsVirtual);
}

/* What the conditions ask for. */
static AskSet
build_count_asks(RemoteScan *state, Operand *operands, int noperands)
{
	AskInput input = {.relation = state->table.relation,
					  .definitions = state->table.definitions,
					  .cost = &state->cost,
					  .tells = true,
					  .term = setting_push_filter ? state->plan->filter : NIL,
					  .operands = operands,
					  .noperands = noperands,
					  .columns = state->plan->columns,
					  .looked_up = NO_OPERAND};
	AskSet asks = asks_of_scan(state->table.session, &input);

	asks.incomplete = asks.incomplete || (state->plan->filter != NIL && !setting_push_filter);
	return asks;
}

/* Read all rows that the filters let through, and count those that meet the conditions. */
static int64
count_locally(RowCheck *check, const AskSet *asks)
{
	RemoteScan *state = check->state;
	PageRequest request = {.wanted = -1};
	PagerAnswer stop = PAGER_END;
	PagerRow row;
	int64 rows = 0;
	bool again;

	request.asks = *asks;
	if (state->count_outcome == COUNT_FILTER_REFUSED)
	{
		state->cost.refused++;
		request.asks.asks = NIL;
	}
	pager_begin(check->pager, &request);
	do
	{
		while (!check->begins_anew && pager_next_row(check->pager, &row, &stop))
			rows += meets_count_conditions(check, &row);
		again = !check->begins_anew && stop == PAGER_NAMES_UNKNOWN && !have_definitions_changed(check);
		if (again)
			pager_settle(check->pager);
	} while (again);
	pager_close(check->pager);
	return rows;
}

/* In the current memory context. */
static int64
count_with_operands(RemoteScan *state, ForeignScanState *node, Operand *operands, int noperands)
{
	RowCheck check = {.state = state, .node = node};
	CountCheck count_check = {.meets = meets_count_conditions, .arg = &check};
	int64 rows;

	prepare_row_check(&check, &count_check);
	state->asks = build_count_asks(state, operands, noperands);
	state->count_outcome = COUNT_NOT_WHOLE;
	if (setting_push_count)
		state->count_outcome =
			count_rows(state->table.session, state->table.relation, &state->asks, &count_check, &state->cost, &rows);
	if (state->count_outcome == COUNT_FILTER_REFUSED)
		(void) have_definitions_changed(&check);
	if (state->count_outcome != COUNT_KNOWN && !check.begins_anew)
		rows = count_locally(&check, &state->asks);
	return check.begins_anew ? count_with_operands(state, node, operands, noperands) : rows;
}

TupleTableSlot *
count_scan_show(ForeignScanState *node, int64 rows)
{
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, sizeof(bool) * slot->tts_tupleDescriptor->natts);
	for (int i = 0; i < ((RemoteScan *) node->fdw_state)->plan->ncounts; i++)
	{
		slot->tts_values[i] = Int64GetDatum(rows);
		slot->tts_isnull[i] = false;
	}
	return ExecStoreVirtualTuple(slot);
}

int64
count_scan_rows(RemoteScan *state, ForeignScanState *node)
{
	MemoryContext saved;
	Operand *operands;
	int64 rows;

	scan_begin_contexts(state);
	MemoryContextReset(state->filter_context);
	saved = MemoryContextSwitchTo(state->filter_context);
	operands = scan_evaluate_operands(state, node);
	rows = count_with_operands(state, node, operands, list_length(state->operand_states));
	MemoryContextSwitchTo(saved);
	return rows;
}
