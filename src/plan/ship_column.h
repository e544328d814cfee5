/*
 * ship_column.h
 *		Columns and operands: the two sides of a condition, and what stands between
 *		them.
 */
#ifndef PLAN_SHIP_COLUMN_H
#define PLAN_SHIP_COLUMN_H

#include "plan/relation_plan.h"
#include "remote/comparison.h"

/* What one condition is judged by, and what is found. */
typedef struct ShipContext
{
	PlannerInfo *root;
	RelationPlan *plan;
	Index relid;        /* of the scan's relation */
	List *operands;     /* of the condition, in the order of their indexes */
	bool uncertain;     /* set where the definitions may yet forbid to send what is exact */
	const char *reason; /* of the last condition: why nothing of it is sent; NULL = something is */
	bool in_or;         /* below an OR */
	int depth;          /* of the AND and OR around what is looked at */
} ShipContext;

extern bool shipped_column(ShipContext *context, Node *node, Comparison *comparison);
extern bool shipped_operand(ShipContext *context, Node *node);
extern void shipped_value(Node *operand, bool is_array, Comparison *comparison);
extern bool ship_operator(Oid opno, TermOp *op, bool *negated);
extern TermOp ship_commuted(TermOp op);
extern TermOp ship_opposite(TermOp op);

#endif /* PLAN_SHIP_COLUMN_H */
