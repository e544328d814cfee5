/*
 * clause.h
 *		The conditions of a plan, with what their columns show now.
 */
#ifndef ATTIO_CLAUSE_H
#define ATTIO_CLAUSE_H

#include "attio/relation.h"
#include "remote/ask.h"
#include "remote/terms.h"

typedef enum ClauseKind
{
	CLAUSE_AND,
	CLAUSE_OR,
	CLAUSE_CONDITION,
	CLAUSE_ACTOR, /* the id of an actor, and the type that the same AND gives it */
	CLAUSE_KEY,
	CLAUSE_PARENT
} ClauseKind;

typedef struct Clause
{
	ClauseKind kind;
	List *arms;  /* Clause, of CLAUSE_AND and CLAUSE_OR */
	int operand; /* its index; -1 = none */

	/* CLAUSE_CONDITION and CLAUSE_ACTOR */
	TermOp op;
	bool is_lost;      /* the column is not what planning took it for: nothing can be sent */
	bool is_missing;   /* the attribute is gone, and the table says that the column is NULL */
	bool multi;        /* the attribute holds several values */
	bool joins_fields; /* those on several properties of the attribute go into one object */
	int days;          /* of the span that the column is cut to; 0 = it is not cut */
	const char *slug;
	const char *attribute_id;      /* "" = not known */
	const AttributeDef *attribute; /* NULL where it is missing, and in plain EXPLAIN */
	const PropertyDef *property;
	int type_operand; /* CLAUSE_ACTOR */
} Clause;

extern Clause *clause_read(const AskInput *input);
extern bool clause_is_as_planned(const ColumnBinding *binding, const char *type, const char *property);

#endif /* ATTIO_CLAUSE_H */
