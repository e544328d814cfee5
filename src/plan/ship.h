/*
 * ship.h
 *		What of a condition may be sent to Attio.
 */
#ifndef ATTIO_SHIP_H
#define ATTIO_SHIP_H

#include "attio/hint.h"
#include "nodes/pathnodes.h"
#include "scan/scan_plan.h"

/* Collects the operands of all conditions of one scan. */
typedef struct ShipContext
{
	PlannerInfo *root;
	const AttioRelation *relation;
	Index relid;        /* of the scan's relation */
	List *operands;     /* becomes fdw_exprs */
	bool uncertain;     /* set where the definitions may yet forbid to send what is exact */
	const char *reason; /* of the last condition: why nothing of it is sent; NULL = something is */
	int depth;          /* of the AND and OR around what is looked at */
} ShipContext;

extern List *ship_condition(ShipContext *context, Expr *clause, Verdict *verdict);
/* Is it a column of addresses, of which hardly two rows share one? */
extern bool ship_is_address(ShipContext *context, Node *node);
/* Of terms that all must hold: tell each condition on an actor of the one on its type. */
extern void ship_pair_actors(List *terms);
extern bool ship_is_key(ShipContext *context, Expr *clause);

#endif /* ATTIO_SHIP_H */
