/*
 * scan_plan.h
 *		What crosses from planner to executor.
 *
 * The server copies plans, so what a plan node carries is Lists of Nodes.  Planner
 * and executor know these structs; scan_plan.c alone knows how the Lists are made.
 * What a struct points to belongs to the plan, or is made in the current memory
 * context.
 */
#ifndef SCAN_SCAN_PLAN_H
#define SCAN_SCAN_PLAN_H

#include "base/compat.h"
#include "nodes/extensible.h"
#include "nodes/pathnodes.h"
#include "remote/sort_key.h"
#include "remote/terms.h"

/* In the place of the index of an operand, in fdw_exprs. */
#define NO_OPERAND (-1)

/* A ForeignScan: what to read, and how. */
typedef struct ScanPlan
{
	List *columns;  /* IntList: attribute numbers that the scan must fill */
	List *optional; /* IntList: attribute numbers that it fills as well, where their values fit for certain */
	List *
		present; /* IntList: of "columns", one of each extra (resource.h) that no row lacks which meets the conditions */
	bool learns; /* planning did not know a column that the scan makes known */

	/* conditions */
	List *filter;   /* a term (remote/terms.h), or NIL: nothing is sent */
	List *verdicts; /* IntList: Verdict of each of the plan's quals, in order */
	List *reasons;  /* of each of the quals a String: why nothing of it is sent; "" = something is */

	/* the order that is counted on */
	SortShape shape;
	int nsorts;
	SortKey *sorts; /* where the order is by creation the one key */
	List *guard;    /* a term: the first step asks only for rows for which it is true, as NULLs come last; or NIL */

	/* how many rows */
	int first_page; /* rows of the first page; 0 = as the table says */
	bool limited;   /* LIMIT and OFFSET are the scan's */
	int limit;      /* index of the operand, or NO_OPERAND */
	int offset;     /* likewise */

	/* so many first columns of the scan's one row are the number of rows; 0: it does not count.  The columns behind
	 * them are "columns", for the conditions, which are the plan's fdw_recheck_quals */
	int ncounts;

	/* a join hands over keys; their term is the last of the filter */
	int lookup; /* index of the operand, or NO_OPERAND */
	int keys_per_request;
} ScanPlan;

/* A plan that asks for everything, in any order. */
extern void scan_plan_init(ScanPlan *plan);
/* A ForeignScan's fdw_private. */
extern List *scan_plan_to_nodes(const ScanPlan *plan);

/* Of a node's plan; in the current memory context. */
extern ScanPlan *scan_plan_from_nodes(const ForeignScan *scan);

/* A ForeignScan that writes rows whose ids it is told, in the place of reading them. */
typedef struct DirectPlan
{
	List *columns; /* IntList: attribute numbers that are assigned */
	List *values;  /* IntList: index of the operand with the value of each */
	int key;       /* index of the operand with the ids */
	bool counts;   /* rows count for the statement */
} DirectPlan;

/* Added to what the node carries as a scan. */
extern void direct_plan_to_nodes(const DirectPlan *plan, ForeignScan *scan);
extern void direct_plan_from_nodes(const ForeignScan *scan, DirectPlan *plan);

/* How a ForeignPath differs from a plain listing. */
typedef enum ScanPathKind
{
	PATH_LISTING,
	PATH_LIMITED, /* LIMIT and OFFSET are the scan's */
	PATH_COUNT,   /* only the number of rows is wanted */
	PATH_LOOKUP   /* a join hands over keys */
} ScanPathKind;

typedef struct ScanPath
{
	ScanPathKind kind;
	Expr *clause; /* PATH_LOOKUP: the condition on the keys */
	int keys_per_request;
} ScanPath;

/* A ForeignPath's fdw_private; NIL for a plain listing. */
extern List *scan_path_to_nodes(const ScanPath *path);
extern void scan_path_from_nodes(const ForeignPath *foreign, ScanPath *path);

/* Which side of the join condition is an array, of which any element may match. */
typedef enum LookupForm
{
	LOOKUP_SCALAR,      /* outer = inner */
	LOOKUP_OUTER_ARRAY, /* inner = ANY (outer) */
	LOOKUP_INNER_ARRAY  /* outer = ANY (inner) */
} LookupForm;

/* A CustomScan that joins by lookups.  Its expressions are over the scan tuple. */
typedef struct JoinPlan
{
	JoinType type; /* inner, left, semi or anti */
	LookupForm form;
	Oid equality;  /* operator of two keys */
	Oid collation; /* of it, or InvalidOid */
	int keys_per_request;
	List *sources; /* IntList: for each column of the scan tuple its number in the outer side's, or negative, in the
					* inner side's */
	Expr *outer_key;
	Expr *inner_key;
	List *quals; /* ANDed: what makes two rows match */
} JoinPlan;

/* Fills custom_private and custom_exprs; what the plan points to becomes the node's. */
extern void join_plan_to_nodes(const JoinPlan *plan, CustomScan *scan);
extern void join_plan_from_nodes(const CustomScan *scan, JoinPlan *plan);

#endif /* SCAN_SCAN_PLAN_H */
