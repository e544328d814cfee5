/*
 * scan.c
 *		The executor's callbacks for reading a foreign table.
 *
 * Owns: the life of one scan.  Nothing is asked of Attio before the first row
 * is: EXPLAIN, LIMIT 0 and a false condition cost no request.
 */
#include "scan/scan.h"

#include "executor/executor.h"
#include "scan/decode.h"
#include "scan/scan_private.h"
#include "utils/memutils.h"

typedef struct AttioScan
{
	Oid user;                  /* whose mapping; a view's owner, perhaps */
	List *columns;             /* IntList of wanted attribute numbers */
	MemoryContext context;     /* everything below lives here */
	MemoryContext row_context; /* datums of the present row */
	Pager *pager;              /* NULL until the first row is asked for */
	RowReader *reader;
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
	state->context = AllocSetContextCreate(node->ss.ps.state->es_query_cxt, "attio_fdw scan", ALLOCSET_DEFAULT_SIZES);
	state->row_context = AllocSetContextCreate(state->context, "attio_fdw row", ALLOCSET_DEFAULT_SIZES);
	node->fdw_state = state;
}

/* Read the definitions, bind the columns, and get ready for the first page. */
static void
open_scan(AttioScan *state, Relation rel)
{
	MemoryContext saved = MemoryContextSwitchTo(state->context);
	AttioRelation *relation = attio_relation_open(rel);
	Session *session = session_get(GetForeignTable(RelationGetRelid(rel))->serverid, state->user);
	Projection *projection = projection_create();
	List *definitions = NIL;
	int64 before = session->requests;
	ListCell *lc;

	session_pin(session);
	foreach(lc, state->columns)
	{
		if (!relation_column_needs_definitions(relation, (AttrNumber) lfirst_int(lc)))
			continue;
		definitions = relation_definitions(relation, session);
		break;
	}
	state->reader = row_reader_create(relation, RelationGetDescr(rel), state->columns, definitions, projection);
	state->pager = pager_open(session, relation, projection, session->requests - before);
	MemoryContextSwitchTo(saved);
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
		open_scan(state, node->ss.ss_currentRelation);
	saved = MemoryContextSwitchTo(state->row_context);
	if (pager_next(state->pager, &row))
	{
		row_read(state->reader, state->pager, &row, slot);
		ExecStoreVirtualTuple(slot);
	}
	MemoryContextSwitchTo(saved);
	return slot;
}

/* ReScanForeignScan: the same rows from the start; conditions are the executor's. */
void
attio_rescan(ForeignScanState *node)
{
	AttioScan *state = (AttioScan *) node->fdw_state;

	if (state != NULL && state->pager != NULL)
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
