/*
 * ship_column.c
 *		Columns and operands: the two sides of a condition, and what stands between
 *		them.
 *
 * Owns: what an expression of PostgreSQL means: which one is a column of ours,
 * which one an operand, which operator says what.  Must not know what a service
 * makes of it.  Makes no request.
 */
#include "plan/ship_column.h"

#include "access/transam.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

/* ----- columns ----- */

/* Days that a span cut by date_trunc() can have at most; 0 = a word that is not known. */
static int
days_of_unit(Node *unit)
{
	static const struct
	{
		const char *name;
		int days;
	} units[] = {
		{"microseconds", 1}, {"milliseconds", 1}, {"second", 1},          {"minute", 1},   {"hour", 1},
		{"day", 1},          {"week", 7},         {"month", 31},          {"quarter", 92}, {"year", 366},
		{"decade", 3653},    {"century", 36525},  {"millennium", 365243},
	};
	Const *constant = (Const *) unit;
	char *name;

	if (!IsA(constant, Const) || constant->constisnull)
		return 0;
	name = TextDatumGetCString(constant->constvalue);
	for (int i = 0; i < (int) lengthof(units); i++)
		if (pg_strcasecmp(units[i].name, name) == 0)
			return units[i].days;
	return 0;
}

/* What stands inside of lower(), ::date, date_trunc() and casts that change nothing. */
static Node *
strip_calls(Node *node, Comparison *comparison)
{
	FuncExpr *call;

	while (node != NULL && IsA(node, RelabelType))
		node = (Node *) ((RelabelType *) node)->arg;
	if (node == NULL || !IsA(node, FuncExpr))
		return node;
	call = (FuncExpr *) node;
	switch (call->funcid)
	{
		case F_LOWER_TEXT:
			comparison->lowered = true;
			return strip_calls((Node *) linitial(call->args), comparison);
		case F_DATE_TIMESTAMPTZ:
			comparison->days = 1;
			return (Node *) linitial(call->args);
		case F_DATE_TRUNC_TEXT_TIMESTAMPTZ:
			comparison->days = days_of_unit((Node *) linitial(call->args));
			return comparison->days > 0 ? (Node *) lsecond(call->args) : NULL;
		case F_NUMERIC_INT2:
			return (Node *) linitial(call->args);
		default:
			return node;
	}
}

/*
 * Is this a column of our relation about which something can be sent?  Begins
 * the comparison with it.
 */
bool
shipped_column(ShipContext *context, Node *node, Comparison *comparison)
{
	Var *var;

	memset(comparison, 0, sizeof(*comparison));
	var = (Var *) strip_calls(node, comparison);
	if (var == NULL || !IsA(var, Var) || var->varno != (int) context->relid || var->varlevelsup != 0 ||
		var->varattno <= 0)
		return false;
	if (context->plan->relation->view != NULL)
	{
		context->reason = "the table shows a view";
		return false;
	}
	comparison->column = column_hint(context->plan->relation, var->varattno);
	context->reason = comparison->column->reason == NULL ? context->reason : comparison->column->reason;
	return comparison->column->reason == NULL;
}

/* ----- operands ----- */

/* An expression that can be evaluated once, before the scan starts. */
bool
shipped_operand(ShipContext *context, Node *node)
{
	Relids relids = pull_varnos(context->root, node);

	if (!bms_is_member(context->relid, relids) && !contain_volatile_functions(node) && !contain_subplans(node))
		return true;
	context->reason = "compared with a value that differs from row to row";
	return false;
}

/* Complete a comparison with its operand, an array of values or a single one. */
void
shipped_value(Node *operand, bool is_array, Comparison *comparison)
{
	const Const *constant = (const Const *) operand;

	comparison->type = is_array ? get_base_element_type(exprType(operand)) : exprType(operand);
	comparison->is_known = IsA(operand, Const) && !constant->constisnull;
	if (comparison->is_known)
		comparison->value = constant->constvalue;
}

/* ----- operators ----- */

/* The operator's meaning, by the name of a built-in one. */
bool
ship_operator(Oid opno, TermOp *op, bool *negated)
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
TermOp
ship_commuted(TermOp op)
{
	return op == OP_LT ? OP_GT : op == OP_LE ? OP_GE : op == OP_GT ? OP_LT : op == OP_GE ? OP_LE : op;
}

/* The operator that is true where this one is false; only of comparisons. */
TermOp
ship_opposite(TermOp op)
{
	static const TermOp opposites[] = {OP_NE, OP_EQ, OP_GE, OP_GT, OP_LE, OP_LT};

	return opposites[op];
}
