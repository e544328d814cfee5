/*
 * comparison.h
 *		One condition as planning found it: a column, an operator, an operand.
 *
 * Planning says what PostgreSQL's expression means; the service says what of it
 * can be sent, and what that is worth.
 */
#ifndef REMOTE_COMPARISON_H
#define REMOTE_COMPARISON_H

#include "remote/terms.h"

struct ColumnHint;

typedef struct Comparison
{
	const struct ColumnHint *column;
	bool lowered;      /* lower(column) */
	int days;          /* the column cut to a date or a longer span: days of the span; 0 = as it is */
	bool any_value;    /* of an array column one value is meant: value = ANY (column) */
	TermOp op;         /* the service may put another one here that it implies */
	bool matches_null; /* OP_NE: true also where the column is NULL */
	Oid collation;
	Oid type;      /* of the operand, or of its elements where it is an array; InvalidOid = there is none */
	bool is_known; /* the operand is a constant, and not NULL */
	Datum value;   /* then */

	/* set by the service */
	bool is_uncertain; /* the definitions may yet forbid to send what is exact */
} Comparison;

#endif /* REMOTE_COMPARISON_H */
