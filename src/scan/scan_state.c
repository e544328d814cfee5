/*
 * scan_state.c
 *		The state of one scan while it runs.
 */
#include "scan/scan_state.h"

#include "access/table.h"
#include "executor/executor.h"
#include "remote/param_rules.h"
#include "utils/memutils.h"

/* A scan that counts has no relation of its own; the query has only one. */
RemoteRelation *
scan_relation(const ForeignScanState *node)
{
	const ForeignScan *plan = (const ForeignScan *) node->ss.ps.plan;
	Relation rel = node->ss.ss_currentRelation;
	RemoteRelation *relation;

	if (rel != NULL)
		return remote_relation_open(rel);
	rel = table_open(exec_rt_fetch(bms_next_member(plan->fs_relids, -1), node->ss.ps.state)->relid, NoLock);
	relation = remote_relation_open(rel);
	table_close(rel, NoLock);
	return relation;
}

void
scan_take_way(RemoteRelation *relation, const ScanPlan *plan)
{
	/* behind the kind of the term stand its arms */
	relation->resource = params_resource(relation->resource, list_copy_tail(plan->filter, 1));
}

void
scan_begin_contexts(RemoteScan *state)
{
	if (state->run_context != NULL)
		return;
	state->run_context = AllocSetContextCreate(state->context, "attio_fdw run", ALLOCSET_START_SMALL_SIZES);
	state->row_context = AllocSetContextCreate(state->run_context, "attio_fdw row", ALLOCSET_DEFAULT_SIZES);
}

char *
scan_reason(const RemoteScan *state, const char *words)
{
	MemoryContext saved = MemoryContextSwitchTo(state->context);
	char *reason = service_label(state->table.session->service, words);

	MemoryContextSwitchTo(saved);
	return reason;
}
