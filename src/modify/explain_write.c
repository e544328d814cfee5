/*
 * explain_write.c
 *		What EXPLAIN says of writes.
 */
#include "modify/explain_write.h"

#include "commands/explain.h"
#include "modify/batches.h"
#include "modify/modify_plan.h"
#include "modify/read_first.h"

/* Which requests write, and when they are sent. */
static void
explain_requests(const RemoteRelation *relation, WriteAction action, const char *order, ExplainState *es)
{
	ExplainPropertyText(service_label(relation->service, "Write"), write_request_shown(relation, action), es);
	ExplainPropertyText(service_label(relation->service, "Write Order"), order, es);
}

/* ExplainForeignModify */
void
explain_foreign_modify(ModifyTableState *mtstate, ResultRelInfo *target, List *fdw_private, int subplan_index,
					   ExplainState *es)
{
	RemoteRelation *relation = remote_relation_open(target->ri_RelationDesc);
	bool is_insert = mtstate->operation == CMD_INSERT;
	WriteAction action = is_insert                          ? target_insert_action(relation)
						 : mtstate->operation == CMD_UPDATE ? ACTION_UPDATE
															: ACTION_DELETE;
	ModifyPlan plan;
	bool batched;

	modify_plan_from_nodes(fdw_private, &plan);
	if (is_insert)
		batched = modify_batch_size(target) > 1 && !plan.skips_conflicts;
	else
		batched = target->ri_projectReturning == NULL && !checks_has_triggers(target, mtstate->operation);
	explain_requests(
		relation, action,
		psprintf("%s%s", batched ? "in batches" : "one by one",
				 (batched && !is_insert) || read_first_drains(mtstate) ? ", after all rows have been read" : ""),
		es);
}

/* ExplainDirectModify */
void
explain_direct_modify(ForeignScanState *node, ExplainState *es)
{
	bool is_delete = ((ForeignScan *) node->ss.ps.plan)->operation == CMD_DELETE;

	explain_requests(remote_relation_open(node->ss.ss_currentRelation), is_delete ? ACTION_DELETE : ACTION_UPDATE,
					 "in batches, without reading first", es);
}
