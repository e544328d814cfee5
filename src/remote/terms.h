/*
 * terms.h
 *		What a condition says, and how it travels.
 *
 * Planning makes terms of a query's conditions; a service writes them in its own
 * language.  A term is a List of Nodes, because it is kept in the plan.
 */
#ifndef REMOTE_TERMS_H
#define REMOTE_TERMS_H

/* The order that the plan counts on. */
typedef enum SortShape
{
	SORT_ANY,
	SORT_CREATED_ASC, /* by created_at, and the id among equals */
	SORT_CREATED_DESC,
	SORT_ONE_PAGE /* by other keys: all that is wanted fits one page */
} SortShape;

/* How a condition travels (docs/invariants.md 1.3). */
typedef enum Verdict
{
	VERDICT_LOCAL,    /* nothing is sent */
	VERDICT_SUPERSET, /* sent, and checked again here */
	VERDICT_EXACT     /* answered by Attio alone */
} Verdict;

/*
 * A term is a List.  Its first member is an Integer, a TermKind; the others are
 *	 TERM_AND, TERM_OR		terms
 *	 TERM_CONDITION			String attribute id ("" = unknown), String slug, String type, String property, IntList of
 *							TermOp, index of the operand in fdw_exprs (-1 = none), days of the span that the column
 *							is cut to (0 = none), whether the attribute holds several values, and the column's number.
 *							The column decides which attribute is meant when the scan starts; the others are what
 *							planning took it for.  An actor that another condition of the same AND gives a type
 *							has two more: CONDITION_TYPE_OPERAND, CONDITION_TYPE_COLUMN
 *	 TERM_KEY				Integer index of the operand, an array or a single id
 *	 TERM_PARENT			likewise, of the parent records of entries
 * Operands are evaluated when the scan starts.
 */
typedef enum TermKind
{
	TERM_AND,
	TERM_OR,
	TERM_CONDITION,
	TERM_KEY,
	TERM_PARENT
} TermKind;

/* Where a condition on an actor's id has the operand of its type, and the number of the column that shows the type. */
#define CONDITION_TYPE_OPERAND 5
#define CONDITION_TYPE_COLUMN 6

typedef enum TermOp
{
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_IN,      /* = ANY (array) */
	OP_NOT_IN,  /* <> ALL (array) */
	OP_HAS_ALL, /* array column @> array */
	OP_HAS_ANY, /* array column && array */
	OP_LIKE,    /* from here on patterns, then conditions without an operand */
	OP_ILIKE,
	OP_PREFIX, /* ^@ */
	OP_TRUE,
	OP_FALSE,
	OP_NOT_TRUE,
	OP_NOT_NULL,
	OP_IS_NULL
} TermOp;

#endif /* REMOTE_TERMS_H */
