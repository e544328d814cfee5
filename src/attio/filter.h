/*
 * filter.h
 *		From the terms of a plan and the values of its operands to Attio's filters.
 */
#ifndef ATTIO_FILTER_H
#define ATTIO_FILTER_H

#include "attio/relation.h"
#include "base/json.h"
#include "remote/terms.h"

/* Ids or words that one request may hold (docs/attio-api.md 8.4). */
#define FILTER_MAX_IN 100

/* One operand's value, or where there is none (plain EXPLAIN) its name. */
typedef struct FilterOperand
{
	bool known;
	Oid type;
	Datum value;
	bool isnull;
} FilterOperand;

typedef struct FilterInput
{
	const AttioRelation *relation;
	Session *session;  /* NULL: make no request (EXPLAIN) */
	List *definitions; /* NIL: slugs are the plan's */
	FilterOperand *operands;
	int noperands;
	bool looks_up;   /* words that cannot be sent as they are may go by what they contain */
	bool notices;    /* tell of titles that do not exist */
	bool incomplete; /* set where a condition could not be sent */
} FilterInput;

/* What a scan asks for: nothing at all, everything (NIL), or one listing for each filter. */
typedef struct FilterSet
{
	bool nothing;
	bool incomplete; /* a condition that the plan meant to send is not among them */
	List *filters;   /* JsonTree, in the memory context that was current */
} FilterSet;

/*
 * The same where the last arm of the term asks for keys that a join looks up:
 * one filter for each so many of them.  0: they cannot be asked for.  The other
 * arms may be left out, where Attio refuses them.
 */
extern FilterSet
filter_build_lookup(FilterInput *input, List *term, int operand, int keys_a_request, bool without_others);
extern FilterSet filter_build(FilterInput *input, List *term);

/* Does a term ask for rows by their ids, so that several filters are batches of those? */
extern bool filter_has_keys(List *term);

#endif /* ATTIO_FILTER_H */
