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

/* In the current memory context, which is planning's own: it lives as long as the query is planned. */
RelationPlan *
relation_plan_create(RemoteRelation *relation)
{
	RelationPlan *plan = (RelationPlan *) palloc0(sizeof(RelationPlan));

	plan->relation = relation;
	plan->service = relation->service;
	plan->context = CurrentMemoryContext;
	return plan;
}

RelationPlan *
relation_plan_of(const RelOptInfo *rel)
{
	return rel != NULL && is_our_routine(rel->fdwroutine) ? (RelationPlan *) rel->fdw_private : NULL;
}

bool
relation_plan_can_keep(const RelationPlan *plan)
{
	return CurrentMemoryContext == plan->context;
}
