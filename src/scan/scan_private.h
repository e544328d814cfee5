/*
 * scan_private.h
 *		What crosses from planner to executor.
 *
 * A scan's fdw_private is a List of Nodes, indexed by this enum; it is copied
 * and cached with the plan, so it holds no pointer to anything else.
 */
#ifndef ATTIO_SCAN_PRIVATE_H
#define ATTIO_SCAN_PRIVATE_H

typedef enum ScanPlanIndex
{
	SCAN_PLAN_COLUMNS,  /* IntList: attribute numbers the scan must fill */
	SCAN_PLAN_FILTER,   /* a term (below), or NIL: nothing is sent */
	SCAN_PLAN_VERDICTS, /* IntList: Verdict of each of the plan's quals, in order */
	SCAN_PLAN_SHAPE,    /* IntList: SortShape, and rows of the first page (0 = as the table says) */
	SCAN_PLAN_SORTS,    /* the keys, each a List of String attribute id ("" = unknown), String slug, String type,
						 * String property, Integer descending, Integer attribute number; by created_at the one key */
	SCAN_PLAN_ORDER,   /* the same order as the executor knows it: an IntList of attribute number and whether NULLs come
						 * first, and an OidList of operator and collation, of each key; or NIL: no order is counted on */
	SCAN_PLAN_GUARD,   /* a term: the first step asks only for rows for which it is true, as NULLs come last; or NIL */
	SCAN_PLAN_LIMIT,   /* IntList: indexes in fdw_exprs of LIMIT and OFFSET (-1 = none), or NIL: not for the scan */
	SCAN_PLAN_LOOKUP,  /* IntList: index in fdw_exprs of the keys that a join hands over, and how many fit one request;
						 * their term is the last of the filter.  Or NIL */
	SCAN_PLAN_COUNTS,  /* Integer: so many first columns of the scan's one row are the number of rows; those behind them
						 * are SCAN_PLAN_COLUMNS, for the conditions, which are the plan's fdw_recheck_quals.  0: no count */
	SCAN_PLAN_LEARNS,  /* Integer: planning did not know a column that the scan makes known */
	SCAN_PLAN_REASONS, /* of each of the quals a String: why nothing of it is sent; "" = something is */
	SCAN_PLAN_OPTIONAL, /* IntList: attribute numbers that it fills as well, where their values fit for certain */
	SCAN_PLAN_LENGTH
} ScanPlanIndex;

/* The order that the plan counts on. */
typedef enum SortShape
{
	SORT_ANY,
	SORT_CREATED_ASC, /* by created_at, and the id among equals */
	SORT_CREATED_DESC,
	SORT_ONE_PAGE /* by other keys: all that is wanted fits one page */
} SortShape;

/* How a condition travels (DESIGN.md 5). */
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

#endif /* ATTIO_SCAN_PRIVATE_H */
