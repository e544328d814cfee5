/*
 * modify_plan.h
 *		What crosses from planner to executor of a statement that writes.
 */
#ifndef MODIFY_MODIFY_PLAN_H
#define MODIFY_MODIFY_PLAN_H

#include "modify/qualified.h"

typedef struct ModifyPlan
{
	List *columns;        /* IntList: attribute numbers that may be assigned */
	List *named;          /* IntList: of an UPDATE, those that the statement assigns */
	Qualification found;  /* of an UPDATE or DELETE */
	bool skips_conflicts; /* INSERT ... ON CONFLICT DO NOTHING */
	List *open;           /* conditions that may qualify it by the values of parameters */
	Index target;         /* the table's number in them */
} ModifyPlan;

/* As a List of Nodes, in the current memory context, and back. */
extern List *modify_plan_to_nodes(const ModifyPlan *plan);
extern void modify_plan_from_nodes(List *nodes, ModifyPlan *plan);

#endif /* MODIFY_MODIFY_PLAN_H */
