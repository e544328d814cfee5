/*
 * ship.c
 *		What of a condition may be sent to the service.
 *
 * Owns: AND, OR and NOT.  A term that is sent is true for every row for which its
 * condition is true: never a subset (docs/invariants.md 1.1 to 1.3).  The service
 * judges what stands between them, one comparison at a time.  Makes no request.
 *
 * NOT is pushed inwards first.  A negated condition is sent only where the
 * filter cannot match a row for which it is false.
 */
#include "plan/ship.h"

#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "remote/param_rules.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

/* Levels of a filter: beyond so many nobody writes one by hand. */
#define FILTER_MAX_DEPTH 32

static List *ship_expression(ShipContext *context, Node *node, bool negated, Verdict *verdict);

/* ----- terms ----- */

/* Add an operand; its index. */
static int
add_operand(ShipContext *context, Node *operand)
{
	context->operands = lappend(context->operands, copyObject(operand));
	return list_length(context->operands) - 1;
}

/* What a comparison is worth: as a parameter, which only a condition of its own can be, or in the service's language. */
static Verdict
judge_comparison(const ShipContext *context, Comparison *comparison)
{
	const RelationPlan *plan = context->plan;

	if (comparison->column->field == NULL)
		return plan->service->ship(plan->relation, comparison);
	return context->in_or ? VERDICT_LOCAL
						  : params_ship(plan->relation->resource, comparison->column->field->name, comparison);
}

/* The term of a comparison, or NIL. */
static List *
ship_comparison(ShipContext *context, Comparison *comparison, Node *operand, Verdict *verdict)
{
	const ColumnHint *hint = comparison->column;
	Condition condition = {
		.column = hint->attnum,
		.attribute_id = hint->attribute_id,
		.name = hint->field != NULL ? hint->field->name : hint->attribute_name,
		.type = hint->field != NULL ? "" : hint->type,
		.property = hint->field != NULL ? "" : hint->property->name,
		.multi = hint->multi,
		.operand = -1,
		.days = comparison->days,
	};

	*verdict = judge_comparison(context, comparison);
	if (*verdict == VERDICT_LOCAL)
		return NIL;
	context->uncertain = context->uncertain || comparison->is_uncertain;
	condition.op = comparison->op;
	if (operand != NULL)
		condition.operand = add_operand(context, operand);
	return term_of_condition(hint->field != NULL ? TERM_PARAM : TERM_CONDITION, &condition);
}

/* A condition on the id of the row or of its parent: what the operand, an id or an array of them, allows. */
static List *
ship_key(ShipContext *context, const Comparison *comparison, Node *operand, Verdict *verdict)
{
	bool is_key = comparison->column->is_key;

	*verdict = is_key ? VERDICT_EXACT : VERDICT_SUPERSET;
	return term_of_operand(is_key ? TERM_KEY : TERM_PARENT, add_operand(context, operand));
}

static bool
is_some_key(const ShipContext *context, const Comparison *comparison)
{
	return comparison->column->is_parent ||
		   (comparison->column->is_key && resource_can(context->plan->relation->resource, CAN_FILTER));
}

/* ----- leaves ----- */

/* Two sides and what stands between them. */
typedef struct Sides
{
	List *sides;
	TermOp op;
	bool inverted; /* the operator itself says NOT */
	bool matches_null;
	Oid collation;
} Sides;

/* Two sides, of which one is a column of ours and the other an operand. */
static List *
ship_sides(ShipContext *context, const Sides *sides, bool negated, Verdict *verdict)
{
	Node *left = (Node *) linitial(sides->sides);
	Node *right = (Node *) lsecond(sides->sides);
	TermOp op = sides->op;
	Comparison comparison;

	if (!shipped_column(context, left, &comparison))
	{
		if (op >= OP_LIKE || op == OP_HAS_ALL || !shipped_column(context, right, &comparison))
			return NIL;
		right = left;
		op = ship_commuted(op);
	}
	if (!shipped_operand(context, right))
		return NIL;
	if (is_some_key(context, &comparison))
		return op != OP_EQ || sides->inverted || negated || exprType(right) != comparison.column->field->type
				   ? NIL
				   : ship_key(context, &comparison, right, verdict);
	if (negated != sides->inverted)
	{
		if (op > OP_GE)
			return NIL;
		op = ship_opposite(op);
	}
	comparison.op = op;
	comparison.matches_null = sides->matches_null;
	comparison.collation = sides->collation;
	shipped_value(right, op == OP_HAS_ALL || op == OP_HAS_ANY, &comparison);
	return ship_comparison(context, &comparison, right, verdict);
}

/* left operator right */
static List *
ship_operator_call(ShipContext *context, OpExpr *expr, bool negated, Verdict *verdict)
{
	Sides sides = {.sides = expr->args, .collation = expr->inputcollid};

	if (list_length(expr->args) != 2 || !ship_operator(expr->opno, &sides.op, &sides.inverted))
		return NIL;
	return ship_sides(context, &sides, negated, verdict);
}

/* starts_with(column, text), which is ^@ as a function */
static List *
ship_function_call(ShipContext *context, FuncExpr *expr, bool negated, Verdict *verdict)
{
	Sides sides = {.sides = expr->args, .op = OP_PREFIX, .collation = expr->inputcollid};

	return expr->funcid == F_STARTS_WITH ? ship_sides(context, &sides, negated, verdict) : NIL;
}

/* value = ANY (array column) */
static List *
ship_membership(ShipContext *context, ScalarArrayOpExpr *expr, Verdict *verdict)
{
	Node *value = (Node *) linitial(expr->args);
	Comparison comparison;

	if (!shipped_column(context, (Node *) lsecond(expr->args), &comparison) || is_some_key(context, &comparison) ||
		!comparison.column->array || !shipped_operand(context, value))
		return NIL;
	/* Asked of any of the values, as a condition on one is. */
	comparison.any_value = true;
	comparison.op = OP_EQ;
	comparison.collation = expr->inputcollid;
	shipped_value(value, false, &comparison);
	return ship_comparison(context, &comparison, value, verdict);
}

/* column = ANY (array), column <> ALL (array), value = ANY (column) */
static List *
ship_array_comparison(ShipContext *context, ScalarArrayOpExpr *expr, bool negated, Verdict *verdict)
{
	Node *array = (Node *) lsecond(expr->args);
	Comparison comparison;
	TermOp op;
	bool inverted;
	bool positive;

	if (!ship_operator(expr->opno, &op, &inverted) || inverted)
		return NIL;
	/* Only IN and NOT IN in all their spellings: NOT (= ANY) is <> ALL. */
	if (!((op == OP_EQ && expr->useOr) || (op == OP_NE && !expr->useOr)))
		return NIL;
	positive = (op == OP_EQ) != negated;
	if (!shipped_operand(context, array))
		return op == OP_EQ && !negated ? ship_membership(context, expr, verdict) : NIL;
	if (!shipped_column(context, (Node *) linitial(expr->args), &comparison))
		return NIL;
	if (is_some_key(context, &comparison))
		return !positive || get_base_element_type(exprType(array)) != comparison.column->field->type
				   ? NIL
				   : ship_key(context, &comparison, array, verdict);
	comparison.op = positive ? OP_IN : OP_NOT_IN;
	comparison.collation = expr->inputcollid;
	shipped_value(array, true, &comparison);
	return ship_comparison(context, &comparison, array, verdict);
}

/* a IS DISTINCT FROM b, and its negation, which is "=" where b is a value */
static List *
ship_distinct(ShipContext *context, DistinctExpr *expr, bool negated, Verdict *verdict)
{
	Sides sides = {.sides = expr->args, .matches_null = !negated, .collation = expr->inputcollid};
	Const *right = (Const *) lsecond(expr->args);

	if (!ship_operator(expr->opno, &sides.op, &sides.inverted) || sides.op != OP_EQ || sides.inverted ||
		!IsA(right, Const) || right->constisnull)
		return NIL;
	return ship_sides(context, &sides, !negated, verdict);
}

/* Of a column alone: whether it has a value, or is true. */
static List *
ship_column_test(ShipContext *context, Node *node, TermOp op, Verdict *verdict)
{
	Comparison comparison;

	if (!shipped_column(context, node, &comparison))
		return NIL;
	if (is_some_key(context, &comparison))
	{
		/* no row is without its id: an OR of nothing */
		*verdict = op == OP_IS_NULL ? VERDICT_EXACT : VERDICT_LOCAL;
		return op == OP_IS_NULL ? term_of_arms(TERM_OR, NIL) : NIL;
	}
	comparison.op = op;
	return ship_comparison(context, &comparison, NULL, verdict);
}

/* column IS NULL, column IS NOT NULL */
static List *
ship_null_test(ShipContext *context, NullTest *test, bool negated, Verdict *verdict)
{
	bool wants_null = (test->nulltesttype == IS_NULL) != negated;

	if (test->argisrow)
		return NIL;
	return ship_column_test(context, (Node *) test->arg, wants_null ? OP_IS_NULL : OP_NOT_NULL, verdict);
}

/* column IS TRUE, and so on */
static List *
ship_boolean_test(ShipContext *context, BooleanTest *test, bool negated, Verdict *verdict)
{
	bool truth = test->booltesttype == IS_TRUE || test->booltesttype == IS_NOT_TRUE;
	bool plain = (test->booltesttype == IS_TRUE || test->booltesttype == IS_FALSE) != negated;

	if (test->booltesttype == IS_UNKNOWN || test->booltesttype == IS_NOT_UNKNOWN)
		return NIL;
	if (plain)
		return ship_column_test(context, (Node *) test->arg, truth ? OP_TRUE : OP_FALSE, verdict);
	/* IS NOT TRUE takes NULLs in; of IS NOT FALSE it is unknown what "false" matches. */
	return truth ? ship_column_test(context, (Node *) test->arg, OP_NOT_TRUE, verdict) : NIL;
}

/* ----- AND, OR, NOT ----- */

/*
 * All arms of a conjunction that can be sent, which is implied by the whole.
 */
static List *
ship_conjunction(ShipContext *context, List *arms, bool negated, Verdict *verdict)
{
	List *terms = NIL;
	ListCell *lc;

	*verdict = VERDICT_EXACT;
	foreach(lc, arms)
	{
		Verdict one = VERDICT_LOCAL;
		List *term = ship_expression(context, (Node *) lfirst(lc), negated, &one);

		if (term == NIL)
			one = VERDICT_SUPERSET;
		else
			terms = lappend(terms, term);
		*verdict = Min(*verdict, one);
	}
	if (terms == NIL)
		return NIL;
	return term_of_arms(TERM_AND, terms);
}

/* A disjunction: all arms, or nothing. */
static List *
ship_disjunction(ShipContext *context, List *arms, bool negated, Verdict *verdict)
{
	List *terms = NIL;
	int noperands = list_length(context->operands);
	bool in_or = context->in_or;
	ListCell *lc;

	*verdict = VERDICT_EXACT;
	context->in_or = true;
	foreach(lc, arms)
	{
		Verdict one = VERDICT_LOCAL;
		List *term = ship_expression(context, (Node *) lfirst(lc), negated, &one);

		if (term == NIL)
		{
			context->operands = list_truncate(context->operands, noperands);
			context->in_or = in_or;
			return NIL;
		}
		terms = lappend(terms, term);
		/* keys under OR make no batches: too many of them are not sent */
		if (term_kind(term) == TERM_KEY)
			one = VERDICT_SUPERSET;
		*verdict = Min(*verdict, one);
	}
	context->in_or = in_or;
	return term_of_arms(TERM_OR, terms);
}

/*
 * Of an arm "column = operand" the operand in the column's type, where the column
 * is this one, or the first that is found; NULL: it is another arm.
 */
static Node *
operand_of_equality(ShipContext *context, Node *arm, Var **column)
{
	OpExpr *expr = (OpExpr *) arm;
	Comparison comparison;
	TermOp op;
	bool inverted;
	Var *var;
	Node *operand;

	if (!IsA(arm, OpExpr) || list_length(expr->args) != 2 || !ship_operator(expr->opno, &op, &inverted) || op != OP_EQ)
		return NULL;
	var = (Var *) linitial(expr->args);
	operand = (Node *) lsecond(expr->args);
	if (!IsA(var, Var) || !shipped_column(context, (Node *) var, &comparison) || comparison.column->field == NULL ||
		!shipped_operand(context, operand) || (*column != NULL && (*column)->varattno != var->varattno))
		return NULL;
	*column = var;
	/* a smaller integer is compared as the larger one that it is */
	return coerce_to_target_type(NULL, operand, exprType(operand), var->vartype, -1, COERCION_IMPLICIT,
								 COERCE_IMPLICIT_CAST, -1);
}

/*
 * An OR of equalities of one field as "column = ANY (array)", which can become a
 * parameter; NULL where it is none.
 */
static ScalarArrayOpExpr *
equalities_as_any(ShipContext *context, List *arms)
{
	Var *column = NULL;
	ArrayExpr *array = makeNode(ArrayExpr);
	ScalarArrayOpExpr *any = makeNode(ScalarArrayOpExpr);
	ListCell *lc;

	foreach(lc, arms)
	{
		Node *operand = operand_of_equality(context, (Node *) lfirst(lc), &column);

		if (operand == NULL)
			return NULL;
		array->elements = lappend(array->elements, copyObject(operand));
	}
	array->element_typeid = column->vartype;
	array->array_typeid = get_array_type(column->vartype);
	array->location = -1;
	any->opno = lookup_type_cache(column->vartype, TYPECACHE_EQ_OPR)->eq_opr;
	any->useOr = true;
	any->inputcollid = ((OpExpr *) linitial(arms))->inputcollid;
	any->args = list_make2(copyObject(column), eval_const_expressions(context->root, (Node *) array));
	any->location = -1;
	return OidIsValid(array->array_typeid) && OidIsValid(any->opno) ? any : NULL;
}

/* An OR: of equalities of one field a list of values, else all of its arms. */
static List *
ship_alternatives(ShipContext *context, List *arms, Verdict *verdict)
{
	ScalarArrayOpExpr *any = context->in_or ? NULL : equalities_as_any(context, arms);
	List *term = any == NULL ? NIL : ship_array_comparison(context, any, false, verdict);

	return term != NIL ? term : ship_disjunction(context, arms, false, verdict);
}

/* AND, OR, NOT; a NOT is pushed inwards. */
static List *
ship_arms(ShipContext *context, BoolExpr *expr, bool negated, Verdict *verdict)
{
	switch (expr->boolop)
	{
		case NOT_EXPR:
			return ship_expression(context, (Node *) linitial(expr->args), !negated, verdict);
		case AND_EXPR:
			return negated ? ship_disjunction(context, expr->args, true, verdict)
						   : ship_conjunction(context, expr->args, false, verdict);
		case OR_EXPR:
			return negated ? ship_conjunction(context, expr->args, true, verdict)
						   : ship_alternatives(context, expr->args, verdict);
	}
	return NIL;
}

/* AND, OR and NOT, as deep as filters go. */
static List *
ship_logic(ShipContext *context, BoolExpr *expr, bool negated, Verdict *verdict)
{
	List *term = NIL;

	check_stack_depth();
	if (context->depth == FILTER_MAX_DEPTH)
		context->reason = "too deeply nested";
	else
	{
		context->depth++;
		term = ship_arms(context, expr, negated, verdict);
		context->depth--;
	}
	return term;
}

/* Whatever expression it is; NIL: nothing of it can be sent. */
static List *
ship_expression(ShipContext *context, Node *node, bool negated, Verdict *verdict)
{
	switch (nodeTag(node))
	{
		case T_BoolExpr:
			return ship_logic(context, (BoolExpr *) node, negated, verdict);
		case T_OpExpr:
			return ship_operator_call(context, (OpExpr *) node, negated, verdict);
		case T_FuncExpr:
			return ship_function_call(context, (FuncExpr *) node, negated, verdict);
		case T_ScalarArrayOpExpr:
			return ship_array_comparison(context, (ScalarArrayOpExpr *) node, negated, verdict);
		case T_DistinctExpr:
			return ship_distinct(context, (DistinctExpr *) node, negated, verdict);
		case T_NullTest:
			return ship_null_test(context, (NullTest *) node, negated, verdict);
		case T_BooleanTest:
			return ship_boolean_test(context, (BooleanTest *) node, negated, verdict);
		case T_Var:
			return ship_column_test(context, node, negated ? OP_FALSE : OP_TRUE, verdict);
		default:
			return NIL;
	}
}

/*
 * The term to send for a clause, or NIL: nothing.  Adds its operands to the
 * context.  The verdict says what the term is worth.
 */
List *
ship_condition(ShipContext *context, Expr *clause, Verdict *verdict)
{
	List *term;

	*verdict = VERDICT_LOCAL;
	context->reason = NULL;
	term = ship_expression(context, (Node *) clause, false, verdict);
	if (term != NIL)
		context->reason = NULL;
	else
	{
		*verdict = VERDICT_LOCAL;
		if (context->reason == NULL)
			context->reason = "not safe to send";
	}
	return term;
}

bool
ship_is_address(ShipContext *context, Node *node)
{
	Comparison comparison;

	return shipped_column(context, node, &comparison) && !is_some_key(context, &comparison) &&
		   comparison.column->traits != NULL && comparison.column->traits->address &&
		   comparison.column->property->name[0] == '\0';
}
