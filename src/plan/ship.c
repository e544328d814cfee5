/*
 * ship.c
 *		What of a condition may be sent to Attio.
 *
 * Owns: the verdicts.  A term that is sent is true for every row for which its
 * condition is true: never a subset (docs/invariants.md 1.1 to 1.3).  Where
 * docs/attio-api.md 12 says that something is unknown, the worst of all plausible
 * behaviours is assumed.  Makes no request.
 *
 * NOT is pushed inwards first.  A negated condition is sent only where the
 * filter cannot match a row for which it is false.
 */
#include "plan/ship.h"

#include "access/transam.h"
#include "plan/ship_column.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

/* Attio documents no limit to the levels of a filter; beyond so many nobody writes one by hand. */
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

static List *
make_condition(ShipContext *context, const ShippedColumn *column, TermOp op, Node *operand)
{
	const ColumnHint *hint = &column->hint;
	Condition condition = {
		.column = hint->attnum,
		.attribute_id = hint->attribute_id,
		.slug = hint->slug,
		.type = hint->type,
		.property = hint->property->name,
		.multi = hint->multi,
		.op = op,
		.operand = operand == NULL ? -1 : add_operand(context, operand),
		.days = column->days,
	};

	return term_of_condition(&condition);
}

/* A condition on the id of the row or of its parent: what the operand, an id or an array of them, allows. */
static List *
make_key(ShipContext *context, const ShippedColumn *column, Node *operand, Verdict *verdict)
{
	*verdict = column->hint.is_key ? VERDICT_EXACT : VERDICT_SUPERSET;
	return term_of_operand(column->hint.is_key ? TERM_KEY : TERM_PARENT, add_operand(context, operand));
}

static bool
is_some_key(const ShippedColumn *column)
{
	return column->hint.is_key || column->hint.is_parent;
}

/* ----- operators ----- */

/* The operator's meaning, by the name of a built-in one. */
static bool
known_operator(Oid opno, TermOp *op, bool *negated)
{
	static const struct
	{
		const char *name;
		TermOp op;
		bool negated;
	} operators[] = {
		{"=", OP_EQ, false},       {"<>", OP_NE, false},     {"<", OP_LT, false},      {"<=", OP_LE, false},
		{">", OP_GT, false},       {">=", OP_GE, false},     {"~~", OP_LIKE, false},   {"~~*", OP_ILIKE, false},
		{"!~~", OP_LIKE, true},    {"!~~*", OP_ILIKE, true}, {"^@", OP_PREFIX, false}, {"@>", OP_HAS_ALL, false},
		{"&&", OP_HAS_ANY, false},
	};
	const char *name;

	if (opno >= FirstGenbkiObjectId)
		return false;
	name = get_opname(opno);
	for (int i = 0; name != NULL && i < (int) lengthof(operators); i++)
	{
		if (strcmp(name, operators[i].name) != 0)
			continue;
		*op = operators[i].op;
		*negated = operators[i].negated;
		return true;
	}
	return false;
}

/* The operator with its sides exchanged. */
static TermOp
commuted(TermOp op)
{
	return op == OP_LT ? OP_GT : op == OP_LE ? OP_GE : op == OP_GT ? OP_LT : op == OP_GE ? OP_LE : op;
}

/* The operator that is true where this one is false; only of comparisons. */
static TermOp
opposite(TermOp op)
{
	static const TermOp opposites[] = {OP_NE, OP_EQ, OP_GE, OP_GT, OP_LE, OP_LT};

	return opposites[op];
}

/* The type that decides: the operand's, or that of its elements. */
static Oid
operand_type(TermOp op, Node *operand)
{
	Oid type = exprType(operand);

	return op == OP_IN || op == OP_NOT_IN || op == OP_HAS_ALL || op == OP_HAS_ANY ? get_base_element_type(type) : type;
}

/* Two sides and what stands between them; inverted where the operator itself says NOT. */
static List *
ship_sides(ShipContext *context, List *sides, TermOp op, bool inverted, Oid collation, bool negated, Verdict *verdict)
{
	Node *left = (Node *) linitial(sides);
	Node *right = (Node *) lsecond(sides);
	ShippedColumn column;

	if (!shipped_column(context, left, &column))
	{
		if (op >= OP_LIKE || op == OP_HAS_ALL || !shipped_column(context, right, &column))
			return NIL;
		right = left;
		op = commuted(op);
	}
	if (!shipped_operand(context, right))
		return NIL;
	if (is_some_key(&column))
		return op != OP_EQ || inverted || negated || exprType(right) != UUIDOID
				   ? NIL
				   : make_key(context, &column, right, verdict);
	if (negated != inverted)
	{
		if (op > OP_GE)
			return NIL;
		op = opposite(op);
	}
	/* Of lower(text) the pieces are known, as those of ILIKE. */
	if (column.lowered && (op >= OP_LIKE || (op == OP_EQ && column.hint.property->filter != FILTER_LOWER)))
		op = OP_ILIKE;
	if (!ship_can_compare(context, &column, op, operand_type(op, right), collation) ||
		!ship_says_something(&column, op, right))
		return NIL;
	*verdict = ship_verdict(context, &column, op, right);
	context->uncertain = context->uncertain || column.hint.property->filter == FILTER_REFERENCE;
	return make_condition(context, &column, op, right);
}

static List *
ship_comparison(ShipContext *context, OpExpr *expr, bool negated, Verdict *verdict)
{
	TermOp op;
	bool inverted;

	if (list_length(expr->args) != 2 || !known_operator(expr->opno, &op, &inverted))
		return NIL;
	return ship_sides(context, expr->args, op, inverted, expr->inputcollid, negated, verdict);
}

/* starts_with(column, text), which is ^@ as a function */
static List *
ship_call(ShipContext *context, FuncExpr *expr, bool negated, Verdict *verdict)
{
	if (expr->funcid != F_STARTS_WITH)
		return NIL;
	return ship_sides(context, expr->args, OP_PREFIX, false, expr->inputcollid, negated, verdict);
}

/* value = ANY (array column) */
static List *
ship_membership(ShipContext *context, ScalarArrayOpExpr *expr, Verdict *verdict)
{
	Node *value = (Node *) linitial(expr->args);
	ShippedColumn column;

	if (!shipped_column(context, (Node *) lsecond(expr->args), &column) || is_some_key(&column) || !column.hint.array ||
		!shipped_operand(context, value))
		return NIL;
	/* Asked of any of the values, as a condition on one is. */
	column.hint.array = false;
	if (!ship_can_compare(context, &column, OP_EQ, exprType(value), expr->inputcollid) ||
		!ship_says_something(&column, OP_EQ, value))
		return NIL;
	*verdict = VERDICT_SUPERSET;
	return make_condition(context, &column, OP_EQ, value);
}

/* column = ANY (array), column <> ALL (array), value = ANY (column) */
static List *
ship_array_comparison(ShipContext *context, ScalarArrayOpExpr *expr, bool negated, Verdict *verdict)
{
	Node *array = (Node *) lsecond(expr->args);
	ShippedColumn column;
	TermOp op;
	bool inverted;
	bool positive;

	if (!known_operator(expr->opno, &op, &inverted) || inverted)
		return NIL;
	/* Only IN and NOT IN in all their spellings: NOT (= ANY) is <> ALL. */
	if (!((op == OP_EQ && expr->useOr) || (op == OP_NE && !expr->useOr)))
		return NIL;
	positive = (op == OP_EQ) != negated;
	if (!shipped_operand(context, array))
		return op == OP_EQ && !negated ? ship_membership(context, expr, verdict) : NIL;
	if (!shipped_column(context, (Node *) linitial(expr->args), &column))
		return NIL;
	if (is_some_key(&column))
		return !positive || get_base_element_type(exprType(array)) != UUIDOID
				   ? NIL
				   : make_key(context, &column, array, verdict);
	op = positive ? OP_IN : OP_NOT_IN;
	if (!ship_can_compare(context, &column, op, operand_type(op, array), expr->inputcollid))
		return NIL;
	*verdict = VERDICT_SUPERSET;
	return make_condition(context, &column, op, array);
}

/* a IS DISTINCT FROM b, and its negation, which is "=" where b is a value */
static List *
ship_distinct(ShipContext *context, DistinctExpr *expr, bool negated, Verdict *verdict)
{
	TermOp op;
	bool inverted;
	Const *right = (Const *) lsecond(expr->args);

	if (!known_operator(expr->opno, &op, &inverted) || op != OP_EQ || inverted || !IsA(right, Const) ||
		right->constisnull)
		return NIL;
	/* NULL is distinct from a value: so $not must find rows without one */
	if (!negated && !context->relation->remote.not_matches_empty)
		return NIL;
	return ship_sides(context, expr->args, OP_EQ, false, expr->inputcollid, !negated, verdict);
}

/* Can it be asked whether there is a value?  By ranges around a pivot. */
static bool
has_pivot(const ShippedColumn *column)
{
	FilterClass class = column->hint.property->filter;

	return !column->hint.multi && !column->lowered && column->days == 0 &&
		   (class == FILTER_NUMBER || class == FILTER_DATE || class == FILTER_TIME);
}

/* column IS NULL, column IS NOT NULL */
static List *
ship_null_test(ShipContext *context, NullTest *test, bool negated, Verdict *verdict)
{
	ShippedColumn column;
	bool wants_null = (test->nulltesttype == IS_NULL) != negated;

	if (test->argisrow || !shipped_column(context, (Node *) test->arg, &column))
		return NIL;
	if (is_some_key(&column) && wants_null)
	{
		/* no row is without its id: an OR of nothing */
		*verdict = VERDICT_EXACT;
		return term_of_arms(TERM_OR, NIL);
	}
	if (is_some_key(&column) || !has_pivot(&column) || (wants_null && !context->relation->remote.not_matches_empty))
		return NIL;
	*verdict = VERDICT_EXACT;
	return make_condition(context, &column, wants_null ? OP_IS_NULL : OP_NOT_NULL, NULL);
}

/* a checkbox: column, NOT column, IS TRUE, IS FALSE */
static List *
ship_boolean(ShipContext *context, Node *node, TermOp op, Verdict *verdict)
{
	ShippedColumn column;

	if (!shipped_column(context, node, &column) || is_some_key(&column) || column.hint.multi ||
		column.hint.property->filter != FILTER_BOOL)
		return NIL;
	/* Whether "false" matches unset ones is unknown. */
	*verdict = op == OP_TRUE ? VERDICT_EXACT : VERDICT_SUPERSET;
	return make_condition(context, &column, op, NULL);
}

static List *
ship_boolean_test(ShipContext *context, BooleanTest *test, bool negated, Verdict *verdict)
{
	bool truth = test->booltesttype == IS_TRUE || test->booltesttype == IS_NOT_TRUE;
	bool plain = (test->booltesttype == IS_TRUE || test->booltesttype == IS_FALSE) != negated;

	if (test->booltesttype == IS_UNKNOWN || test->booltesttype == IS_NOT_UNKNOWN)
		return NIL;
	if (plain)
		return ship_boolean(context, (Node *) test->arg, truth ? OP_TRUE : OP_FALSE, verdict);
	/* IS NOT TRUE takes NULLs in; of IS NOT FALSE it is unknown what "false" matches. */
	if (!truth || !context->relation->remote.not_matches_empty)
		return NIL;
	return ship_boolean(context, (Node *) test->arg, OP_NOT_TRUE, verdict);
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
	ListCell *lc;

	*verdict = VERDICT_EXACT;
	foreach(lc, arms)
	{
		Verdict one = VERDICT_LOCAL;
		List *term = ship_expression(context, (Node *) lfirst(lc), negated, &one);

		if (term == NIL)
		{
			context->operands = list_truncate(context->operands, noperands);
			return NIL;
		}
		terms = lappend(terms, term);
		/* keys under OR make no batches: too many of them are not sent */
		if (term_kind(term) == TERM_KEY)
			one = VERDICT_SUPERSET;
		*verdict = Min(*verdict, one);
	}
	return term_of_arms(TERM_OR, terms);
}

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
						   : ship_disjunction(context, expr->args, false, verdict);
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
		context->reason = "too deep";
	else
	{
		context->depth++;
		term = ship_arms(context, expr, negated, verdict);
		context->depth--;
	}
	return term;
}

static List *
ship_expression(ShipContext *context, Node *node, bool negated, Verdict *verdict)
{
	switch (nodeTag(node))
	{
		case T_BoolExpr:
			return ship_logic(context, (BoolExpr *) node, negated, verdict);
		case T_OpExpr:
			return ship_comparison(context, (OpExpr *) node, negated, verdict);
		case T_FuncExpr:
			return ship_call(context, (FuncExpr *) node, negated, verdict);
		case T_ScalarArrayOpExpr:
			return ship_array_comparison(context, (ScalarArrayOpExpr *) node, negated, verdict);
		case T_DistinctExpr:
			return ship_distinct(context, (DistinctExpr *) node, negated, verdict);
		case T_NullTest:
			return ship_null_test(context, (NullTest *) node, negated, verdict);
		case T_BooleanTest:
			return ship_boolean_test(context, (BooleanTest *) node, negated, verdict);
		case T_Var:
			return ship_boolean(context, node, negated ? OP_FALSE : OP_TRUE, verdict);
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
			context->reason = "not safe";
	}
	return term;
}

bool
ship_is_address(ShipContext *context, Node *node)
{
	ShippedColumn column;

	return shipped_column(context, node, &column) && !is_some_key(&column) &&
		   (column.hint.property->filter == FILTER_LOWER || column.hint.property->filter == FILTER_PHONE) &&
		   column.hint.property->name[0] == '\0';
}
