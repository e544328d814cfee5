/*
 * terms.h
 *		What a condition says, and how it travels.
 *
 * Planning makes terms of a query's conditions; a service writes them in its own
 * language.  A term is a List of Nodes, because it is kept in the plan; only
 * terms.c knows where in the list what stands.
 */
#ifndef REMOTE_TERMS_H
#define REMOTE_TERMS_H

#include "base/compat.h"

/* The order that the plan counts on. */
typedef enum SortShape
{
	SORT_ANY,
	SORT_CREATED_ASC, /* by creation, and the id among equals */
	SORT_CREATED_DESC,
	SORT_ONE_PAGE, /* by other keys: all that is wanted fits one page */
	SORT_LISTED,   /* by the key of a parameter, over all pages of one listing */
	SORT_WINDOWS   /* by the time whose span is asked for in windows, one after the other; the scan sorts each */
} SortShape;

/* How a condition travels (docs/invariants.md 1.3). */
typedef enum Verdict
{
	VERDICT_LOCAL,    /* nothing is sent */
	VERDICT_SUPERSET, /* sent, and checked again locally */
	VERDICT_EXACT     /* the service alone decides */
} Verdict;

/* Operands are evaluated when the scan starts; a term has their indexes in fdw_exprs. */
typedef enum TermKind
{
	TERM_AND,       /* terms */
	TERM_OR,        /* terms */
	TERM_CONDITION, /* a Condition */
	TERM_PARAM,     /* a Condition on the field "name", which becomes a parameter (params.h); never below an OR */
	TERM_KEY,       /* on the row's id: an operand, which is an array or a single id */
	TERM_PARENT     /* likewise, on the parent records of entries */
} TermKind;

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

/*
 * A condition on a column.  The column decides what is meant when the scan
 * starts; the attribute and its property are what planning took it for.
 */
typedef struct Condition
{
	AttrNumber column;
	const char *attribute_id; /* "" = not known */
	const char *name;         /* of the attribute or the field */
	const char *type;
	const char *property;
	bool multi; /* the attribute holds several values */
	TermOp op;
	int operand; /* its index; -1 = none */
	int days;    /* of the span that the column is cut to; 0 = it is not cut */
} Condition;

extern TermKind term_kind(const List *term);
extern List *term_of_arms(TermKind kind, List *arms);
extern List *term_of_condition(TermKind kind, const Condition *condition);
extern List *term_of_operand(TermKind kind, int operand);
extern Condition term_condition(const List *term);
extern int term_operand(const List *term);
extern List *term_of_params(const List *term);
extern bool term_has_key(const List *term);
extern List *term_renumbered(const List *term, int by);

#endif /* REMOTE_TERMS_H */
