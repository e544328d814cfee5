/*
 * lookup.c
 *		Join conditions by which the service can look rows up.
 *
 * Owns: which of them can be asked for in batches, and the scan that does so.
 * Makes no request.
 */
#include "plan/lookup.h"

#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "plan/cost.h"
#include "plan/judged.h"
#include "plan/relation_plan.h"
#include "plan/ship.h"
#include "remote/param_rules.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

/* A lookup by one condition, whatever else stands on its outer side. */
typedef struct KnownLookup
{
	struct KnownLookup *next;
	const RestrictInfo *rinfo;
	bool can_send; /* a service can look rows up by it */
	Lookup lookup;
} KnownLookup;

/* Stands for the batch of keys, which nobody evaluates: the scan is handed it. */
static Node *
make_batch_placeholder(Oid array_type, Node *key)
{
	CaseTestExpr *node = makeNode(CaseTestExpr);

	node->typeId = array_type;
	node->typeMod = -1;
	node->collation = exprCollation(key);
	return (Node *) node;
}

/* inner = ANY (batch) */
static Expr *
make_any_clause(Oid operator, Node * inner, Node *batch, Oid collation)
{
	ScalarArrayOpExpr *clause = makeNode(ScalarArrayOpExpr);

	clause->opno = operator;
	clause->opfuncid = get_opcode(operator);
	clause->useOr = true;
	clause->inputcollid = collation;
	clause->args = list_make2(copyObject(inner), batch);
	clause->location = -1;
	return (Expr *) clause;
}

/* inner && batch */
static Expr *
make_overlap_clause(Node *inner, Node *batch, Oid collation)
{
	return make_opclause(OID_ARRAY_OVERLAP_OP, BOOLOID, false, (Expr *) copyObject(inner), (Expr *) batch, InvalidOid,
						 collation);
}

/* Is every column of the expression one of these relations', and is there any? */
static bool
is_expression_of(PlannerInfo *root, Node *node, Relids relids)
{
	Relids used = pull_varnos(root, node);

	return !bms_is_empty(used) && bms_is_subset(used, relids);
}

/* Has the operator a hash function, for two keys of one type? */
static bool
is_hashable(Oid operator, Oid * key_type)
{
	Oid left;
	Oid right;
	Oid left_hash;
	Oid right_hash;

	op_input_types(operator, & left, &right);
	*key_type = left;
	return left == right && get_op_hash_functions(operator, & left_hash, &right_hash) && left_hash == right_hash;
}

/* outer = inner, or the other way round */
static bool
find_scalar_lookup(PlannerInfo *root, Relids inner, Relids outer, OpExpr *expr, Lookup *lookup)
{
	Node *left = (Node *) linitial(expr->args);
	Node *right = (Node *) lsecond(expr->args);
	Oid key_type;

	if (is_expression_of(root, left, inner) && is_expression_of(root, right, outer))
	{
		lookup->inner_key = left;
		lookup->outer_key = right;
	}
	else if (is_expression_of(root, right, inner) && is_expression_of(root, left, outer))
	{
		lookup->inner_key = right;
		lookup->outer_key = left;
	}
	else
		return false;
	if (!is_hashable(expr->opno, &key_type) || get_commutator(expr->opno) != expr->opno ||
		exprType(lookup->outer_key) != exprType(lookup->inner_key) || !OidIsValid(get_array_type(key_type)))
		return false;
	lookup->form = LOOKUP_SCALAR;
	lookup->equality = expr->opno;
	lookup->collation = expr->inputcollid;
	lookup->clause = make_any_clause(
		expr->opno, lookup->inner_key,
		make_batch_placeholder(get_array_type(exprType(lookup->outer_key)), lookup->outer_key), expr->inputcollid);
	return OidIsValid(get_array_type(exprType(lookup->outer_key)));
}

/* scalar = ANY (array), of which one is inner and the other outer */
static bool
find_array_lookup(PlannerInfo *root, Relids inner, Relids outer, ScalarArrayOpExpr *expr, Lookup *lookup)
{
	Node *scalar = (Node *) linitial(expr->args);
	Node *array = (Node *) lsecond(expr->args);
	Oid key_type;

	if (!expr->useOr || !is_hashable(expr->opno, &key_type) ||
		get_array_type(exprType(scalar)) != getBaseType(exprType(array)) ||
		exprType(array) != getBaseType(exprType(array)))
		return false;
	lookup->equality = expr->opno;
	lookup->collation = expr->inputcollid;
	if (is_expression_of(root, scalar, inner) && is_expression_of(root, array, outer))
	{
		lookup->form = LOOKUP_OUTER_ARRAY;
		lookup->inner_key = scalar;
		lookup->outer_key = array;
		lookup->clause =
			make_any_clause(expr->opno, scalar, make_batch_placeholder(exprType(array), array), expr->inputcollid);
		return true;
	}
	if (!is_expression_of(root, array, inner) || !is_expression_of(root, scalar, outer))
		return false;
	lookup->form = LOOKUP_INNER_ARRAY;
	lookup->inner_key = array;
	lookup->outer_key = scalar;
	lookup->clause = make_overlap_clause(array, make_batch_placeholder(exprType(array), array), expr->inputcollid);
	return true;
}

/* Rows that have one key: of an id or an address one, else as the statistics say. */
static double
rows_per_key(PlannerInfo *root, RelOptInfo *inner, const Lookup *lookup, bool is_unique)
{
	double groups;

	if (is_unique || lookup->form == LOOKUP_INNER_ARRAY)
		return 1;
	groups = estimate_num_groups(root, list_make1((Node *) lookup->inner_key), inner->rows, NULL, NULL);
	return Max(inner->rows / Max(groups, 1), 1);
}

/*
 * Do the keys become part of the request, beside the relation's own conditions,
 * and is nothing missing in it?  Notes what they leave.
 */
static bool
is_asked_for(PlannerInfo *root, RelOptInfo *inner, const List *keys, Lookup *lookup)
{
	const ResourceDef *resource = relation_plan_of(inner)->relation->resource;
	List *terms = list_make1((Node *) keys);
	ListCell *lc;

	lookup->leaves_parents = false;
	if (term_kind(keys) != TERM_PARAM)
		return true;
	if (params_are_bounds(resource, keys))
		return false;
	foreach(lc, inner->baserestrictinfo)
	{
		const JudgedCondition *judged = judge_condition(root, inner, lfirst_node(RestrictInfo, lc)->clause);

		if (judged->term != NIL)
			terms = lappend(terms, (Node *) judged->term);
	}
	lookup->leaves_parents = params_leave_parents(resource, terms);
	return params_are_given(resource, terms) && params_send(resource, terms, keys);
}

/* Can the service look rows up by this condition?  Completes the lookup. */
static bool
complete_lookup(PlannerInfo *root, RelOptInfo *inner, Lookup *lookup)
{
	RelationPlan *plan = relation_plan_of(inner);
	const JudgedCondition *judged = judge_condition(root, inner, lookup->clause);
	ShipContext context = {.root = root, .plan = plan, .relid = inner->relid};

	if (judged->term == NIL || list_length(judged->operands) != 1 || !is_asked_for(root, inner, judged->term, lookup))
		return false;
	lookup->keys_per_request =
		params_keys_per_request(plan->relation->resource, judged->term, plan->relation->join_batch);
	if (judged->is_key)
		/* a page that is not full says that it is the last */
		lookup->keys_per_request = Min(lookup->keys_per_request, Max(plan->relation->page_size - 1, 1));
	lookup->matches = rows_per_key(root, inner, lookup, judged->is_key || ship_is_address(&context, lookup->inner_key));
	return true;
}

bool
lookup_find(PlannerInfo *root, RelOptInfo *inner, RelOptInfo *outer, RestrictInfo *rinfo, Lookup *lookup)
{
	RelationPlan *plan = relation_plan_of(inner);
	Node *clause = (Node *) rinfo->clause;
	KnownLookup *known;
	bool found = false;
	bool can_send;

	for (known = plan->lookups; known != NULL; known = known->next)
		if (known->rinfo == rinfo && is_expression_of(root, known->lookup.outer_key, outer->relids))
		{
			*lookup = known->lookup;
			return known->can_send;
		}
	if (rinfo->pseudoconstant || contain_volatile_functions(clause))
		return false;
	if (IsA(clause, OpExpr) && list_length(((OpExpr *) clause)->args) == 2)
		found = find_scalar_lookup(root, inner->relids, outer->relids, (OpExpr *) clause, lookup);
	else if (IsA(clause, ScalarArrayOpExpr))
		found = find_array_lookup(root, inner->relids, outer->relids, (ScalarArrayOpExpr *) clause, lookup);
	if (!found)
		return false;
	can_send = complete_lookup(root, inner, lookup);
	if (relation_plan_can_keep(plan))
	{
		known = (KnownLookup *) palloc(sizeof(KnownLookup));
		*known = (KnownLookup){plan->lookups, rinfo, can_send, *lookup};
		plan->lookups = known;
	}
	return can_send;
}

Path *
lookup_path(PlannerInfo *root, RelOptInfo *inner, const Lookup *lookup, double keys, double requests)
{
	const RelationPlan *plan = relation_plan_of(inner);
	double rows = clamp_row_est(keys * lookup->matches);
	ScanPath path = {PATH_LOOKUP, lookup->clause, lookup->keys_per_request};
	Cost startup;
	Cost total;

	cost_lookups(rows, requests, plan->relation->page_size, &startup, &total);
	if (lookup->leaves_parents)
		total += requests * COST_OF_PARENTS;
	return (Path *) compat_create_foreignscan_path(root, inner, rows, startup, total, NIL, NULL,
												   scan_path_to_nodes(&path));
}
