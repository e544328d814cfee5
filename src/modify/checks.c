/*
 * checks.c
 *		What a new row must meet before it is sent, as a local table's does.
 *
 * Owns: the checks that the server leaves to whoever writes (policies, views,
 * bounds of partitions), the triggers that decide when rows are written, and
 * what a foreign child of a local parent cannot do.
 */
#include "modify/modify_state.h"

#include "access/sysattr.h"
#include "commands/trigger.h"
#include "executor/executor.h"

/* The table that the statement names: the child's parent, or the table itself. */
static const ResultRelInfo *
root_target(const ResultRelInfo *target)
{
	return target->ri_RootResultRelInfo != NULL ? target->ri_RootResultRelInfo : target;
}

/*
 * What the executor looks at only when the row is written, or of foreign tables
 * not at all: policies of row security, the bounds of the partition, and a view's
 * WITH CHECK OPTION.  A row that was routed to the partition lies within them,
 * unless a trigger has changed it since.
 */
void
checks_new_row(EState *estate, ResultRelInfo *target, TupleTableSlot *slot, CmdType operation)
{
	bool routed = operation == CMD_INSERT && target->ri_RootResultRelInfo != NULL &&
				  (target->ri_TrigDesc == NULL || !target->ri_TrigDesc->trig_insert_before_row);

	if (target->ri_WithCheckOptions != NIL)
		ExecWithCheckOptions(operation == CMD_INSERT ? WCO_RLS_INSERT_CHECK : WCO_RLS_UPDATE_CHECK, target, slot,
							 estate);
	if (target->ri_RelationDesc->rd_rel->relispartition && !routed)
		(void) ExecPartitionCheck(target, slot, estate, true);
	if (target->ri_WithCheckOptions != NIL)
		ExecWithCheckOptions(WCO_VIEW_CHECK, target, slot, estate);
}

/*
 * Triggers that look at rows, or run when all of them are thought to be written.
 * Those of statements are the parent's.
 */
bool
checks_has_triggers(const ResultRelInfo *target, CmdType operation)
{
	const TriggerDesc *rows = target->ri_TrigDesc;
	const TriggerDesc *statement = root_target(target)->ri_TrigDesc;
	bool is_update = operation == CMD_UPDATE;

	if (statement != NULL &&
		(is_update ? statement->trig_update_after_statement : statement->trig_delete_after_statement))
		return true;
	return rows != NULL && (is_update ? rows->trig_update_after_row || rows->trig_update_before_row
									  : rows->trig_delete_after_row || rows->trig_delete_before_row);
}

/* Triggers of the parent that want all rows: the server refuses to collect them from foreign tables, but too late. */
void
checks_transition_tables(const ResultRelInfo *target, CmdType operation)
{
	const TriggerDesc *triggers = root_target(target)->ri_TrigDesc;
	bool wants_rows = false;

	if (triggers == NULL || target->ri_RootResultRelInfo == NULL)
		return;
	if (operation == CMD_INSERT)
		wants_rows = triggers->trig_insert_new_table;
	else if (operation == CMD_UPDATE)
		wants_rows = triggers->trig_update_old_table || triggers->trig_update_new_table;
	else if (operation == CMD_DELETE)
		wants_rows = triggers->trig_delete_old_table;
	if (wants_rows)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("cannot collect transition tuples from child foreign tables"),
						errdetail("\"%s\" has triggers with transition tables, and \"%s\" is a foreign table.",
								  RelationGetRelationName(root_target(target)->ri_RelationDesc),
								  RelationGetRelationName(target->ri_RelationDesc)),
						errhint("Nothing was written. Write to the other tables directly, or drop the triggers.")));
}

/* Raise an ERROR: an UPDATE would move rows from another table into this one. */
static void
refuse_move(Relation rel, const char *statement)
{
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("%s cannot move rows into foreign table \"%s\"", statement, RelationGetRelationName(rel)),
					errhint("INSERT them into that table, then DELETE them from their own table.")));
}

/*
 * Rows come to a foreign partition: by an INSERT, by the INSERT of a MERGE, or
 * because an UPDATE moves them, which is refused.  Of a MERGE only the row itself
 * tells: one that moves has the place that it comes from.
 */
void
checks_begin_routing(ModifyState *state, ModifyTableState *mtstate)
{
	const ModifyTable *plan = (const ModifyTable *) mtstate->ps.plan;

	if (plan != NULL && plan->operation == CMD_UPDATE)
		refuse_move(state->rel, "an UPDATE");
	if (plan != NULL && plan->operation == CMD_MERGE)
		state->moved_junk = ExecFindJunkAttributeInTlist(outerPlanState(mtstate)->plan->targetlist, "ctid");
}

void
checks_routed_row(const ModifyState *state, TupleTableSlot *plan_slot)
{
	bool isnull;

	if (state->moved_junk == InvalidAttrNumber || TupIsNull(plan_slot))
		return;
	(void) ExecGetJunkAttribute(plan_slot, state->moved_junk, &isnull);
	if (!isnull)
		refuse_move(state->rel, "a MERGE");
}
