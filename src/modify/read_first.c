/*
 * read_first.c
 *		A statement does not see its own writes.
 *
 * Owns: what a statement that writes reads before it writes.  With tables of the
 * server a snapshot does that.  In its place:
 *
 * A ModifyTable whose rows come from tables of ours and are written one by one
 * reads all of them first, whatever joins, subqueries and rescans they are made
 * of.  They wait in a tuplestore, on disk beyond work_mem.
 *
 * Whatever else of the statement may read tables of ours once it has begun to
 * write (its other WITH queries, subqueries of RETURNING, a SELECT beside them)
 * is read when the first row is about to be written: what no write can change
 * to its end, of the others all of the table.
 *
 * A row that the statement has written it does not find again: a join or another
 * part of the statement may bring it a second time, and the first write counts.
 *
 * Must not know how a row is written.
 */
#include "modify/read_first.h"

#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "executor/executor.h"
#include "foreign/fdwapi.h"
#include "modify/modify_state.h"
#include "nodes/nodeFuncs.h"
#include "scan/foreign_scan.h"
#include "scan/keep.h"
#include "scan/param_nodes.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

struct Statement;

/* One ModifyTable of a statement. */
typedef struct Writer
{
	struct Statement *statement;
	ModifyTableState *node;
	PlanState *outer;
	ExecProcNodeMtd original; /* what hands out the rows of the outer plan */
	bool is_ours;             /* it may write to a table of ours */
	bool collects;            /* and does so only when all rows have been read */
	bool reads;               /* its rows come from tables of ours */
	bool depends;             /* and from what is written */
	bool is_direct;           /* its rows are those that the outer plan has written */
	bool started;
	Tuplestorestate *rows; /* those to be handed out; NULL where they come as they are read */
	TupleTableSlot *kept;
	TupleTableSlot *slot;
} Writer;

/* A statement that writes to tables of ours. */
typedef struct Statement
{
	EState *estate;
	PlanState *top;
	List *writers;
	bool reads_late; /* something may read when something else has written */
	bool is_frozen;  /* and has read all that it may */
	HTAB *written;   /* ids of rows; NULL until the first */
	int64 rows;      /* that its UPDATEs and DELETEs write */
	struct Statement *next;
	MemoryContextCallback cleanup;
} Statement;

static Statement *running = NULL;
static void (*when_rows_are_read)(ModifyTableState *node);
static ExecutorStart_hook_type previous_start = NULL;
static ExecutorEnd_hook_type previous_end = NULL;

static TupleTableSlot *hand_out_row(PlanState *node);

/* ----- what a plan does ----- */

typedef struct Contents
{
	bool reads;      /* tables of ours */
	bool writes;     /* any table */
	bool is_direct;  /* by a scan */
	Bitmapset *ctes; /* WITH queries that have been looked into: one may read another many times */
} Contents;

/* Add what this part of a plan does, and the parts below it. */
static bool
add_contents(PlanState *node, void *context)
{
	Contents *contents = (Contents *) context;

	if (node == NULL)
		return false;
	if (IsA(node, ModifyTableState))
		contents->writes = true;
	if (IsA(node, ForeignScanState) && ((ForeignScan *) node->plan)->operation != CMD_SELECT)
		contents->writes = contents->is_direct = true;
	else if (IsA(node, ForeignScanState) && is_our_scan((ForeignScanState *) node))
		contents->reads = true;
	if (IsA(node, CteScanState) && !bms_is_member(((CteScan *) node->plan)->ctePlanId, contents->ctes))
	{
		contents->ctes = bms_add_member(contents->ctes, ((CteScan *) node->plan)->ctePlanId);
		(void) add_contents(((CteScanState *) node)->cteplanstate, context);
	}
	return planstate_tree_walker(node, add_contents, context);
}

/* A walk over the statement as far as it can still read. */
typedef struct Walk
{
	Statement *statement;
	void (*visit)(ForeignScanState *scan);
} Walk;

/* The writer that this node of the plan is, or NULL. */
static Writer *
writer_of(const Statement *statement, const PlanState *node)
{
	ListCell *lc;

	foreach(lc, statement->writers)
		if ((PlanState *) ((Writer *) lfirst(lc))->node == node)
			return (Writer *) lfirst(lc);
	return NULL;
}

/* Is all that the writer reads for its rows read in one go, before anything else happens? */
static bool
reads_at_once(const Writer *writer)
{
	return !writer->depends && !writer->is_direct;
}

/* Has this subquery, which a statement runs at most once, been run? */
static bool
is_over(const SubPlanState *once, const EState *estate)
{
	ListCell *lc;

	/* who reads a WITH query does so bit by bit */
	if (once->subplan->subLinkType == CTE_SUBLINK)
		return false;
	foreach(lc, once->subplan->setParam)
		if (estate->es_param_exec_vals[lfirst_int(lc)].execPlan != NULL)
			return false;
	return true;
}

/* Visit the scans that may still read. */
static bool
walk_late(PlanState *node, void *context)
{
	const Walk *walk = (const Walk *) context;
	const Writer *writer;
	ListCell *lc;

	if (node == NULL)
		return false;
	writer = writer_of(walk->statement, node);
	if (writer != NULL)
	{
		foreach(lc, node->initPlan)
			if (!is_over((const SubPlanState *) lfirst(lc), walk->statement->estate))
				(void) walk_late(((SubPlanState *) lfirst(lc))->planstate, context);
		foreach(lc, node->subPlan)
			(void) walk_late(((SubPlanState *) lfirst(lc))->planstate, context);
		return reads_at_once(writer) ? false : walk_late(writer->outer, context);
	}
	if (IsA(node, ForeignScanState) && is_our_scan((ForeignScanState *) node))
		walk->visit((ForeignScanState *) node);
	return planstate_tree_walker(node, walk_late, context);
}

/* ----- a statement starts ----- */

/* Add all nodes of the plan that write. */
static bool
find_writers(PlanState *node, void *context)
{
	Statement *statement = (Statement *) context;

	if (node == NULL)
		return false;
	if (IsA(node, ModifyTableState) && writer_of(statement, node) == NULL)
	{
		Writer *writer = (Writer *) palloc0(sizeof(Writer));

		writer->statement = statement;
		writer->node = (ModifyTableState *) node;
		writer->outer = outerPlanState(node);
		statement->writers = lappend(statement->writers, writer);
	}
	return planstate_tree_walker(node, find_writers, context);
}

/* Is this table, to which rows may be routed, one of ours? */
static bool
is_our_table(Oid table)
{
	ForeignDataWrapper *wrapper;

	if (get_rel_relkind(table) != RELKIND_FOREIGN_TABLE)
		return false;
	wrapper = GetForeignDataWrapper(GetForeignServer(GetForeignServerIdByRelId(table))->fdwid);
	return OidIsValid(wrapper->fdwhandler) && is_our_routine(GetFdwRoutine(wrapper->fdwhandler));
}

/* Is one of the tables that rows may be routed to ours? */
static bool
has_our_partition(Oid table)
{
	ListCell *lc;

	foreach(lc, find_all_inheritors(table, NoLock, NULL))
		if (is_our_table(lfirst_oid(lc)))
			return true;
	return false;
}

/* To what the writer writes, and when. */
static void
look_at_targets(Writer *writer)
{
	ModifyTableState *node = writer->node;
	Relation root = node->rootResultRelInfo->ri_RelationDesc;

	writer->collects = true;
	for (int i = 0; i < node->mt_nrels; i++)
	{
		ResultRelInfo *target = &node->resultRelInfo[i];
		const ModifyState *state = (const ModifyState *) target->ri_FdwState;

		if (!is_our_routine(target->ri_FdwRoutine))
			continue;
		writer->is_ours = true;
		if (state == NULL || !state->collects)
			writer->collects = false;
	}
	if (!writer->is_ours)
		writer->collects = false;
	if (root->rd_rel->relkind == RELKIND_PARTITIONED_TABLE && node->operation != CMD_UPDATE &&
		node->operation != CMD_DELETE && has_our_partition(RelationGetRelid(root)))
	{
		writer->is_ours = true;
		writer->collects = false;
	}
}

/* What the writer's rows are made of: its outer plan, and the subqueries that are run once. */
static void
look_at_outer(Writer *writer)
{
	Contents contents = {0};
	ListCell *lc;

	(void) add_contents(writer->outer, &contents);
	foreach(lc, writer->node->ps.initPlan)
	{
		PlanState *once = ((SubPlanState *) lfirst(lc))->planstate;

		/* a WITH query that writes is read by CteScans only */
		if (!IsA(once, ModifyTableState))
			(void) add_contents(once, &contents);
	}
	writer->reads = contents.reads;
	writer->depends = contents.writes;
	writer->is_direct = contents.is_direct;
}

/* May something of the statement be read when something else of it is written? */
static bool
may_read_late(const Statement *statement)
{
	const Writer *writer = (const Writer *) linitial(statement->writers);
	const ModifyTable *plan = (const ModifyTable *) writer->node->ps.plan;

	return list_length(statement->writers) > 1 || (PlanState *) writer->node != statement->top || writer->is_direct ||
		   writer->node->ps.subPlan != NIL || contains_param((Node *) plan->returningLists, PARAM_EXEC) ||
		   contains_param((Node *) plan->withCheckOptionLists, PARAM_EXEC);
}

/* The memory of a statement goes: it does not run any more. */
static void
forget_statement(void *arg)
{
	Statement **link = &running;

	while (*link != NULL && *link != (Statement *) arg)
		link = &(*link)->next;
	if (*link != NULL)
		*link = (*link)->next;
}

/* Take the place of what hands out the rows of the outer plan. */
static void
hook_outer(Writer *writer)
{
	writer->original = writer->outer->ExecProcNode;
	writer->outer->ExecProcNode = hand_out_row;
}

/* The statement as far as it matters; does nothing where it does not write to tables of ours. */
static void
watch_statement(EState *estate, PlanState *top)
{
	MemoryContext saved = MemoryContextSwitchTo(estate->es_query_cxt);
	Statement *statement = (Statement *) palloc0(sizeof(Statement));
	bool is_ours = false;
	ListCell *lc;

	statement->estate = estate;
	statement->top = top;
	(void) find_writers(top, statement);
	foreach(lc, statement->writers)
	{
		look_at_targets((Writer *) lfirst(lc));
		look_at_outer((Writer *) lfirst(lc));
		is_ours = is_ours || ((Writer *) lfirst(lc))->is_ours;
	}
	if (is_ours)
	{
		Walk walk = {statement, scan_buffer_rows};

		statement->reads_late = may_read_late(statement);
		if (statement->reads_late)
			(void) walk_late(top, &walk);
		foreach(lc, statement->writers)
			hook_outer((Writer *) lfirst(lc));
		statement->next = running;
		running = statement;
		statement->cleanup.func = forget_statement;
		statement->cleanup.arg = statement;
		MemoryContextRegisterResetCallback(estate->es_query_cxt, &statement->cleanup);
	}
	MemoryContextSwitchTo(saved);
}

/* Does the statement name a foreign table?  Most do not, and are not looked at further. */
static bool
has_foreign_table(const PlannedStmt *plan)
{
	ListCell *lc;

	foreach(lc, plan->rtable)
		if (lfirst_node(RangeTblEntry, lc)->rtekind == RTE_RELATION &&
			lfirst_node(RangeTblEntry, lc)->relkind == RELKIND_FOREIGN_TABLE)
			return true;
	return false;
}

/* ExecutorStart_hook */
static void
start_statement(QueryDesc *query, int eflags)
{
	if (previous_start != NULL)
		previous_start(query, eflags);
	else
		standard_ExecutorStart(query, eflags);
	if ((eflags & EXEC_FLAG_EXPLAIN_ONLY) == 0 && query->planstate != NULL &&
		(query->operation != CMD_SELECT || query->plannedstmt->hasModifyingCTE) &&
		has_foreign_table(query->plannedstmt))
		watch_statement(query->estate, query->planstate);
}

/* The statement that runs with this state, or NULL. */
static Statement *
statement_of(const EState *estate)
{
	Statement *statement = running;

	while (statement != NULL && statement->estate != estate)
		statement = statement->next;
	return statement;
}

/* ExecutorEnd_hook: rows that nobody came for, as who runs the statement wanted only so many of its answer. */
static void
end_statement(QueryDesc *query)
{
	Statement *statement = statement_of(query->estate);
	ListCell *lc;

	foreach(lc, statement == NULL ? NIL : statement->writers)
	{
		Writer *writer = (Writer *) lfirst(lc);

		if (writer->rows != NULL)
			tuplestore_end(writer->rows);
		writer->rows = NULL;
	}
	if (previous_end != NULL)
		previous_end(query);
	else
		standard_ExecutorEnd(query);
}

void
read_first_init(void (*rows_are_read)(ModifyTableState *node))
{
	when_rows_are_read = rows_are_read;
	previous_start = ExecutorStart_hook;
	ExecutorStart_hook = start_statement;
	previous_end = ExecutorEnd_hook;
	ExecutorEnd_hook = end_statement;
}

/* ----- rows ----- */

/* The next row of the outer plan itself. */
static TupleTableSlot *
next_plan_row(Writer *writer)
{
	TupleTableSlot *slot;

	writer->outer->ExecProcNode = writer->original;
	slot = ExecProcNode(writer->outer);
	/* the first call puts another in its place */
	writer->original = writer->outer->ExecProcNode;
	writer->outer->ExecProcNode = hand_out_row;
	return slot;
}

/* Read all rows. */
static void
read_all_rows(Writer *writer)
{
	EState *estate = writer->statement->estate;
	TupleDesc tupdesc = ExecGetResultType(writer->outer);
	bool is_fixed;
	const TupleTableSlotOps *ops = ExecGetResultSlotOps(writer->outer, &is_fixed);
	MemoryContext saved = MemoryContextSwitchTo(estate->es_query_cxt);
	TupleTableSlot *slot;

	writer->started = true;
	writer->rows = tuplestore_begin_heap(false, false, work_mem);
	writer->kept = ExecInitExtraTupleSlot(estate, tupdesc, &TTSOpsMinimalTuple);
	/* what reads the rows was made for slots of this kind */
	writer->slot = ExecInitExtraTupleSlot(estate, tupdesc, is_fixed ? ops : &TTSOpsMinimalTuple);
	for (slot = next_plan_row(writer); !TupIsNull(slot); slot = next_plan_row(writer))
	{
		CHECK_FOR_INTERRUPTS();
		tuplestore_puttupleslot(writer->rows, slot);
	}
	MemoryContextSwitchTo(saved);
}

/* The next row of those that were read. */
static TupleTableSlot *
next_kept_row(Writer *writer)
{
	MemoryContext saved;
	bool found;

	ExecClearTuple(writer->slot);
	if (writer->rows == NULL)
		return writer->slot;
	saved = MemoryContextSwitchTo(writer->statement->estate->es_query_cxt);
	found = tuplestore_gettupleslot(writer->rows, true, false, writer->kept);
	MemoryContextSwitchTo(saved);
	if (found)
	{
		bool is_copy;
		MinimalTuple row = ExecFetchSlotMinimalTuple(writer->kept, &is_copy);

		ExecForceStoreMinimalTuple(row, writer->slot, is_copy);
		return writer->slot;
	}
	tuplestore_end(writer->rows);
	writer->rows = NULL;
	return writer->slot;
}

/* The writer whose rows this plan makes. */
static Writer *
writer_above(const PlanState *outer)
{
	ListCell *lc;

	for (Statement *statement = running; statement != NULL; statement = statement->next)
		foreach(lc, statement->writers)
			if (((Writer *) lfirst(lc))->outer == outer)
				return (Writer *) lfirst(lc);
	elog(ERROR, "an outer plan does not belong to a statement that writes");
	return NULL;
}

/* In the place of ExecProcNode of a writer's outer plan. */
static TupleTableSlot *
hand_out_row(PlanState *node)
{
	Writer *writer = writer_above(node);
	TupleTableSlot *slot;

	if (!writer->started && writer->reads && !writer->is_direct && !writer->collects)
		read_all_rows(writer);
	writer->started = true;
	slot = writer->slot == NULL ? next_plan_row(writer) : next_kept_row(writer);
	if (!TupIsNull(slot))
	{
		if (writer->is_ours && !writer->collects && !writer->is_direct)
			read_first_before_write(writer->statement->estate);
		return slot;
	}
	if (writer->is_ours)
		when_rows_are_read(writer->node);
	return slot;
}

/* ----- the first write ----- */

bool
read_first_drains(const ModifyTableState *node)
{
	Writer writer = {.node = (ModifyTableState *) node, .outer = outerPlanState(node)};

	look_at_outer(&writer);
	return writer.reads && !writer.is_direct;
}

bool
read_first_is_written(EState *estate, const RowId *id)
{
	Statement *statement = statement_of(estate);
	bool found;

	if (statement == NULL)
		elog(ERROR, "a row is written outside a statement");
	if (statement->written == NULL)
	{
		HASHCTL ctl = {.keysize = sizeof(RowId), .entrysize = sizeof(RowId), .hcxt = estate->es_query_cxt};

		statement->written = hash_create("attio_fdw rows written", 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	(void) hash_search(statement->written, id, HASH_ENTER, &found);
	return found;
}

int64
read_first_count_rows(EState *estate, int64 rows)
{
	Statement *statement = statement_of(estate);

	if (statement == NULL)
		elog(ERROR, "rows are written outside a statement");
	return statement->rows += rows;
}

void
read_first_before_write(EState *estate)
{
	Statement *statement = statement_of(estate);
	Walk walk;
	MemoryContext saved;
	ListCell *lc;

	if (statement == NULL || statement->is_frozen)
		return;
	statement->is_frozen = true;
	if (!statement->reads_late)
		return;
	saved = MemoryContextSwitchTo(estate->es_query_cxt);
	foreach(lc, statement->writers)
	{
		Writer *writer = (Writer *) lfirst(lc);

		if (!writer->started && writer->reads && reads_at_once(writer))
			read_all_rows(writer);
	}
	walk.statement = statement;
	walk.visit = scan_freeze;
	(void) walk_late(statement->top, &walk);
	MemoryContextSwitchTo(saved);
}
