/*
 * ship.h
 *		What of a condition may be sent to Attio.
 */
#ifndef ATTIO_SHIP_H
#define ATTIO_SHIP_H

#include "plan/relation_plan.h"
#include "nodes/pathnodes.h"
#include "scan/scan_plan.h"

/* What one condition is judged by, and what is found. */
typedef struct ShipContext
{
	PlannerInfo *root;
	RelationPlan *plan;
	const AttioRelation *relation;
	Index relid;        /* of the scan's relation */
	List *operands;     /* of the condition, in the order of their indexes */
	bool uncertain;     /* set where the definitions may yet forbid to send what is exact */
	const char *reason; /* of the last condition: why nothing of it is sent; NULL = something is */
	int depth;          /* of the AND and OR around what is looked at */
} ShipContext;

extern List *ship_condition(ShipContext *context, Expr *clause, Verdict *verdict);
/* Is it a column of addresses, of which hardly two rows share one? */
extern bool ship_is_address(ShipContext *context, Node *node);

#endif /* ATTIO_SHIP_H */
