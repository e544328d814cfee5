/*
 * scan.c
 *		The executor's callbacks for reading a foreign table.
 *
 * Owns: the life of one scan.  Nothing is asked of Attio before the first row
 * is: EXPLAIN, LIMIT 0 and a false condition cost no request.
 */
#include "scan/scan.h"

#include "base/guc.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "scan/decode.h"
#include "scan/scan_private.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

typedef struct AttioScan
{
	Oid user;                  /* whose mapping; a view's owner, perhaps */
	List *columns;             /* IntList of wanted attribute numbers */
	MemoryContext context;     /* everything below lives here */
	MemoryContext row_context; /* datums of the present row */
	Pager *pager;              /* NULL until the first row is asked for */
	RowReader *reader;
	List *term;                   /* what the conditions ask for; NIL = everything */
	List *operand_states;         /* ExprState of each operand */
	MemoryContext filter_context; /* the present filters */
	FilterSet filters;
	bool notices; /* titles that do not exist have not been told of yet */
	const AttioRelation *relation;
	Session *session;
	List *definitions;
} AttioScan;

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
	state->columns = (List *) list_nth(plan->fdw_private, SCAN_PLAN_COLUMNS);
	state->term = (List *) list_nth(plan->fdw_private, SCAN_PLAN_FILTER);
	state->operand_states = ExecInitExprList(plan->fdw_exprs, (PlanState *) node);
	state->context = AllocSetContextCreate(node->ss.ps.state->es_query_cxt, "attio_fdw scan", ALLOCSET_DEFAULT_SIZES);
	state->row_context = AllocSetContextCreate(state->context, "attio_fdw row", ALLOCSET_DEFAULT_SIZES);
	state->filter_context = AllocSetContextCreate(state->context, "attio_fdw filter", ALLOCSET_SMALL_SIZES);
	node->fdw_state = state;
}

/* The values of the operands now, in the filter's memory context. */
static FilterOperand *
evaluate_operands(AttioScan *state, ForeignScanState *node)
{
	ExprContext *econtext = node->ss.ps.ps_ExprContext;
	List *exprs = ((ForeignScan *) node->ss.ps.plan)->fdw_exprs;
	FilterOperand *operands = (FilterOperand *) palloc0(sizeof(FilterOperand) * Max(list_length(exprs), 1));

	for (int i = 0; i < list_length(exprs); i++)
	{
		FilterOperand *operand = &operands[i];
		int16 length;
		bool byval;
		Datum value;

		operand->known = true;
		operand->type = exprType((Node *) list_nth(exprs, i));
		value = ExecEvalExprSwitchContext((ExprState *) list_nth(state->operand_states, i), econtext, &operand->isnull);
		get_typlenbyval(operand->type, &length, &byval);
		if (!operand->isnull)
			operand->value = datumCopy(value, byval, length);
	}
	ResetExprContext(econtext);
	return operands;
}

/* What the conditions ask for, with the operands' present values. */
static void
make_filters(AttioScan *state, ForeignScanState *node)
{
	MemoryContext saved;
	FilterInput input = {0};
	int64 before;

	pager_close(state->pager);
	MemoryContextReset(state->filter_context);
	saved = MemoryContextSwitchTo(state->filter_context);
	input.relation = state->relation;
	input.session = state->session;
	input.definitions = state->definitions;
	input.operands = evaluate_operands(state, node);
	input.noperands = list_length(state->operand_states);
	input.notices = state->notices;
	state->notices = false;
	before = state->session->requests;
	state->filters = filter_build(&input, attio_push_filter ? state->term : NIL);
	MemoryContextSwitchTo(saved);
	pager_set_filters(state->pager, state->filters, state->session->requests - before);
}

/* Read the definitions, bind the columns, and get ready for the first page. */
static void
open_scan(AttioScan *state, ForeignScanState *node)
{
	Relation rel = node->ss.ss_currentRelation;
	MemoryContext saved = MemoryContextSwitchTo(state->context);
	AttioRelation *relation = attio_relation_open(rel);
	Session *session = session_get(GetForeignTable(RelationGetRelid(rel))->serverid, state->user);
	Projection *projection = projection_create();
	int64 before = session->requests;
	List *shape;
	bool needed;
	ListCell *lc;

	session_pin(session);
	needed = (state->term != NIL);
	foreach(lc, state->columns)
		needed = needed || relation_column_needs_definitions(relation, (AttrNumber) lfirst_int(lc));
	if (needed)
		state->definitions = relation_definitions(relation, session);
	state->relation = relation;
	state->session = session;
	state->reader = row_reader_create(relation, RelationGetDescr(rel), state->columns, state->definitions, projection);
	state->pager = pager_open(session, relation, projection, session->requests - before);
	MemoryContextSwitchTo(saved);
	shape = (List *) list_nth(((ForeignScan *) node->ss.ps.plan)->fdw_private, SCAN_PLAN_SHAPE);
	pager_shape(state->pager, (SortShape) linitial_int(shape), lsecond_int(shape));
	state->notices = true;
	make_filters(state, node);
}

/* IterateForeignScan */
TupleTableSlot *
attio_iterate_scan(ForeignScanState *node)
{
	AttioScan *state = (AttioScan *) node->fdw_state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;
	MemoryContext saved;
	PagerRow row;

	ExecClearTuple(slot);
	MemoryContextReset(state->row_context);
	if (state->pager == NULL)
		open_scan(state, node);
	saved = MemoryContextSwitchTo(state->row_context);
	if (pager_next(state->pager, &row))
	{
		row_read(state->reader, state->pager, &row, slot);
		ExecStoreVirtualTuple(slot);
	}
	MemoryContextSwitchTo(saved);
	return slot;
}

/* ReScanForeignScan: the same rows from the start, or others where an operand may have changed. */
void
attio_rescan(ForeignScanState *node)
{
	AttioScan *state = (AttioScan *) node->fdw_state;

	if (state == NULL || state->pager == NULL)
		return;
	if (node->ss.ps.chgParam != NULL && state->operand_states != NIL)
		make_filters(state, node);
	else
		pager_rewind(state->pager);
}

/* EndForeignScan: after an error it does not run, and the context's end does the same. */
void
attio_end_scan(ForeignScanState *node)
{
	AttioScan *state = (AttioScan *) node->fdw_state;

	if (state != NULL && state->pager != NULL)
		pager_close(state->pager);
}

const PagerCounts *
attio_scan_counts(ForeignScanState *node)
{
	AttioScan *state = (AttioScan *) node->fdw_state;

	return state == NULL || state->pager == NULL ? NULL : pager_counts(state->pager);
}

/* The filters that the scan asks with now; NIL before it ran. */
List *
attio_scan_filters(ForeignScanState *node)
{
	AttioScan *state = (AttioScan *) node->fdw_state;

	return state == NULL || state->pager == NULL ? NIL : state->filters.filters;
}
