/*
 * join.h
 *		A join that looks up the rows of a foreign table in batches.
 *
 * The plan is a CustomScan with two children: the outer side, any plan, and the
 * inner side, a scan of ours that asks for the keys it is handed.  Its scan
 * tuple is made of columns of both.
 */
#ifndef ATTIO_JOIN_H
#define ATTIO_JOIN_H

#include "base/compat.h"
#include "nodes/extensible.h"

/* Which side of the join condition is an array, of which any element may match. */
typedef enum LookupForm
{
	LOOKUP_SCALAR,      /* outer = inner */
	LOOKUP_OUTER_ARRAY, /* inner = ANY (outer) */
	LOOKUP_INNER_ARRAY  /* outer = ANY (inner) */
} LookupForm;

/* A join's custom_private is a List of Nodes, indexed by this enum. */
typedef enum JoinPlanIndex
{
	JOIN_PLAN_TYPE,      /* Integer: JoinType: inner, left, semi or anti */
	JOIN_PLAN_FORM,      /* Integer: LookupForm */
	JOIN_PLAN_OPERATOR,  /* Integer: OID of the equality of two keys */
	JOIN_PLAN_COLLATION, /* Integer: OID of its collation, or 0 */
	JOIN_PLAN_BATCH,     /* Integer: keys a request */
	JOIN_PLAN_SOURCES,   /* IntList: for each column of the scan tuple its number in the outer side's, or negative, in
						 * the inner side's */
	JOIN_PLAN_LENGTH
} JoinPlanIndex;

/* Likewise its custom_exprs, over the scan tuple. */
typedef enum JoinExprIndex
{
	JOIN_EXPR_OUTER_KEY,
	JOIN_EXPR_INNER_KEY,
	JOIN_EXPR_QUALS, /* List, ANDed: what makes two rows match */
	JOIN_EXPR_LENGTH
} JoinExprIndex;

extern const CustomScanMethods attio_join_methods;

/* Make the plan node known to the server, once a process. */
extern void attio_join_init(void);

#endif /* ATTIO_JOIN_H */
