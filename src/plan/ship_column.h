/*
 * ship_column.h
 *		Columns and operands: the two sides of a condition that can be sent.
 */
#ifndef ATTIO_SHIP_COLUMN_H
#define ATTIO_SHIP_COLUMN_H

#include "plan/ship.h"

/* A column of ours, and what the condition makes of it before it compares. */
typedef struct ShippedColumn
{
	ColumnHint hint;
	bool lowered; /* lower(column) */
	int days;     /* the column cut to a date or a longer span: days of the span; 0 = as it is */
} ShippedColumn;

extern bool shipped_column(ShipContext *context, Node *node, ShippedColumn *column);
extern bool shipped_operand(ShipContext *context, Node *node);
extern bool
ship_can_compare(const ShipContext *context, const ShippedColumn *column, TermOp op, Oid type, Oid collation);
extern bool ship_says_something(const ShippedColumn *column, TermOp op, Node *operand);
extern Verdict ship_verdict(const ShipContext *context, const ShippedColumn *column, TermOp op, Node *operand);

#endif /* ATTIO_SHIP_COLUMN_H */
