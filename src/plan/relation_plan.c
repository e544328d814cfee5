/*
 * relation_plan.c
 *		What planning knows of one foreign table.
 *
 * Owns: what is kept of a relation while a query is planned.  Makes no request.
 */
#include "plan/relation_plan.h"

#include "foreign/fdwapi.h"
#include "scan/foreign_scan.h"
#include "utils/memutils.h"

RelationPlan *
relation_plan_create(AttioRelation *relation, int natts)
{
	RelationPlan *plan = (RelationPlan *) palloc0(sizeof(RelationPlan));

	plan->relation = relation;
	plan->service = service_of_server(GetForeignTable(relation->table)->serverid);
	plan->context = CurrentMemoryContext;
	plan->natts = natts;
	plan->hints = (ColumnHint **) palloc0(sizeof(ColumnHint *) * (natts + 1));
	return plan;
}

RelationPlan *
relation_plan_of(const RelOptInfo *rel)
{
	return rel != NULL && is_our_routine(rel->fdwroutine) ? (RelationPlan *) rel->fdw_private : NULL;
}

const ColumnHint *
relation_plan_hint(RelationPlan *plan, AttrNumber attnum)
{
	MemoryContext saved;

	Assert(attnum > 0 && attnum <= plan->natts);
	if (plan->hints[attnum] != NULL)
		return plan->hints[attnum];
	saved = MemoryContextSwitchTo(plan->context);
	plan->hints[attnum] = (ColumnHint *) palloc(sizeof(ColumnHint));
	*plan->hints[attnum] = relation_column_hint(plan->relation, attnum);
	MemoryContextSwitchTo(saved);
	return plan->hints[attnum];
}

bool
relation_plan_can_keep(const RelationPlan *plan)
{
	return CurrentMemoryContext == plan->context;
}
