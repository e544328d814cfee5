/*
 * scan_plan.c
 *		What crosses from planner to executor, as Lists of Nodes and back.
 *
 * Owns: the Lists in fdw_private, custom_private and custom_exprs.  The server
 * copies and caches them with the plan, so they hold no pointer to anything else.
 * Nobody else indexes them.
 */
#include "scan/scan_plan.h"

#include "nodes/makefuncs.h"

/* Members of a ForeignScan's fdw_private. */
typedef enum ScanPlanIndex
{
	SCAN_PLAN_COLUMNS,  /* IntList */
	SCAN_PLAN_OPTIONAL, /* IntList */
	SCAN_PLAN_PRESENT,  /* IntList */
	SCAN_PLAN_FILTER,   /* term */
	SCAN_PLAN_VERDICTS, /* IntList */
	SCAN_PLAN_REASONS,  /* List of String */
	SCAN_PLAN_SORTS,    /* List of sort keys */
	SCAN_PLAN_GUARD,    /* term */
	SCAN_PLAN_NUMBERS,  /* IntList, by ScanPlanNumber */
	SCAN_PLAN_DIRECT,   /* List, by DirectPlanIndex; NIL: it does not write */
	SCAN_PLAN_LENGTH
} ScanPlanIndex;

typedef enum ScanPlanNumber
{
	SCAN_NUMBER_LEARNS,
	SCAN_NUMBER_SHAPE,
	SCAN_NUMBER_FIRST_PAGE,
	SCAN_NUMBER_LIMITED,
	SCAN_NUMBER_LIMIT,
	SCAN_NUMBER_OFFSET,
	SCAN_NUMBER_COUNTS,
	SCAN_NUMBER_LOOKUP,
	SCAN_NUMBER_KEYS,
	SCAN_NUMBER_LENGTH
} ScanPlanNumber;

/* Members of a sort key. */
typedef enum SortKeyIndex
{
	SORT_KEY_ATTRIBUTE_ID, /* String, as the next three */
	SORT_KEY_NAME,
	SORT_KEY_TYPE,
	SORT_KEY_PROPERTY,
	SORT_KEY_NUMBERS, /* IntList: attribute number, descending, NULLs first */
	SORT_KEY_OIDS,    /* OidList: operator, collation */
	SORT_KEY_LENGTH
} SortKeyIndex;

typedef enum DirectPlanIndex
{
	DIRECT_PLAN_COLUMNS, /* IntList */
	DIRECT_PLAN_VALUES,  /* IntList */
	DIRECT_PLAN_NUMBERS, /* IntList: key, counts */
	DIRECT_PLAN_LENGTH
} DirectPlanIndex;

/* Members of a ForeignPath's fdw_private; a plain listing has none. */
typedef enum ScanPathIndex
{
	SCAN_PATH_CLAUSE,  /* Expr, or NULL */
	SCAN_PATH_NUMBERS, /* IntList: ScanPathKind, keys per request */
	SCAN_PATH_LENGTH
} ScanPathIndex;

/* Members of a CustomScan's custom_private. */
typedef enum JoinPlanIndex
{
	JOIN_PLAN_SOURCES, /* IntList */
	JOIN_PLAN_NUMBERS, /* IntList: JoinType, LookupForm, keys per request */
	JOIN_PLAN_OIDS,    /* OidList: equality, collation */
	JOIN_PLAN_LENGTH
} JoinPlanIndex;

/* Members of its custom_exprs, in which the server replaces references. */
typedef enum JoinExprIndex
{
	JOIN_EXPR_OUTER_KEY,
	JOIN_EXPR_INNER_KEY,
	JOIN_EXPR_QUALS,
	JOIN_EXPR_LENGTH
} JoinExprIndex;

/* The member of this index, which is a List or NIL. */
static List *
nodes_list_at(const List *nodes, int index)
{
	return (List *) list_nth(nodes, index);
}

/* A List of so many Nodes. */
static List *
nodes_list_of(Node *const *members, int n)
{
	List *nodes = NIL;

	for (int i = 0; i < n; i++)
		nodes = lappend(nodes, members[i]);
	return nodes;
}

/* An IntList of so many numbers. */
static List *
int_list_of(const int *numbers, int n)
{
	List *list = NIL;

	for (int i = 0; i < n; i++)
		list = lappend_int(list, numbers[i]);
	return list;
}

/* A copy of the text as a Node. */
static Node *
string_of(const char *text)
{
	return (Node *) makeString(pstrdup(text));
}

/* ----- sort keys ----- */

/* Indexed by SortKeyIndex. */
static List *
sort_key_to_nodes(const SortKey *key)
{
	Node *const members[SORT_KEY_LENGTH] = {
		[SORT_KEY_ATTRIBUTE_ID] = string_of(key->attribute_id),
		[SORT_KEY_NAME] = string_of(key->name),
		[SORT_KEY_TYPE] = string_of(key->type),
		[SORT_KEY_PROPERTY] = string_of(key->property),
		[SORT_KEY_NUMBERS] = (Node *) list_make3_int(key->attnum, key->descending, key->nulls_first),
		[SORT_KEY_OIDS] = (Node *) list_make2_oid(key->sort_operator, key->collation),
	};

	return nodes_list_of(members, SORT_KEY_LENGTH);
}

/* What a List of sort_key_to_nodes() says; strings are the List's. */
static void
sort_key_from_nodes(const List *nodes, SortKey *key)
{
	const List *numbers = nodes_list_at(nodes, SORT_KEY_NUMBERS);
	const List *oids = nodes_list_at(nodes, SORT_KEY_OIDS);

	key->attribute_id = strVal(list_nth(nodes, SORT_KEY_ATTRIBUTE_ID));
	key->name = strVal(list_nth(nodes, SORT_KEY_NAME));
	key->type = strVal(list_nth(nodes, SORT_KEY_TYPE));
	key->property = strVal(list_nth(nodes, SORT_KEY_PROPERTY));
	key->attnum = (AttrNumber) linitial_int(numbers);
	key->descending = lsecond_int(numbers) != 0;
	key->nulls_first = lthird_int(numbers) != 0;
	key->sort_operator = linitial_oid(oids);
	key->collation = lsecond_oid(oids);
}

/* ----- scans ----- */

void
scan_plan_init(ScanPlan *plan)
{
	*plan = (ScanPlan){.shape = SORT_ANY, .limit = NO_OPERAND, .offset = NO_OPERAND, .lookup = NO_OPERAND};
}

List *
scan_plan_to_nodes(const ScanPlan *plan)
{
	const int numbers[SCAN_NUMBER_LENGTH] = {
		[SCAN_NUMBER_LEARNS] = plan->learns,         [SCAN_NUMBER_SHAPE] = (int) plan->shape,
		[SCAN_NUMBER_LIMITED] = plan->limited,       [SCAN_NUMBER_FIRST_PAGE] = plan->first_page,
		[SCAN_NUMBER_LIMIT] = plan->limit,           [SCAN_NUMBER_OFFSET] = plan->offset,
		[SCAN_NUMBER_COUNTS] = plan->ncounts,        [SCAN_NUMBER_LOOKUP] = plan->lookup,
		[SCAN_NUMBER_KEYS] = plan->keys_per_request,
	};
	List *sorts = NIL;
	Node *members[SCAN_PLAN_LENGTH] = {
		[SCAN_PLAN_COLUMNS] = (Node *) plan->columns,
		[SCAN_PLAN_OPTIONAL] = (Node *) plan->optional,
		[SCAN_PLAN_PRESENT] = (Node *) plan->present,
		[SCAN_PLAN_FILTER] = (Node *) plan->filter,
		[SCAN_PLAN_VERDICTS] = (Node *) plan->verdicts,
		[SCAN_PLAN_REASONS] = (Node *) plan->reasons,
		[SCAN_PLAN_GUARD] = (Node *) plan->guard,
		[SCAN_PLAN_NUMBERS] = (Node *) int_list_of(numbers, SCAN_NUMBER_LENGTH),
	};

	for (int i = 0; i < plan->nsorts; i++)
		sorts = lappend(sorts, sort_key_to_nodes(&plan->sorts[i]));
	members[SCAN_PLAN_SORTS] = (Node *) sorts;
	return nodes_list_of(members, SCAN_PLAN_LENGTH);
}

ScanPlan *
scan_plan_from_nodes(const ForeignScan *scan)
{
	const List *nodes = scan->fdw_private;
	const List *numbers = nodes_list_at(nodes, SCAN_PLAN_NUMBERS);
	const List *sorts = nodes_list_at(nodes, SCAN_PLAN_SORTS);
	ScanPlan *plan = (ScanPlan *) palloc0(sizeof(ScanPlan));

	plan->columns = nodes_list_at(nodes, SCAN_PLAN_COLUMNS);
	plan->optional = nodes_list_at(nodes, SCAN_PLAN_OPTIONAL);
	plan->present = nodes_list_at(nodes, SCAN_PLAN_PRESENT);
	plan->filter = nodes_list_at(nodes, SCAN_PLAN_FILTER);
	plan->verdicts = nodes_list_at(nodes, SCAN_PLAN_VERDICTS);
	plan->reasons = nodes_list_at(nodes, SCAN_PLAN_REASONS);
	plan->guard = nodes_list_at(nodes, SCAN_PLAN_GUARD);
	plan->learns = list_nth_int(numbers, SCAN_NUMBER_LEARNS) != 0;
	plan->shape = (SortShape) list_nth_int(numbers, SCAN_NUMBER_SHAPE);
	plan->first_page = list_nth_int(numbers, SCAN_NUMBER_FIRST_PAGE);
	plan->limited = list_nth_int(numbers, SCAN_NUMBER_LIMITED) != 0;
	plan->limit = list_nth_int(numbers, SCAN_NUMBER_LIMIT);
	plan->offset = list_nth_int(numbers, SCAN_NUMBER_OFFSET);
	plan->ncounts = list_nth_int(numbers, SCAN_NUMBER_COUNTS);
	plan->lookup = list_nth_int(numbers, SCAN_NUMBER_LOOKUP);
	plan->keys_per_request = list_nth_int(numbers, SCAN_NUMBER_KEYS);
	plan->nsorts = list_length(sorts);
	plan->sorts = (SortKey *) palloc0(sizeof(SortKey) * Max(plan->nsorts, 1));
	for (int i = 0; i < plan->nsorts; i++)
		sort_key_from_nodes(nodes_list_at(sorts, i), &plan->sorts[i]);
	return plan;
}

/* ----- scans that write ----- */

void
direct_plan_to_nodes(const DirectPlan *plan, ForeignScan *scan)
{
	Node *const members[DIRECT_PLAN_LENGTH] = {
		[DIRECT_PLAN_COLUMNS] = (Node *) plan->columns,
		[DIRECT_PLAN_VALUES] = (Node *) plan->values,
		[DIRECT_PLAN_NUMBERS] = (Node *) list_make2_int(plan->key, plan->counts),
	};

	lfirst(list_nth_cell(scan->fdw_private, SCAN_PLAN_DIRECT)) = nodes_list_of(members, DIRECT_PLAN_LENGTH);
}

void
direct_plan_from_nodes(const ForeignScan *scan, DirectPlan *plan)
{
	const List *nodes = nodes_list_at(scan->fdw_private, SCAN_PLAN_DIRECT);
	const List *numbers = nodes_list_at(nodes, DIRECT_PLAN_NUMBERS);

	plan->columns = nodes_list_at(nodes, DIRECT_PLAN_COLUMNS);
	plan->values = nodes_list_at(nodes, DIRECT_PLAN_VALUES);
	plan->key = linitial_int(numbers);
	plan->counts = lsecond_int(numbers) != 0;
}

/* ----- paths ----- */

List *
scan_path_to_nodes(const ScanPath *path)
{
	Node *const members[SCAN_PATH_LENGTH] = {
		[SCAN_PATH_CLAUSE] = (Node *) path->clause,
		[SCAN_PATH_NUMBERS] = (Node *) list_make2_int((int) path->kind, path->keys_per_request),
	};

	return path->kind == PATH_LISTING ? NIL : nodes_list_of(members, SCAN_PATH_LENGTH);
}

void
scan_path_from_nodes(const ForeignPath *foreign, ScanPath *path)
{
	const List *nodes = foreign->fdw_private;
	const List *numbers;

	*path = (ScanPath){PATH_LISTING, NULL, 0};
	if (nodes == NIL)
		return;
	numbers = nodes_list_at(nodes, SCAN_PATH_NUMBERS);
	path->clause = (Expr *) list_nth(nodes, SCAN_PATH_CLAUSE);
	path->kind = (ScanPathKind) linitial_int(numbers);
	path->keys_per_request = lsecond_int(numbers);
}

/* ----- joins ----- */

void
join_plan_to_nodes(const JoinPlan *plan, CustomScan *scan)
{
	Node *const members[JOIN_PLAN_LENGTH] = {
		[JOIN_PLAN_SOURCES] = (Node *) plan->sources,
		[JOIN_PLAN_NUMBERS] = (Node *) list_make3_int((int) plan->type, (int) plan->form, plan->keys_per_request),
		[JOIN_PLAN_OIDS] = (Node *) list_make2_oid(plan->equality, plan->collation),
	};
	Node *const exprs[JOIN_EXPR_LENGTH] = {
		[JOIN_EXPR_OUTER_KEY] = (Node *) plan->outer_key,
		[JOIN_EXPR_INNER_KEY] = (Node *) plan->inner_key,
		[JOIN_EXPR_QUALS] = (Node *) plan->quals,
	};

	scan->custom_private = nodes_list_of(members, JOIN_PLAN_LENGTH);
	scan->custom_exprs = nodes_list_of(exprs, JOIN_EXPR_LENGTH);
}

void
join_plan_from_nodes(const CustomScan *scan, JoinPlan *plan)
{
	const List *numbers = nodes_list_at(scan->custom_private, JOIN_PLAN_NUMBERS);
	const List *oids = nodes_list_at(scan->custom_private, JOIN_PLAN_OIDS);

	plan->sources = nodes_list_at(scan->custom_private, JOIN_PLAN_SOURCES);
	plan->type = (JoinType) linitial_int(numbers);
	plan->form = (LookupForm) lsecond_int(numbers);
	plan->keys_per_request = lthird_int(numbers);
	plan->equality = linitial_oid(oids);
	plan->collation = lsecond_oid(oids);
	plan->outer_key = (Expr *) list_nth(scan->custom_exprs, JOIN_EXPR_OUTER_KEY);
	plan->inner_key = (Expr *) list_nth(scan->custom_exprs, JOIN_EXPR_INNER_KEY);
	plan->quals = nodes_list_at(scan->custom_exprs, JOIN_EXPR_QUALS);
}
