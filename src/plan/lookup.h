/*
 * lookup.h
 *		Join conditions by which the service can look rows up.
 */
#ifndef PLAN_LOOKUP_H
#define PLAN_LOOKUP_H

#include "base/compat.h"
#include "nodes/pathnodes.h"
#include "scan/scan_plan.h"

/* A condition between a relation of ours and others: outer = inner, or of arrays any of their elements. */
typedef struct Lookup
{
	LookupForm form;
	Node *outer_key;
	Node *inner_key;
	Oid equality; /* operator of two keys */
	Oid collation;
	Expr *clause; /* on the inner side, with the batch of keys in the place of the outer one */
	int keys_per_request;
	double matches;      /* rows of a key, estimated */
	bool leaves_parents; /* each key takes a listing of each parent (params_leave_parents()) */
} Lookup;

/*
 * Is this a condition by which rows of "inner", a table of ours, can be looked up
 * for rows of "outer"?  The nodes of the answer are shared with the condition.
 */
extern bool lookup_find(PlannerInfo *root, RelOptInfo *inner, RelOptInfo *outer, RestrictInfo *rinfo, Lookup *lookup);

/* The scan that is handed so many keys in all, for a join that asks so many times. */
extern Path *lookup_path(PlannerInfo *root, RelOptInfo *inner, const Lookup *lookup, double keys, double requests);

#endif /* PLAN_LOOKUP_H */
