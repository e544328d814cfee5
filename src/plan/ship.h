/*
 * ship.h
 *		What of a condition may be sent to the service.
 */
#ifndef PLAN_SHIP_H
#define PLAN_SHIP_H

#include "plan/ship_column.h"

extern List *ship_condition(ShipContext *context, Expr *clause, Verdict *verdict);

/* Is it a column of addresses, of which hardly two rows share one? */
extern bool ship_is_address(ShipContext *context, Node *node);

#endif /* PLAN_SHIP_H */
