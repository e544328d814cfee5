/*
 * direct.c
 *		UPDATE and DELETE of rows whose ids the statement names.
 *
 * Owns: when nothing needs the old rows, and the callbacks that then write
 * without reading first.  A row that is not there counts as none.
 */
#include "modify/direct.h"

#include "access/table.h"
#include "base/fixed_settings.h"
#include "base/types.h"
#include "executor/executor.h"
#include "foreign/fdwapi.h"
#include "modify/batches.h"
#include "modify/begin.h"
#include "modify/explain_write.h"
#include "modify/read_first.h"
#include "modify/row_path.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/appendinfo.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "remote/operand.h"
#include "scan/foreign_scan.h"
#include "scan/param_nodes.h"
#include "scan/scan_plan.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

typedef struct DirectState
{
	ModifyState *modify;
	DirectPlan plan;
	List *exprs;        /* ExprState of each of fdw_exprs */
	bool is_written;    /* the first row was asked for */
	TextStore *answers; /* of those done, for RETURNING; NULL where it wants none */
	MemoryContext row;  /* of the answer that is being returned */
} DirectState;

/* ----- planning ----- */

/* The operand of a condition that says which ids rows have, of their type; -1: it does not. */
static int
operand_of_ids(const RemoteRelation *relation, const ForeignScan *scan, const List *term)
{
	Condition condition;
	Oid type;

	if (term_kind(term) == TERM_KEY)
		return intVal(lsecond(term));
	if (term_kind(term) != TERM_PARAM)
		return -1;
	condition = term_condition(term);
	if (!column_hint(relation, condition.column)->is_key || (condition.op != OP_EQ && condition.op != OP_IN))
		return -1;
	type = exprType((Node *) list_nth(scan->fdw_exprs, condition.operand));
	if (OidIsValid(element_type_of(type)))
		type = element_type_of(type);
	return type == relation->resource->id_type ? condition.operand : -1;
}

/* The same of the one condition of a scan. */
static int
only_ids(const RemoteRelation *relation, const ForeignScan *scan)
{
	const ScanPlan *plan = scan_plan_from_nodes(scan);

	if (list_length(scan->scan.plan.qual) != 1 || list_length(plan->filter) != 2 ||
		term_kind(plan->filter) != TERM_AND || plan->limited)
		return -1;
	return operand_of_ids(relation, scan, (const List *) lsecond(plan->filter));
}

/*
 * Are the new values the same for all rows, and known without any of them?  The
 * columns of SET (a, b) = (SELECT ...) are not: they are Params whose subquery
 * stands in an entry of the target list that nobody evaluates here.
 */
static bool
is_independent(List *targets)
{
	return !contain_var_clause((Node *) targets) && !contain_subplans((Node *) targets) &&
		   !contain_volatile_functions((Node *) targets) && !contains_param((Node *) targets, PARAM_MULTIEXPR);
}

/* The new values of an UPDATE; those of the plan's own entries are left out. */
static List *
new_values(PlannerInfo *root, Index rtindex, List **columns)
{
	List *targets;
	List *values = NIL;
	ListCell *lc;

	get_translated_update_targetlist(root, rtindex, &targets, columns);
	foreach(lc, targets)
		if (!lfirst_node(TargetEntry, lc)->resjunk)
			values = lappend(values, lfirst_node(TargetEntry, lc)->expr);
	return values;
}

/*
 * Is only one column assigned, whose value is all that is sent then?  Of several,
 * the old row tells which differ, and only those are sent.
 */
static bool
is_one_whole_value(RemoteRelation *relation, Oid user, List *columns, bool returns)
{
	if (list_length(columns) != 1)
		return false;
	relation->user = user;
	/* what RETURNING shows is what the answer says */
	if (returns && relation->resource->update.status == 204)
		return false;
	return target_methods(relation)->is_alone(column_hint(relation, (AttrNumber) linitial_int(columns)));
}

/* Does the path of the write have parts that the row shows? */
static bool
needs_row(const RemoteRelation *relation, CmdType operation)
{
	const ResourceDef *resource = relation->resource;
	const Access *access = operation == CMD_DELETE ? &resource->delete : &resource->update;

	return access->path != NULL && row_path_needs_row(resource, access->path);
}

/* PlanDirectModify: the plan's scan becomes the write. */
static bool
plan_direct_modify(PlannerInfo *root, ModifyTable *plan, Index rtindex, int subplan_index)
{
	ForeignScan *scan = (ForeignScan *) outerPlan(plan);
	RangeTblEntry *rte = planner_rt_fetch(rtindex, root);
	DirectPlan direct = {0};
	List *values = NIL;
	List *columns = NIL;
	RemoteRelation *relation;
	ListCell *lc;

	if (plan->operation != CMD_UPDATE && plan->operation != CMD_DELETE)
		return false;
	if (!IsA(scan, ForeignScan) || scan->scan.scanrelid != rtindex)
		return false;
	relation = remote_relation_open_by_oid(rte->relid);
	direct.key = only_ids(relation, scan);
	if (direct.key < 0 || needs_row(relation, plan->operation))
		return false;
	if (plan->operation == CMD_DELETE ? plan->returningLists != NIL : get_rel_relispartition(rte->relid))
		return false;
	if (plan->operation == CMD_UPDATE)
	{
		values = new_values(root, rtindex, &columns);
		if (!is_one_whole_value(relation, compat_planned_user(root, find_base_rel(root, rtindex)), columns,
								plan->returningLists != NIL) ||
			!is_independent(values))
			return false;
	}
	foreach(lc, values)
	{
		direct.values = lappend_int(direct.values, list_length(scan->fdw_exprs));
		scan->fdw_exprs = lappend(scan->fdw_exprs, copyObject(lfirst(lc)));
	}
	scan->operation = plan->operation;
	scan->resultRelation = rtindex;
	direct.columns = copyObject(columns);
	direct.counts = plan->canSetTag;
	direct_plan_to_nodes(&direct, scan);
	return true;
}

/* ----- executing ----- */

/* BeginDirectModify */
static void
begin_direct_modify(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	DirectState *direct;

	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	direct = (DirectState *) palloc0(sizeof(DirectState));
	direct->exprs = ExecInitExprList(plan->fdw_exprs, (PlanState *) node);
	checks_transition_tables(node->resultRelInfo, plan->operation);
	direct_plan_from_nodes(plan, &direct->plan);
	direct->modify = modify_begin(node->ss.ps.state, node->resultRelInfo, plan->operation, direct->plan.columns,
								  target_column_set(direct->plan.columns), false);
	node->fdw_state = direct;
}

/* The value of an operand of the plan. */
static Datum
evaluate_operand(DirectState *direct, ForeignScanState *node, int index, bool *isnull)
{
	return ExecEvalExpr((ExprState *) list_nth(direct->exprs, index), node->ss.ps.ps_ExprContext, isnull);
}

/* The new row as far as it is known: what is assigned. */
static TupleTableSlot *
assigned_row(DirectState *direct, ForeignScanState *node)
{
	TupleTableSlot *slot =
		ExecInitExtraTupleSlot(node->ss.ps.state, RelationGetDescr(direct->modify->rel), &TTSOpsVirtual);
	ListCell *column;
	ListCell *index;

	ExecStoreAllNullTuple(slot);
	forboth(column, direct->plan.columns, index, direct->plan.values)
	{
		int at = lfirst_int(column) - 1;

		slot->tts_values[at] = evaluate_operand(direct, node, lfirst_int(index), &slot->tts_isnull[at]);
	}
	return slot;
}

/* One write for each id, each once a statement; NULL where there is none. */
static WriteQueue *
make_writes(DirectState *direct, ForeignScanState *node)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	ModifyState *modify = direct->modify;
	int key = direct->plan.key;
	Operand operand = {.known = true, .type = exprType((Node *) list_nth(plan->fdw_exprs, key))};
	TupleTableSlot *slot = plan->operation == CMD_UPDATE ? assigned_row(direct, node) : NULL;
	Elements ids;
	WriteQueue *queue = NULL;

	operand.value = evaluate_operand(direct, node, key, &operand.isnull);
	ids = keys_of_operand(&operand);
	modify_check_count(modify, node->ss.ps.state, ids.n);
	for (int i = 0; i < ids.n; i++)
	{
		const char *id = fixed_output(ids.type, ids.values[i]);
		RowId row;
		Write *write;

		rowid_of_datum(&row, ids.type, ids.values[i]);
		if (read_first_is_written(node->ss.ps.state, &row))
			continue;
		write = slot != NULL ? row_update_direct(modify, slot, id) : row_delete_direct(modify, id);
		if (write == NULL)
			continue;
		if (queue == NULL)
			queue = queue_create(modify->sender.context, modify->relation->resource->id_type);
		queue_put(queue, write);
	}
	return queue;
}

/* Write all of them; the answers of those that were there are kept for RETURNING. */
static void
write_direct(DirectState *direct, ForeignScanState *node)
{
	EState *estate = node->ss.ps.state;
	ModifyState *modify = direct->modify;
	bool is_returning = node->resultRelInfo->ri_projectReturning != NULL;
	MemoryContext saved = MemoryContextSwitchTo(modify->context);
	WriteQueue *queue = make_writes(direct, node);

	direct->is_written = true;
	/* the executor checks the scan's conditions of what we return */
	if (is_returning)
	{
		answer_prepare(modify, node->resultRelInfo, node->ss.ps.plan->qual);
		direct->answers = texts_create(ANSWER_TEXTS);
		direct->row = AllocSetContextCreate(modify->context, "attio_fdw answer", ALLOCSET_DEFAULT_SIZES);
	}
	if (queue != NULL)
	{
		read_first_before_write(estate);
		modify_send_queue(modify, queue, direct->answers);
	}
	MemoryContextSwitchTo(saved);
	modify_warn_shown(modify);
	if (direct->plan.counts && !is_returning)
		estate->es_processed += modify->sender.done;
	if (node->ss.ps.instrument != NULL && !is_returning)
		node->ss.ps.instrument->tuplecount += modify->sender.done;
}

/* IterateDirectModify: a row for each that is written where RETURNING wants it, else none. */
static TupleTableSlot *
iterate_direct_modify(ForeignScanState *node)
{
	DirectState *direct = (DirectState *) node->fdw_state;
	ResultRelInfo *target = node->resultRelInfo;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;
	char *answer[ANSWER_TEXTS];
	MemoryContext saved;
	bool found;

	if (!direct->is_written)
		write_direct(direct, node);
	ExecClearTuple(slot);
	if (direct->answers == NULL)
		return slot;
	MemoryContextReset(direct->row);
	saved = MemoryContextSwitchTo(direct->row);
	found = texts_next(direct->answers, answer);
	MemoryContextSwitchTo(saved);
	if (!found)
		return slot;
	answer_read(direct->modify, NULL, answer[ANSWER_BODY], answer[ANSWER_REQUEST], slot);
	if (direct->plan.counts)
		node->ss.ps.state->es_processed++;
	target->ri_projectReturning->pi_exprContext->ecxt_scantuple = slot;
	return slot;
}

/* EndDirectModify: the statement's memory context frees all but files. */
static void
end_direct_modify(ForeignScanState *node)
{
	DirectState *direct = (DirectState *) node->fdw_state;

	if (direct != NULL && direct->answers != NULL)
		texts_end(direct->answers);
}

/* Put them into the table of callbacks. */
void
direct_set_callbacks(FdwRoutine *routine)
{
	routine->PlanDirectModify = plan_direct_modify;
	routine->BeginDirectModify = begin_direct_modify;
	routine->IterateDirectModify = iterate_direct_modify;
	routine->EndDirectModify = end_direct_modify;
	routine->ExplainDirectModify = explain_direct_modify;
}
