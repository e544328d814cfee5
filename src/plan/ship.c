/*
 * ship.c
 *		What of a condition may be sent to Attio.
 *
 * Owns: the verdicts of DESIGN.md 5.  A term that is sent is true for every row
 * for which its condition is true: never a subset.  Where API.md says unknown,
 * the worst of all plausible behaviours is assumed.  Makes no request.
 *
 * NOT is pushed inwards first.  A negated condition is sent only where the
 * filter cannot match a row for which it is false.
 */
#include "plan/ship.h"

#include "access/transam.h"
#include "scan/filter_value.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

static List *ship_expression(ShipContext *context, Node *node, bool negated, Verdict *verdict);

/* ----- terms ----- */

static List *
make_condition(ShipContext *context, const ColumnHint *hint, TermOp op, Node *operand)
{
	int index = -1;

	if (operand != NULL)
	{
		index = list_length(context->operands);
		context->operands = lappend(context->operands, copyObject(operand));
	}
	return lappend(list_make5(makeInteger(TERM_CONDITION), makeString(pstrdup(hint->attribute_id)),
							  makeString(pstrdup(hint->slug)), makeString(pstrdup(hint->type)),
							  makeString(pstrdup(hint->property->name))),
				   list_make2_int((int) op, index));
}

static List *
make_key(ShipContext *context, Node *operand)
{
	context->operands = lappend(context->operands, copyObject(operand));
	return list_make2(makeInteger(TERM_KEY), makeInteger(list_length(context->operands) - 1));
}

/* ----- columns and operands ----- */

static Node *
strip_relabel(Node *node)
{
	while (node != NULL && IsA(node, RelabelType))
		node = (Node *) ((RelabelType *) node)->arg;
	return node;
}

/* A column of our relation about which something can be sent. */
static bool
is_shippable_column(ShipContext *context, Node *node, ColumnHint *hint)
{
	Var *var = (Var *) strip_relabel(node);

	if (var == NULL || !IsA(var, Var) || var->varno != (int) context->relid || var->varlevelsup != 0 ||
		var->varattno <= 0)
		return false;
	*hint = relation_column_hint(context->relation, var->varattno);
	return hint->is_key || hint->slug != NULL;
}

/* An expression that can be evaluated once, before the scan starts. */
static bool
is_operand(ShipContext *context, Node *node)
{
	Relids relids = pull_varnos(context->root, node);

	return !bms_is_member(context->relid, relids) && !contain_volatile_functions(node) && !contain_subplans(node);
}

static bool
is_number_type(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID || type == NUMERICOID;
}

static bool
is_text_type(Oid type)
{
	return type == TEXTOID || type == VARCHAROID;
}

/* Does the operand's type compare with this class of column as Attio would? */
static bool
is_comparable(FilterClass class, Oid type)
{
	switch (class)
	{
		case FILTER_NUMBER:
			return is_number_type(type);
		case FILTER_DATE:
			return type == DATEOID;
		case FILTER_TIME:
			return type == TIMESTAMPTZOID;
		case FILTER_TEXT:
		case FILTER_TEXT_EQ:
		case FILTER_LOWER:
		case FILTER_PHONE:
		case FILTER_CHOICE:
			return is_text_type(type);
		case FILTER_REFERENCE:
			return type == UUIDOID;
		case FILTER_BOOL:
		case FILTER_NOTHING:
			break;
	}
	return false;
}

static bool
is_ordered(FilterClass class)
{
	return class == FILTER_NUMBER || class == FILTER_DATE || class == FILTER_TIME;
}

static bool
has_patterns(FilterClass class)
{
	return class == FILTER_TEXT || class == FILTER_TEXT_EQ || class == FILTER_LOWER;
}

/* ----- verdicts of one comparison ----- */

/* The operand, if it is a constant and not NULL. */
static Const *
constant_operand(Node *operand)
{
	return IsA(operand, Const) && !((Const *) operand)->constisnull ? (Const *) operand : NULL;
}

/* Is there anything to send about this operand?  Of others than constants that shows when the scan starts. */
static bool
says_something(FilterClass class, TermOp op, Node *operand)
{
	Const *constant = constant_operand(operand);

	if (constant == NULL || class == FILTER_REFERENCE)
		return true;
	if (op >= OP_LIKE)
		return filter_pattern(op, TextDatumGetCString(constant->constvalue)) != NIL;
	return filter_compare(class, op == OP_NE ? OP_EQ : op, constant->consttype, constant->constvalue) != NULL;
}

static Verdict
compare_verdict(FilterClass class, TermOp op, Node *operand)
{
	Const *constant = constant_operand(operand);

	if (constant == NULL || op == OP_NE)
		return VERDICT_SUPERSET;
	switch (class)
	{
		case FILTER_NUMBER:
		case FILTER_DATE:
			return VERDICT_EXACT;
		case FILTER_TIME:
			/* Attio keeps more digits than we: only these two sides are the same, on whole milliseconds. */
			return (op == OP_GE || op == OP_LT) && DatumGetTimestampTz(constant->constvalue) % 1000 == 0
					   ? VERDICT_EXACT
					   : VERDICT_SUPERSET;
		case FILTER_REFERENCE:
			return VERDICT_EXACT;
		default:
			return VERDICT_SUPERSET;
	}
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
		{"=", OP_EQ, false},    {"<>", OP_NE, false},     {"<", OP_LT, false},      {"<=", OP_LE, false},
		{">", OP_GT, false},    {">=", OP_GE, false},     {"~~", OP_LIKE, false},   {"~~*", OP_ILIKE, false},
		{"!~~", OP_LIKE, true}, {"!~~*", OP_ILIKE, true}, {"^@", OP_PREFIX, false},
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

/* Is this comparison, of this class of column, one that can be sent? */
static bool
can_compare(FilterClass class, TermOp op, Oid collation)
{
	if (OidIsValid(collation) && !get_collation_isdeterministic(collation))
		return false;
	switch (op)
	{
		case OP_EQ:
			return true;
		case OP_NE:
			/* $not must not lose rows: only where $eq cannot match more than "=" does */
			return class == FILTER_NUMBER || class == FILTER_DATE;
		case OP_LT:
		case OP_LE:
		case OP_GT:
		case OP_GE:
			return is_ordered(class);
		case OP_LIKE:
		case OP_ILIKE:
		case OP_PREFIX:
			return has_patterns(class);
		default:
			return false;
	}
}

/* Two sides and what stands between them; inverted where the operator itself says NOT. */
static List *
ship_sides(ShipContext *context, List *sides, TermOp op, bool inverted, Oid collation, bool negated, Verdict *verdict)
{
	Node *left = (Node *) linitial(sides);
	Node *right = (Node *) lsecond(sides);
	ColumnHint hint;

	if (!is_shippable_column(context, left, &hint))
	{
		if (op >= OP_LIKE || !is_shippable_column(context, right, &hint))
			return NIL;
		right = left;
		op = commuted(op);
	}
	if (!is_operand(context, right))
		return NIL;
	if (hint.is_key)
	{
		if (op != OP_EQ || inverted || negated || exprType(right) != UUIDOID)
			return NIL;
		*verdict = VERDICT_EXACT;
		return make_key(context, right);
	}
	if (negated != inverted)
	{
		if (op > OP_GE)
			return NIL;
		op = opposite(op);
	}
	if (!is_comparable(hint.property->filter, exprType(right)) || !can_compare(hint.property->filter, op, collation) ||
		!says_something(hint.property->filter, op, right))
		return NIL;
	*verdict = compare_verdict(hint.property->filter, op, right);
	return make_condition(context, &hint, op, right);
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

/* column = ANY (array), column <> ALL (array) */
static List *
ship_array_comparison(ShipContext *context, ScalarArrayOpExpr *expr, bool negated, Verdict *verdict)
{
	Node *array = (Node *) lsecond(expr->args);
	ColumnHint hint;
	TermOp op;
	bool inverted;
	bool positive;
	Oid element;

	if (!known_operator(expr->opno, &op, &inverted) || inverted || !is_operand(context, array) ||
		!is_shippable_column(context, (Node *) linitial(expr->args), &hint))
		return NIL;
	/* Only IN and NOT IN in all their spellings: NOT (= ANY) is <> ALL. */
	if (!((op == OP_EQ && expr->useOr) || (op == OP_NE && !expr->useOr)))
		return NIL;
	positive = (op == OP_EQ) != negated;
	element = get_base_element_type(exprType(array));
	if (hint.is_key)
	{
		if (!positive || element != UUIDOID)
			return NIL;
		*verdict = VERDICT_EXACT;
		return make_key(context, array);
	}
	if (!is_comparable(hint.property->filter, element) ||
		!can_compare(hint.property->filter, positive ? OP_EQ : OP_NE, expr->inputcollid))
		return NIL;
	*verdict = VERDICT_SUPERSET;
	return make_condition(context, &hint, positive ? OP_IN : OP_NOT_IN, array);
}

/* column IS NOT NULL, by the ranges around a pivot */
static List *
ship_null_test(ShipContext *context, NullTest *test, bool negated, Verdict *verdict)
{
	ColumnHint hint;
	bool wants_null = (test->nulltesttype == IS_NULL) != negated;

	if (test->argisrow || !is_shippable_column(context, (Node *) test->arg, &hint))
		return NIL;
	if (hint.is_key && wants_null)
	{
		/* no row is without its id: an OR of nothing */
		*verdict = VERDICT_EXACT;
		return list_make1(makeInteger(TERM_OR));
	}
	if (hint.is_key || wants_null || !is_ordered(hint.property->filter))
		return NIL;
	*verdict = VERDICT_EXACT;
	return make_condition(context, &hint, OP_NOT_NULL, NULL);
}

/* a checkbox: column, NOT column, IS TRUE, IS FALSE */
static List *
ship_boolean(ShipContext *context, Node *node, bool wanted, Verdict *verdict)
{
	ColumnHint hint;

	if (!is_shippable_column(context, node, &hint) || hint.is_key || hint.property->filter != FILTER_BOOL)
		return NIL;
	/* Whether "false" matches unset ones is unknown. */
	*verdict = wanted ? VERDICT_EXACT : VERDICT_SUPERSET;
	return make_condition(context, &hint, wanted ? OP_TRUE : OP_FALSE, NULL);
}

static List *
ship_boolean_test(ShipContext *context, BooleanTest *test, bool negated, Verdict *verdict)
{
	/* NOT (x IS TRUE) takes NULLs in, which no filter finds. */
	if (negated || (test->booltesttype != IS_TRUE && test->booltesttype != IS_FALSE))
		return NIL;
	return ship_boolean(context, (Node *) test->arg, test->booltesttype == IS_TRUE, verdict);
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
	return lcons(makeInteger(TERM_AND), terms);
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
		if (intVal(linitial(term)) == TERM_KEY)
			one = VERDICT_SUPERSET;
		*verdict = Min(*verdict, one);
	}
	return lcons(makeInteger(TERM_OR), terms);
}

static List *
ship_logic(ShipContext *context, BoolExpr *expr, bool negated, Verdict *verdict)
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
		case T_NullTest:
			return ship_null_test(context, (NullTest *) node, negated, verdict);
		case T_BooleanTest:
			return ship_boolean_test(context, (BooleanTest *) node, negated, verdict);
		case T_Var:
			return ship_boolean(context, node, !negated, verdict);
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
	term = ship_expression(context, (Node *) clause, false, verdict);
	if (term == NIL)
		*verdict = VERDICT_LOCAL;
	return term;
}

/* Does the clause fix the row's id? */
bool
ship_is_key(ShipContext *context, Expr *clause)
{
	Verdict verdict;
	List *term = ship_condition(context, clause, &verdict);

	return term != NIL && intVal(linitial(term)) == TERM_KEY;
}
