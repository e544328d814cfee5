/*
 * begin.c
 *		A statement that writes begins.
 *
 * Owns: what a statement needs to write rows, and the guard rails that hold
 * before anything is asked.
 */
#include "modify/begin.h"

#include "base/guc.h"
#include "modify/journal.h"
#include "remote/request.h"
#include "utils/memutils.h"

void
modify_check_qualified(Relation rel, CmdType operation, const ModifyPlan *plan, ParamListInfo params)
{
	const char *title = service_of_server(GetForeignTable(RelationGetRelid(rel))->serverid)->title;

	if (plan->found == QUALIFIED || setting_allow_unqualified_writes)
		return;
	if (qualification_by_params(rel, plan->target, plan->open, params))
		return;
	if (plan->found == WITHOUT_CONDITION)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("%s of foreign table \"%s\" without a condition on its columns is refused",
							   operation == CMD_DELETE ? "DELETE" : "UPDATE", RelationGetRelationName(rel)),
						errdetail("No condition uses a column of the table and can be false, so it would change every "
								  "row in %s, which ROLLBACK cannot undo.",
								  title),
						errhint("Add a condition on a column, or SET attio_fdw.allow_unqualified_writes = on.")));
	ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					errmsg("%s of foreign table \"%s\" without WHERE is refused",
						   operation == CMD_DELETE ? "DELETE" : "UPDATE", RelationGetRelationName(rel)),
					errdetail("It would change every row in %s, which ROLLBACK cannot undo.", title),
					errhint("Add a WHERE clause, or SET attio_fdw.allow_unqualified_writes = on.")));
}

/* ON CONFLICT DO NOTHING is refused where the table's options say that a row in conflict is updated. */
static void
check_leaves_conflicts(const RemoteRelation *relation)
{
	if (relation->matching != NULL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("ON CONFLICT DO NOTHING is not supported for foreign table \"%s\"", relation->name),
						errdetail("With option matching_attribute an INSERT updates the existing row."),
						errhint("INSERT into a foreign table of the same object without that option.")));
}

ModifyState *
modify_begin(EState *estate, ResultRelInfo *target, CmdType operation, List *columns, const Bitmapset *named,
			 bool skips_conflicts)
{
	MemoryContext context = AllocSetContextCreate(estate->es_query_cxt, "attio_fdw modify", ALLOCSET_DEFAULT_SIZES);
	MemoryContext saved = MemoryContextSwitchTo(context);
	ModifyState *state = (ModifyState *) palloc0(sizeof(ModifyState));
	RemoteRelation *relation = remote_relation_open(target->ri_RelationDesc);

	state->context = context;
	state->rel = target->ri_RelationDesc;
	state->relation = relation;
	state->writable = target_column_set(columns);
	if (skips_conflicts)
		check_leaves_conflicts(relation);
	journal_check_writable(relation->name, target_allows(relation, operation));
	state->target.table =
		remote_table_open(relation, compat_modify_user(target, estate), operation != CMD_DELETE, NIL, NULL);
	state->target.operation = operation;
	state->target.columns = columns;
	state->target.named = named;
	state->target.skips_conflicts = skips_conflicts;
	state->session = state->target.table.session;
	state->methods = target_methods(relation);
	if (operation != CMD_DELETE)
		state->writer = state->methods->begin(&state->target);
	state->sender.context = context;
	state->sender.relation = relation;
	state->sender.session = state->session;
	state->sender.methods = state->methods;
	state->sender.writer = state->writer;
	state->sender.answers = answers_create(relation->resource);
	state->sender.knows_table = operation != CMD_DELETE;
	state->sender.skips_conflicts = skips_conflicts;
	MemoryContextSwitchTo(saved);
	return state;
}
