/*
 * ship_column.c
 *		Columns and operands: the two sides of a condition that can be sent.
 *
 * Owns: which expressions count as a column of ours, which operands compare
 * with it as Attio would, and what one comparison is worth (docs/invariants.md
 * 1.1 and 1.3).  Makes no request.
 */
#include "plan/ship_column.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "attio/literal.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

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
strip(Node *node, ShippedColumn *column)
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
			column->lowered = true;
			return strip((Node *) linitial(call->args), column);
		case F_DATE_TIMESTAMPTZ:
			column->days = 1;
			return (Node *) linitial(call->args);
		case F_DATE_TRUNC_TEXT_TIMESTAMPTZ:
			column->days = days_of_unit((Node *) linitial(call->args));
			return column->days > 0 ? (Node *) lsecond(call->args) : NULL;
		case F_NUMERIC_INT2:
			return (Node *) linitial(call->args);
		default:
			return node;
	}
}

/* Is this a column of our relation about which something can be sent? */
bool
shipped_column(ShipContext *context, Node *node, ShippedColumn *column)
{
	Var *var;

	memset(column, 0, sizeof(*column));
	var = (Var *) strip(node, column);
	if (var == NULL || !IsA(var, Var) || var->varno != (int) context->relid || var->varlevelsup != 0 ||
		var->varattno <= 0)
		return false;
	if (context->relation->view != NULL)
	{
		context->reason = "the view filters";
		return false;
	}
	column->hint = *relation_plan_hint(context->plan, var->varattno);
	if (column->hint.is_key || column->hint.is_parent)
		return true;
	if (column->hint.slug == NULL)
	{
		context->reason = column->hint.reason;
		return false;
	}
	if (column->days > 0)
		return column->hint.property->filter == FILTER_TIME && !column->hint.multi;
	return true;
}

/* ----- operands ----- */

/* An expression that can be evaluated once, before the scan starts. */
bool
shipped_operand(ShipContext *context, Node *node)
{
	Relids relids = pull_varnos(context->root, node);

	if (!bms_is_member(context->relid, relids) && !contain_volatile_functions(node) && !contain_subplans(node))
		return true;
	context->reason = "compared with what differs from row to row";
	return false;
}

static bool
is_time_type(Oid type)
{
	return type == TIMESTAMPTZOID || type == TIMESTAMPOID || type == DATEOID;
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
			return type == INT2OID || type == INT4OID || type == INT8OID || type == NUMERICOID;
		case FILTER_DATE:
		case FILTER_TIME:
			return is_time_type(type);
		case FILTER_TEXT:
		case FILTER_TEXT_EQ:
		case FILTER_LOWER:
		case FILTER_WORD:
		case FILTER_PHONE:
		case FILTER_CHOICE:
		case FILTER_ACTOR_TYPE:
			return is_text_type(type);
		case FILTER_CHOICE_ID:
		case FILTER_REFERENCE:
		case FILTER_ACTOR:
		case FILTER_MEMBER:
			return type == UUIDOID;
		case FILTER_BOOL:
		case FILTER_NOTHING:
			break;
	}
	return false;
}

/* ----- comparisons ----- */

static bool
has_patterns(FilterClass class)
{
	return class == FILTER_TEXT || class == FILTER_TEXT_EQ || class == FILTER_LOWER;
}

/*
 * $not must not lose rows: only where $eq cannot match more than "=" does.
 * What $not does with empty values does not matter where SQL has NULL for them;
 * an empty text is a value, and may count as empty.
 */
static bool
can_differ(const ShipContext *context, const ShippedColumn *column, Oid type)
{
	if (column->hint.multi)
		return false;
	switch (column->hint.property->filter)
	{
		case FILTER_NUMBER:
			return true;
		case FILTER_DATE:
			return type == DATEOID;
		case FILTER_CHOICE:
			return true; /* by an id read in this statement */
		case FILTER_TEXT:
			return context->relation->remote.text_is_exact && context->relation->remote.not_matches_empty;
		default:
			return false;
	}
}

/*
 * Can this comparison be sent?  "type" is the operand's, or that of an array's
 * elements.
 */
bool
ship_can_compare(const ShipContext *context, const ShippedColumn *column, TermOp op, Oid type, Oid collation)
{
	FilterClass class = column->hint.property->filter;

	if ((OidIsValid(collation) && !get_collation_isdeterministic(collation)) || !is_comparable(class, type))
		return false;
	if (column->lowered && !has_patterns(class))
		return false;
	switch (op)
	{
		case OP_EQ:
		case OP_IN:
			/* of lower(text) only pieces are known, which arrays have not */
			return !column->hint.array && (op == OP_EQ || !column->lowered || class == FILTER_LOWER);
		case OP_NE:
		case OP_NOT_IN:
			return column->days == 0 && !column->lowered && can_differ(context, column, type);
		case OP_LT:
		case OP_LE:
		case OP_GT:
		case OP_GE:
			return class == FILTER_NUMBER || class == FILTER_DATE || class == FILTER_TIME;
		case OP_HAS_ALL:
		case OP_HAS_ANY:
			return column->hint.array;
		case OP_LIKE:
		case OP_ILIKE:
		case OP_PREFIX:
			return has_patterns(class) && !column->hint.array;
		default:
			return false;
	}
}

/* The operand, if it is a constant and not NULL. */
static Const *
constant_operand(Node *operand)
{
	return IsA(operand, Const) && !((Const *) operand)->constisnull ? (Const *) operand : NULL;
}

/* Is there anything to send about this operand?  Of others than constants that shows when the scan starts. */
bool
ship_says_something(const ShippedColumn *column, TermOp op, Node *operand)
{
	Const *constant = constant_operand(operand);
	FilterClass class = column->hint.property->filter;

	if (constant == NULL || constant->consttype == UUIDOID || column->days > 0 || !(op <= OP_GE || op >= OP_LIKE))
		return true;
	if (op >= OP_LIKE)
		return filter_pattern(op, TextDatumGetCString(constant->constvalue)) != NIL;
	if (filter_never(class, op, constant->consttype, constant->constvalue))
		return true;
	return filter_compare(class, op == OP_NE ? OP_EQ : op, constant->consttype, constant->constvalue) != NULL;
}

/* What one comparison is worth. */
Verdict
ship_verdict(const ShipContext *context, const ShippedColumn *column, TermOp op, Node *operand)
{
	Const *constant = constant_operand(operand);

	if (constant == NULL || op == OP_NE || op >= OP_IN || column->days > 0 || column->lowered || column->hint.multi)
		return VERDICT_SUPERSET;
	switch (column->hint.property->filter)
	{
		case FILTER_NUMBER:
			return filter_is_plain_number(constant->consttype, constant->constvalue) ? VERDICT_EXACT : VERDICT_SUPERSET;
		case FILTER_DATE:
			return constant->consttype == DATEOID ? VERDICT_EXACT : VERDICT_SUPERSET;
		case FILTER_TIME:
			/* Attio keeps more digits than we: only these two sides are the same, on whole milliseconds. */
			return (op == OP_GE || op == OP_LT) && constant->consttype == TIMESTAMPTZOID &&
						   DatumGetTimestampTz(constant->constvalue) % 1000 == 0
					   ? VERDICT_EXACT
					   : VERDICT_SUPERSET;
		case FILTER_TEXT:
			return context->relation->remote.text_is_exact ? VERDICT_EXACT : VERDICT_SUPERSET;
		case FILTER_REFERENCE:
			return VERDICT_EXACT;
		default:
			return VERDICT_SUPERSET;
	}
}
