/*
 * scan.c
 *		The executor's callbacks for reading a foreign table.
 *
 * Owns: the life of one scan.  Nothing is asked of Attio before the first row
 * is: EXPLAIN, LIMIT 0 and a false condition cost no request.
 */
#include "scan/scan.h"

#include "scan/scan_state.h"

#include "base/guc.h"
#include "common/int.h"
#include "executor/executor.h"
#include "foreign/fdwapi.h"
#include "access/table.h"
#include "scan/count_scan.h"
#include "row/doubt.h"
#include "row/reader.h"
#include "scan/optional.h"
#include "attio/sorts.h"
#include "utils/memutils.h"

/* BeginForeignScan: no request, no connection, not even a look at the mapping. */
void
attio_begin_scan(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	AttioScan *state;

	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	state = (AttioScan *) palloc0(sizeof(AttioScan));
	state->user = attio_scan_user(node);
	state->plan = scan_plan_from_nodes(plan);
	state->keys_a_request = state->plan->keys_per_request;
	state->operand_states = ExecInitExprList(plan->fdw_exprs, (PlanState *) node);
	state->has_params = keep_has_params(plan, state->plan);
	state->replays = (eflags & EXEC_FLAG_REWIND) != 0;
	state->context = AllocSetContextCreate(node->ss.ps.state->es_query_cxt, "attio_fdw scan", ALLOCSET_DEFAULT_SIZES);
	state->row_context = AllocSetContextCreate(state->context, "attio_fdw row", ALLOCSET_DEFAULT_SIZES);
	state->filter_context = AllocSetContextCreate(state->context, "attio_fdw filter", ALLOCSET_SMALL_SIZES);
	node->fdw_state = state;
}

/* LIMIT or OFFSET: NULL and none are "otherwise"; negative is an ERROR, in the executor's words. */
static int64
limit_value(const Operand *operands, int index, int64 otherwise, bool is_limit)
{
	int64 value;

	if (index < 0 || operands[index].isnull)
		return otherwise;
	value = DatumGetInt64(operands[index].value);
	if (value < 0)
		ereport(ERROR, is_limit
						   ? (errcode(ERRCODE_INVALID_ROW_COUNT_IN_LIMIT_CLAUSE), errmsg("LIMIT must not be negative"))
						   : (errcode(ERRCODE_INVALID_ROW_COUNT_IN_RESULT_OFFSET_CLAUSE),
							  errmsg("OFFSET must not be negative")));
	return value;
}

/*
 * Leave LIMIT and OFFSET to Attio where it answers just the rows that count,
 * and as far as the order of the pages does not depend on where they begin;
 * else count here.
 */
static void
plan_window(AttioScan *state, const Operand *operands, PagerPlan *plan, bool offset_too)
{
	bool exact = !plan->asks.incomplete && (attio_push_filter || state->plan->filter == NIL) &&
				 list_length(plan->asks.asks) <= 1;
	int64 limit;
	int64 offset;
	int64 wanted;

	state->windowed = false;
	state->handed = state->skip = 0;
	if (!state->plan->limited)
		return;
	limit = limit_value(operands, state->plan->limit, -1, true);
	offset = limit_value(operands, state->plan->offset, 0, false);
	state->limit = limit;
	state->offset = offset;
	if (limit == 0)
		plan->asks.nothing = true;
	state->windowed = exact && !plan->guarded && attio_push_limit &&
					  (plan->sort != SORT_ANY || (limit >= 0 && limit <= state->relation->page_size));
	/* what an OFFSET skips nobody sees: left to Attio, it would skip other rows if no filter were looked at */
	state->windowed = state->windowed && (offset == 0 || (offset_too && plan->asks.asks == NIL));
	if (state->windowed)
		plan->offset = offset;
	else
		state->skip = offset;
	if (exact && attio_push_limit && limit >= 0 && !pg_add_s64_overflow(limit, state->skip, &wanted))
		plan->wanted = wanted;
	plan->first_page = plan->wanted >= 0 && plan->wanted <= state->relation->page_size ? (int) plan->wanted : 0;
}

/*
 * The sorts of one page, and what is asked for first where NULLs come last.
 * Otherwise why Attio cannot be asked for them.
 */
static const char *
plan_sorts(AttioScan *state, FilterInput *input, PagerPlan *plan, bool with_id)
{
	const ScanPlan *planned = state->plan;

	plan->sorts = sorts_build(input, planned->sorts, planned->nsorts, with_id);
	if (planned->guard != NIL)
	{
		List *both = list_make2(makeInteger(TERM_AND), planned->guard);
		AskSet set = filter_build(input, planned->filter == NIL ? both : lappend(both, planned->filter));

		/* where no row can have a value, there is no first step */
		plan->guarded = !set.nothing;
		plan->guard = asks_first_filter(&set);
	}
	if (input->incomplete || (planned->filter != NIL && !attio_push_filter))
		return "the filter cannot be sent whole";
	return NULL;
}

/* All rows, unsorted; what counts of them is for the scan to say. */
static void
plan_local_sort(AttioScan *state, PagerPlan *plan)
{
	plan->sort = SORT_ANY;
	plan->sorts = plan->guard = NULL;
	plan->guarded = false;
	plan->first_page = 0;
	plan->wanted = -1;
	plan->offset = 0;
	state->windowed = false;
	state->skip = state->plan->limited ? state->offset : 0;
}

/* How the plan comes by the order that is counted on. */
static void
plan_order(AttioScan *state, FilterInput *input, PagerPlan *plan)
{
	SortWay way = sorted_way(state->sort);
	const char *why = NULL;

	if (way != SORT_LOCALLY && !sorts_are_as_planned(input, state->plan->sorts, state->plan->nsorts, plan->sort))
		why = "a column is not what the plan took it for";
	else if (way != SORT_LOCALLY && plan->sort == SORT_ONE_PAGE)
		why = plan_sorts(state, input, plan, way != SORT_WITHOUT_ID);
	if (way == SORT_WITHOUT_FILTER)
	{
		plan->asks.asks = NIL;
		plan->asks.incomplete = true;
	}
	if (way != SORT_LOCALLY && list_length(plan->asks.asks) > 1)
		why = "several filters ask for the rows";
	plan_window(state, input->operands, plan, way != SORT_WITHOUT_OFFSET);
	if (way == SORT_WITHOUT_ID && plan->sort != SORT_ONE_PAGE)
	{
		plan->sorts = sorts_by_created_at(state->relation, plan->sort == SORT_CREATED_DESC, false);
		plan->sort = SORT_ONE_PAGE;
		if (plan->wanted < 0)
			why = "Attio refuses the id as a key, and one page may not be enough";
	}
	if (way != SORT_LOCALLY && why == NULL && plan->sort == SORT_ONE_PAGE &&
		(plan->first_page == 0 || plan->first_page > state->session->page_limit))
		why = "one page may not be enough";
	if (why != NULL)
		way = SORT_LOCALLY;
	if (way == SORT_LOCALLY)
		plan_local_sort(state, plan);
	sorted_begin(state->sort, way, why, plan);
}

/* What the conditions ask for and, of a lookup, its keys in portions. */
static AskSet
scan_asks(AttioScan *state, FilterInput *input)
{
	if (state->plan->lookup == NO_OPERAND || !attio_push_filter)
		return filter_build(input, attio_push_filter ? state->plan->filter : NIL);
	input->notices = false;
	return filter_build_lookup(input, state->plan->filter, state->plan->lookup, state->keys_a_request,
							   state->without_others);
}

/* What the conditions, the order and the limit ask for, with the operands' present values. */
void
scan_make_plan(AttioScan *state, ForeignScanState *node)
{
	MemoryContext saved;
	FilterInput input = {0};
	PagerPlan plan = {.wanted = -1};
	int64 before;

	pager_close(state->pager);
	MemoryContextReset(state->filter_context);
	saved = MemoryContextSwitchTo(state->filter_context);
	input.relation = state->relation;
	input.session = state->session;
	input.definitions = state->definitions;
	if (!state->reads_whole)
		input.operands = scan_evaluate_operands(state, node);
	input.noperands = list_length(state->operand_states);
	/* what subqueries ask while they are evaluated is theirs */
	before = state->session->definitions;
	input.notices = state->notices;
	state->notices = false;
	plan.asks = state->reads_whole ? filter_build(&input, NIL) : scan_asks(state, &input);
	plan.all_or_none = state->plan->lookup != NO_OPERAND && !state->reads_whole;
	plan.distinct = plan.all_or_none;
	plan.sort = state->plan->shape;
	plan.first_page = state->plan->first_page;
	if (state->sort != NULL)
		plan_order(state, &input, &plan);
	else
		plan_window(state, input.operands, &plan, true);
	state->asks = plan.asks;
	MemoryContextSwitchTo(saved);
	pager_set_plan(state->pager, &plan, state->session->definitions - before);
}

/* A scan that counts has no relation of its own; the query has only one. */
AttioRelation *
attio_scan_relation(const ForeignScanState *node)
{
	const ForeignScan *plan = (const ForeignScan *) node->ss.ps.plan;
	Relation rel = node->ss.ss_currentRelation;
	AttioRelation *relation;

	if (rel != NULL)
		return attio_relation_open(rel);
	rel = table_open(exec_rt_fetch(bms_next_member(plan->fs_relids, -1), node->ss.ps.state)->relid, NoLock);
	relation = attio_relation_open(rel);
	table_close(rel, NoLock);
	return relation;
}

/* How many rows are there that meet the conditions? */
int64
scan_count(AttioScan *state, ForeignScanState *node)
{
	MemoryContext saved;
	Operand *operands;
	int64 rows;

	MemoryContextReset(state->filter_context);
	saved = MemoryContextSwitchTo(state->filter_context);
	operands = scan_evaluate_operands(state, node);
	rows = count_scan_rows(state, node, operands, list_length(state->operand_states));
	MemoryContextSwitchTo(saved);
	return rows;
}

/* The one row of a scan that counts. */
static TupleTableSlot *
count_row(AttioScan *state, ForeignScanState *node)
{
	if (state->counted)
		return ExecClearTuple(node->ss.ss_ScanTupleSlot);
	if (!state->count_kept)
		state->count = scan_count(state, node);
	state->count_kept = state->reads_first && !state->has_params;
	state->counted = true;
	return count_scan_show(node, state->count);
}

/* Read the definitions, bind the columns, and get ready for the first page. */
void
scan_open(AttioScan *state, ForeignScanState *node)
{
	Relation rel = node->ss.ss_currentRelation;
	MemoryContext saved = MemoryContextSwitchTo(state->context);
	AttioRelation *relation = attio_relation_open(rel);
	Session *session = session_get(GetForeignTable(RelationGetRelid(rel))->serverid, state->user);
	Projection *projection = projection_create();
	int64 before = session->definitions;
	const ScanPlan *plan = state->plan;
	List *optional;
	bool needed;
	ListCell *lc;

	session_pin(session);
	needed = plan->optional != NIL || plan->filter != NIL || plan->nsorts > 0;
	foreach(lc, plan->columns)
		needed = needed || relation_column_needs_definitions(relation, (AttrNumber) lfirst_int(lc));
	if (needed)
		state->definitions = relation_definitions(relation, session);
	if (plan->learns)
		attio_forget_plans(relation->table);
	state->relation = relation;
	state->session = session;
	optional = optional_columns(relation, RelationGetDescr(rel), plan->optional, state->definitions);
	state->reader = row_reader_create(relation, RelationGetDescr(rel), list_concat_copy(plan->columns, optional),
									  state->definitions, projection);
	state->sort = sorted_create(state, node, projection);
	state->pager = pager_open(session, relation, projection, session->definitions - before);
	pager_spent(state->pager, state->spent.requests, state->spent.definitions);
	MemoryContextSwitchTo(saved);
	state->notices = true;
	scan_make_plan(state, node);
}

/*
 * An answer casts doubt on the definitions.  Where they are others now, begin
 * again under them; false: they are as they were.
 */
static bool
bind_anew(AttioScan *state, ForeignScanState *node)
{
	int64 before = state->session->definitions;
	MemoryContext saved = MemoryContextSwitchTo(state->context);
	bool changed = relation_has_changed(state->relation, state->session, state->definitions);

	MemoryContextSwitchTo(saved);
	pager_spent(state->pager, 0, state->session->definitions - before);
	if (!changed)
		return false;
	if (state->returned > 0)
		doubt_raise_changed(state->relation);
	attio_forget_plans(state->relation->table);
	state->spent = pager_counts(state->pager);
	pager_close(state->pager);
	state->pager = NULL;
	scan_open(state, node);
	return true;
}

/* Read the row into the slot; false where all begins anew. */
static bool
read_row(AttioScan *state, ForeignScanState *node, const PagerRow *row)
{
	for (;;)
	{
		row_read(state->reader, row, node->ss.ss_ScanTupleSlot);
		if (!row_is_doubtful(state->reader))
			return true;
		if (!row_lacks_hidden(state->reader, state->session) && bind_anew(state, node))
			return false;
		row_settle(state->reader, state->session);
	}
}

/* The filter was refused before a row was handed out: count here instead of there. */
static void
count_here(AttioScan *state)
{
	if (state->handed > 0)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
						errmsg("Attio refused a filter in the middle of a scan of \"%s\"", state->relation->name),
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
give_back(AttioScan *state)
{
	if (!state->replays)
		pager_release(state->pager);
}

/* Does the row in the slot count?  Where Attio was to answer only such rows it must. */
static bool
row_counts(AttioScan *state, ForeignScanState *node, TupleTableSlot *slot)
{
	if (state->windowed && pager_lost_window(state->pager))
		count_here(state);
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
				 errmsg("Attio answered a row of \"%s\" that does not meet the conditions", state->relation->name),
				 errdetail("LIMIT was left to Attio, which counted that row."),
				 errhint("SET attio_fdw.push_limit = off counts here instead.")));
	return false;
}

/* Does a lookup ask for more than its keys?  Its term is an AND whose last arm they are. */
static bool
has_conditions_beside(const AttioScan *state)
{
	return list_length(state->plan->filter) > 2;
}

/*
 * Attio refused the keys: perhaps for what the conditions beside them ask, so
 * without these; if not, for half as many keys a request, and in the end without
 * any.  Rows that were handed out do not come again.
 */
static void
ask_for_fewer(AttioScan *state, ForeignScanState *node)
{
	if (!state->without_others && has_conditions_beside(state))
		state->without_others = true;
	else
	{
		state->keys_a_request /= 2;
		state->without_others = false;
	}
	pager_keep_seen(state->pager);
	scan_make_plan(state, node);
}

/* The pager stopped before the end: let it ask in another way. */
static void
ask_another_way(AttioScan *state, ForeignScanState *node)
{
	PagerStop stop = pager_stop(state->pager);

	if (stop == PAGER_NAMES_UNKNOWN)
	{
		if (!bind_anew(state, node))
			pager_settle(state->pager);
	}
	else if (stop == PAGER_KEYS_REFUSED)
		ask_for_fewer(state, node);
	else
	{
		sorted_fall_back(state->sort, stop);
		scan_make_plan(state, node);
	}
}

/*
 * The next row as it comes from Attio.  An empty slot at the end, where it takes
 * waiting that nobody wants, and where what comes from now on is to be sorted
 * first: by another sort, if it was sorted already and the scan has begun anew.
 */
static TupleTableSlot *
received_row(AttioScan *state, ForeignScanState *node)
{
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;
	const SortedScan *sort = state->sort;
	bool is_local = sorted_is_local(sort);
	MemoryContext saved;
	PagerRow row;
	bool found;
	bool again;

	do
	{
		ExecClearTuple(slot);
		MemoryContextReset(state->row_context);
		if (state->async && pager_would_wait(state->pager))
		{
			state->starved = true;
			return slot;
		}
		saved = MemoryContextSwitchTo(state->row_context);
		found = pager_next(state->pager, &row);
		again = found && !read_row(state, node, &row);
		MemoryContextSwitchTo(saved);
		if (!found && pager_stop(state->pager) != PAGER_GOES_ON)
		{
			again = true;
			ask_another_way(state, node);
		}
		if (again && (is_local ? state->sort != sort : sorted_is_local(state->sort)))
			return ExecClearTuple(slot);
	} while (again);
	if (state->sort != NULL)
		sorted_works(state->sort);
	if (!found)
	{
		give_back(state);
		return slot;
	}
	ExecStoreVirtualTuple(slot);
	state->returned++;
	if (state->sort != NULL && pager_in_second_step(state->pager))
		sorted_check_second_step(state->sort, state->pager, slot);
	return slot;
}

/* Likewise, of a scan that counts rows only those that meet the conditions. */
static TupleTableSlot *
matching_row(AttioScan *state, ForeignScanState *node)
{
	TupleTableSlot *slot;

	do
		slot = received_row(state, node);
	while (state->plan->limited && !TupIsNull(slot) && !scan_meets_conditions(node, slot));
	return slot;
}

/* The next row of a scan that sorts locally; of one that counts rows as well, within LIMIT and OFFSET. */
static TupleTableSlot *
sorted_row(AttioScan *state, ForeignScanState *node)
{
	int64 bound;
	TupleTableSlot *slot;

	if (!state->plan->limited || state->limit < 0 || pg_add_s64_overflow(state->limit, state->offset, &bound))
		bound = -1;
	for (;;)
	{
		slot = sorted_next(state->sort, node, matching_row, bound);
		if (TupIsNull(slot) || state->skip == 0)
			return slot;
		state->skip--;
	}
}

/* The next row of the scan; an empty slot at the end. */
TupleTableSlot *
scan_next_row(AttioScan *state, ForeignScanState *node)
{
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	if (state->pager == NULL)
		scan_open(state, node);
	for (;;)
	{
		const SortedScan *sort = state->sort;

		if (state->plan->limited && state->limit >= 0 && state->handed >= state->limit)
		{
			give_back(state);
			return ExecClearTuple(slot);
		}
		if (sorted_is_local(sort))
		{
			slot = sorted_row(state, node);
			/* the scan has begun anew before there was a row */
			if (state->sort != sort)
				continue;
		}
		else
		{
			slot = received_row(state, node);
			/* that may have shown that it must be sorted */
			if (sorted_is_local(state->sort))
				continue;
			if (state->plan->limited && !TupIsNull(slot) && !row_counts(state, node, slot))
				continue;
		}
		if (!TupIsNull(slot))
			state->handed++;
		return slot;
	}
}

/* IterateForeignScan */
TupleTableSlot *
attio_iterate_scan(ForeignScanState *node)
{
	AttioScan *state = (AttioScan *) node->fdw_state;

	if (state->plan->ncounts > 0)
		return count_row(state, node);
	return state->reads_first ? keep_next(state, node) : scan_next_row(state, node);
}

void
attio_scan_lookup(ForeignScanState *node, Datum keys)
{
	AttioScan *state = (AttioScan *) node->fdw_state;

	state->keys = keys;
	if (state->reads_first)
		keep_rescan(state);
	else if (state->pager != NULL)
		scan_make_plan(state, node);
}

int64
attio_scan_writes(const ForeignScanState *node)
{
	const AttioScan *state = (const AttioScan *) node->fdw_state;

	return state == NULL || state->session == NULL ? 0 : state->session->writes;
}

/* ReScanForeignScan: the same rows from the start, or others where an operand may have changed. */
void
attio_rescan(ForeignScanState *node)
{
	AttioScan *state = (AttioScan *) node->fdw_state;

	if (state != NULL)
		state->counted = false;
	if (state == NULL || state->pager == NULL)
		return;
	if (state->reads_first)
		keep_rescan(state);
	else if (node->ss.ps.chgParam != NULL && state->operand_states != NIL)
		scan_make_plan(state, node);
	else
	{
		/* who does so once without having said it may do so again */
		state->replays = true;
		if (!sorted_rescan(state->sort))
			pager_rewind(state->pager);
		state->handed = 0;
		state->skip = state->windowed ? 0 : state->offset;
	}
}

/* EndForeignScan: after an error it does not run, and the context's end does the same. */
void
attio_end_scan(ForeignScanState *node)
{
	AttioScan *state = (AttioScan *) node->fdw_state;

	if (state == NULL)
		return;
	keep_end(state);
	if (state->pager == NULL)
		return;
	pager_close(state->pager);
	sorted_end(state->sort);
}

/* What the scan cost so far; false when it did not run. */
bool
attio_scan_counts(ForeignScanState *node, PagerCounts *counts)
{
	AttioScan *state = (AttioScan *) node->fdw_state;

	if (state != NULL && state->counted)
	{
		*counts = state->counts;
		return true;
	}
	if (state == NULL || state->pager == NULL)
		return false;
	*counts = pager_counts(state->pager);
	return true;
}

const char *
attio_scan_sorts_locally(ForeignScanState *node)
{
	AttioScan *state = (AttioScan *) node->fdw_state;

	return state == NULL ? NULL : sorted_why(state->sort);
}

const char *
attio_scan_counts_locally(ForeignScanState *node)
{
	AttioScan *state = (AttioScan *) node->fdw_state;

	return state == NULL ? NULL : count_scan_reason(state);
}

/* What the scan asks for now; NIL before it ran. */
List *
attio_scan_asks(ForeignScanState *node)
{
	AttioScan *state = (AttioScan *) node->fdw_state;

	return state == NULL || (state->pager == NULL && !state->counted) ? NIL : state->asks.asks;
}
