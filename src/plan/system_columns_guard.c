/*
 * system_columns_guard.c
 *		When a statement is checked for uses of system columns.
 *
 * Owns: the moment.  The finished plan is looked at, when it begins: it holds
 * just the tables that are read (no pruned partition), views and functions are
 * parts of it, and it is the same whether or not this library was loaded when it
 * was planned.  Must not know which uses are refused.
 */
#include "plan/system_columns.h"

#include "access/sysattr.h"
#include "nodes/nodeFuncs.h"
#include "utils/memutils.h"

/* The statement that is known to be fine, while it runs. */
static const EState *checked_statement = NULL;

/* The statement has ended. */
static void
forget_checked(void *estate)
{
	if (checked_statement == (const EState *) estate)
		checked_statement = NULL;
}

/* The check of a whole statement, once for each time it is run. */
static void
check_running_statement(EState *estate)
{
	MemoryContext scratch;
	MemoryContext saved;
	MemoryContextCallback *callback;

	if (checked_statement == estate)
		return;
	scratch = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw system columns", ALLOCSET_SMALL_SIZES);
	saved = MemoryContextSwitchTo(scratch);
	system_columns_check(estate->es_plannedstmt);
	MemoryContextSwitchTo(saved);
	MemoryContextDelete(scratch);
	callback = (MemoryContextCallback *) MemoryContextAlloc(estate->es_query_cxt, sizeof(MemoryContextCallback));
	callback->func = forget_checked;
	callback->arg = estate;
	MemoryContextRegisterResetCallback(estate->es_query_cxt, callback);
	checked_statement = estate;
}

/* Is there a system column in it, or the row that a cursor is at? */
static bool
has_system_column(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, CurrentOfExpr))
		return true;
	if (IsA(node, Var))
		return ((Var *) node)->varattno < 0 && ((Var *) node)->varattno != TableOidAttributeNumber;
	return expression_tree_walker(node, has_system_column, context);
}

/* The callbacks as they were: the check comes first. */
static BeginForeignScan_function begin_scan_unchecked;
static BeginForeignModify_function begin_modify_unchecked;
static BeginDirectModify_function begin_direct_unchecked;

/* BeginForeignScan: the check, where this scan shows such a column. */
static void
begin_checked_scan(ForeignScanState *node, int eflags)
{
	const ForeignScan *plan = (const ForeignScan *) node->ss.ps.plan;

	if (has_system_column((Node *) plan->scan.plan.targetlist, NULL) ||
		has_system_column((Node *) plan->scan.plan.qual, NULL))
		check_running_statement(node->ss.ps.state);
	begin_scan_unchecked(node, eflags);
}

/* BeginForeignModify */
static void
begin_checked_modify(ModifyTableState *mtstate, ResultRelInfo *target, List *fdw_private, int subplan_index, int eflags)
{
	check_running_statement(mtstate->ps.state);
	begin_modify_unchecked(mtstate, target, fdw_private, subplan_index, eflags);
}

/* BeginDirectModify */
static void
begin_checked_direct(ForeignScanState *node, int eflags)
{
	check_running_statement(node->ss.ps.state);
	begin_direct_unchecked(node, eflags);
}

void
system_columns_guard(FdwRoutine *routine)
{
	begin_scan_unchecked = routine->BeginForeignScan;
	begin_modify_unchecked = routine->BeginForeignModify;
	begin_direct_unchecked = routine->BeginDirectModify;
	routine->BeginForeignScan = begin_checked_scan;
	routine->BeginForeignModify = begin_checked_modify;
	routine->BeginDirectModify = begin_checked_direct;
}
