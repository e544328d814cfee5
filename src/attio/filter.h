/*
 * filter.h
 *		From the terms of a plan and the values of its operands to Attio's filters.
 */
#ifndef ATTIO_FILTER_H
#define ATTIO_FILTER_H

#include "attio/relation.h"
#include "remote/ask.h"
#include "remote/operand.h"
#include "remote/terms.h"

/* Ids or words that one request may hold (docs/attio-api.md 8.4). */
#define FILTER_MAX_IN 100

typedef struct FilterInput
{
	const AttioRelation *relation;
	Session *session;  /* NULL: make no request (EXPLAIN) */
	ScanCost *cost;    /* of what is asked for; NULL = nobody counts */
	List *definitions; /* NIL: slugs are the plan's */
	Operand *operands;
	int noperands;
	bool looks_up;   /* words that cannot be sent as they are may go by what they contain */
	bool notices;    /* tell of titles that do not exist */
	bool incomplete; /* set where a condition could not be sent */
} FilterInput;

/*
 * The same where the last arm of the term asks for keys that a join looks up:
 * one filter for each so many of them.  0: they cannot be asked for.  The other
 * arms may be left out, where Attio refuses them.
 */
extern AskSet filter_build_lookup(FilterInput *input, List *term, int operand, int keys_a_request, bool without_others);
extern AskSet filter_build(FilterInput *input, List *term);

/* Does a term ask for rows by their ids, so that several filters are batches of those? */
extern bool filter_has_keys(List *term);

#endif /* ATTIO_FILTER_H */
