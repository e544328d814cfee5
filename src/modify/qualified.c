/*
 * qualified.c
 *		Does an UPDATE or DELETE pick rows of its target by a column of theirs?
 *
 * Owns: which conditions count for the guard against a missing WHERE: those
 * that use a column of the target, are not true of every row, and whose being
 * false keeps a row from being written.  Makes no request.
 *
 * What the planner knows to be true (WHERE true, x OR true) it has removed
 * before; what it leaves although it is true of every row is told apart here.
 * A plan for all values of its parameters leaves this to the statement's begin.
 */
#include "modify/qualified.h"

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/params.h"
#include "optimizer/optimizer.h"
#include "remote/table.h"
#include "scan/param_nodes.h"
#include "utils/lsyscache.h"

typedef struct Target
{
	PlannerInfo *root;
	const RemoteRelation *relation;
	TupleDesc tupdesc;
	Index root_rtindex; /* as the statement names it; of a table that inherits another than its own */
	Index rtindex;
	List *open; /* conditions that the values of parameters decide, of the table that is written */
} Target;

/* What the value of a condition can be beside true. */
#define CAN_BE_FALSE 1
#define CAN_BE_NULL 2

static int values_of(const Target *target, Node *node);

/* ----- values ----- */

/* Is the expression the constant NULL? */
static bool
is_null_constant(Node *node)
{
	return IsA(node, Const) && ((Const *) node)->constisnull;
}

/* The row itself is never NULL. */
static bool
has_value(const Target *target, const Var *var)
{
	if (var->varno != (int) target->rtindex)
		return false;
	return var->varattno <= 0 || column_has_value(target->relation, var->varattno);
}

/* Is the value of the expression never NULL? */
static bool
is_never_null(const Target *target, Node *node)
{
	ListCell *lc;

	switch (nodeTag(node))
	{
		case T_Var:
			return has_value(target, (Var *) node);
		case T_Const:
			return !((Const *) node)->constisnull;
		case T_NullTest:
		case T_BooleanTest:
		case T_DistinctExpr:
		case T_ArrayExpr:
		case T_RowExpr:
			return true;
		case T_RelabelType:
			return is_never_null(target, (Node *) ((RelabelType *) node)->arg);
		case T_CoerceViaIO:
			return is_never_null(target, (Node *) ((CoerceViaIO *) node)->arg);
		case T_FuncExpr:
			return ((FuncExpr *) node)->funcformat != COERCE_EXPLICIT_CALL && ((FuncExpr *) node)->args != NIL &&
				   is_never_null(target, (Node *) linitial(((FuncExpr *) node)->args));
		case T_CoalesceExpr:
			foreach(lc, ((CoalesceExpr *) node)->args)
				if (is_never_null(target, (Node *) lfirst(lc)))
					return true;
			return false;
		default:
			return false;
	}
}

/* Is the operator one that is true of two values that are the same: =, <=, >=? */
static bool
is_reflexive(Oid operator, Oid type)
{
	return op_hashjoinable(operator, type) || compat_operator_takes_equals(operator);
}

/* c = c */
static int
values_of_comparison(const Target *target, const OpExpr *expr)
{
	if (list_length(expr->args) != 2 || !equal(linitial(expr->args), lsecond(expr->args)) ||
		!is_reflexive(expr->opno, exprType((Node *) linitial(expr->args))))
		return CAN_BE_FALSE | CAN_BE_NULL;
	return is_never_null(target, (Node *) linitial(expr->args)) ? 0 : CAN_BE_NULL;
}

/* c IN (c, ...) */
static int
values_of_membership(const Target *target, const ScalarArrayOpExpr *expr)
{
	Node *value = (Node *) linitial(expr->args);
	const ArrayExpr *array = (const ArrayExpr *) lsecond(expr->args);

	if (expr->useOr && IsA(array, ArrayExpr) && !array->multidims && list_member(array->elements, value) &&
		is_reflexive(expr->opno, exprType(value)) && is_never_null(target, value))
		return 0;
	return CAN_BE_FALSE | CAN_BE_NULL;
}

/* What IS NULL and IS NOT NULL can be. */
static int
values_of_null_test(const Target *target, const NullTest *test)
{
	if (test->nulltesttype == IS_NOT_NULL && !test->argisrow && is_never_null(target, (Node *) test->arg))
		return 0;
	return CAN_BE_FALSE;
}

/* c IS DISTINCT FROM NULL; under NOT: c IS DISTINCT FROM c */
static int
values_of_distinct(const Target *target, const DistinctExpr *expr, bool negated)
{
	Node *left = (Node *) linitial(expr->args);
	Node *right = (Node *) lsecond(expr->args);

	if (negated)
		return equal(left, right) ? 0 : CAN_BE_FALSE;
	return (is_null_constant(right) && is_never_null(target, left)) ||
				   (is_null_constant(left) && is_never_null(target, right))
			   ? 0
			   : CAN_BE_FALSE;
}

/* IS NULL of what is never NULL, and c IS DISTINCT FROM c */
static bool
is_always_false(const Target *target, Node *node)
{
	if (IsA(node, NullTest))
		return ((NullTest *) node)->nulltesttype == IS_NULL && !((NullTest *) node)->argisrow &&
			   is_never_null(target, (Node *) ((NullTest *) node)->arg);
	return IsA(node, DistinctExpr) && values_of_distinct(target, (DistinctExpr *) node, true) == 0;
}

/* What IS TRUE and its kind can be. */
static int
values_of_boolean_test(const Target *target, const BooleanTest *test)
{
	int values = values_of(target, (Node *) test->arg);

	switch (test->booltesttype)
	{
		case IS_TRUE:
			return values == 0 ? 0 : CAN_BE_FALSE;
		case IS_NOT_FALSE:
			return (values & CAN_BE_FALSE) ? CAN_BE_FALSE : 0;
		case IS_NOT_UNKNOWN:
			return (values & CAN_BE_NULL) && !is_never_null(target, (Node *) test->arg) ? CAN_BE_FALSE : 0;
		case IS_FALSE:
		case IS_NOT_TRUE:
			return is_always_false(target, (Node *) test->arg) ? 0 : CAN_BE_FALSE;
		default:
			return CAN_BE_FALSE;
	}
}

/* a IS NULL OR a IS NOT NULL, whatever else the arms say */
static bool
has_both_null_tests(List *arms)
{
	ListCell *one;
	ListCell *other;

	foreach(one, arms)
		foreach(other, arms)
		{
			NullTest *is_null = (NullTest *) lfirst(one);
			NullTest *is_not_null = (NullTest *) lfirst(other);

			if (IsA(is_null, NullTest) && IsA(is_not_null, NullTest) && is_null->nulltesttype == IS_NULL &&
				is_not_null->nulltesttype == IS_NOT_NULL && !is_null->argisrow && equal(is_null->arg, is_not_null->arg))
				return true;
		}
	return false;
}

/* What AND, OR and NOT can be. */
static int
values_of_logic(const Target *target, const BoolExpr *expr)
{
	int all = CAN_BE_FALSE | CAN_BE_NULL;
	int any = 0;
	Node *arm = (Node *) linitial(expr->args);
	ListCell *lc;

	if (expr->boolop == NOT_EXPR)
		return IsA(arm, DistinctExpr) ? values_of_distinct(target, (DistinctExpr *) arm, true) : all;
	foreach(lc, expr->args)
	{
		int values = values_of(target, (Node *) lfirst(lc));

		if (expr->boolop == OR_EXPR && values == 0)
			return 0;
		all &= values;
		any |= values;
	}
	if (expr->boolop == AND_EXPR)
		return any;
	return has_both_null_tests(expr->args) ? 0 : (all & CAN_BE_FALSE) | (any & CAN_BE_NULL);
}

/* The first that is not NULL. */
static int
values_of_coalesce(const Target *target, List *args)
{
	int all = 0;
	ListCell *lc;

	foreach(lc, args)
	{
		int values = values_of(target, (Node *) lfirst(lc));

		all |= values & CAN_BE_FALSE;
		if (!(values & CAN_BE_NULL) || is_never_null(target, (Node *) lfirst(lc)))
			return all;
	}
	return all | CAN_BE_NULL;
}

/* What a CASE can be. */
static int
values_of_case(const Target *target, const CaseExpr *expr)
{
	int any = values_of(target, (Node *) expr->defresult);
	ListCell *lc;

	foreach(lc, expr->args)
		any |= values_of(target, (Node *) lfirst_node(CaseWhen, lc)->result);
	return any;
}

/* What a condition can be beside true; both where nothing is known. */
static int
values_of(const Target *target, Node *node)
{
	check_stack_depth();
	switch (nodeTag(node))
	{
		case T_Const:
			return ((Const *) node)->constisnull                ? CAN_BE_NULL
				   : DatumGetBool(((Const *) node)->constvalue) ? 0
																: CAN_BE_FALSE;
		case T_BoolExpr:
			return values_of_logic(target, (BoolExpr *) node);
		case T_OpExpr:
			return values_of_comparison(target, (OpExpr *) node);
		case T_ScalarArrayOpExpr:
			return values_of_membership(target, (ScalarArrayOpExpr *) node);
		case T_NullTest:
			return values_of_null_test(target, (NullTest *) node);
		case T_BooleanTest:
			return values_of_boolean_test(target, (BooleanTest *) node);
		case T_DistinctExpr:
			return values_of_distinct(target, (DistinctExpr *) node, false);
		case T_CoalesceExpr:
			return values_of_coalesce(target, ((CoalesceExpr *) node)->args);
		case T_CaseExpr:
			return values_of_case(target, (CaseExpr *) node);
		default:
			return CAN_BE_FALSE | CAN_BE_NULL;
	}
}

/* ----- conditions ----- */

/* Is a column of the target in the expression? */
static bool
uses_column(Node *node, void *context)
{
	const Target *target = (const Target *) context;

	if (node == NULL)
		return false;
	if (IsA(node, Var))
		return ((Var *) node)->varno == (int) target->rtindex && ((Var *) node)->varattno >= 0;
	return expression_tree_walker(node, uses_column, context);
}

/* Does one of the conditions, a list or a tree of them, count?  Those with parameters are kept instead. */
static bool
condition_counts(Target *target, Node *node)
{
	ListCell *lc;

	if (node == NULL)
		return false;
	if (IsA(node, List) || is_andclause(node))
	{
		foreach(lc, IsA(node, List) ? (List *) node : ((BoolExpr *) node)->args)
			if (condition_counts(target, (Node *) lfirst(lc)))
				return true;
		return false;
	}
	if (IsA(node, Const))
		return values_of(target, node) != 0;
	if (target->rtindex != target->root_rtindex)
		node = compat_over_child(target->root, node, find_base_rel(target->root, target->rtindex),
								 find_base_rel(target->root, target->root_rtindex));
	if (contains_param(node, PARAM_EXTERN))
	{
		target->open = lappend(target->open, node);
		return false;
	}
	return uses_column(node, target) && values_of(target, node) != 0;
}

/* Conditions of a join that can drop rows; what stands on the side that is filled with NULLs drops none. */
static bool
condition_picks(Target *target, Node *node, List *rtable)
{
	ListCell *lc;

	if (node == NULL)
		return false;
	check_stack_depth();
	if (IsA(node, RangeTblRef))
		return condition_counts(target, (Node *) rt_fetch(((RangeTblRef *) node)->rtindex, rtable)->securityQuals);
	if (IsA(node, FromExpr))
	{
		foreach(lc, ((FromExpr *) node)->fromlist)
			if (condition_picks(target, (Node *) lfirst(lc), rtable))
				return true;
		return condition_counts(target, ((FromExpr *) node)->quals);
	}
	else
	{
		JoinExpr *join = castNode(JoinExpr, node);
		bool drops = join->jointype == JOIN_INNER || join->jointype == JOIN_SEMI || join->jointype == JOIN_ANTI;

		if (drops && condition_counts(target, join->quals))
			return true;
		if (join->jointype != JOIN_FULL && join->jointype != JOIN_RIGHT && condition_picks(target, join->larg, rtable))
			return true;
		return (join->jointype == JOIN_INNER || join->jointype == JOIN_SEMI || join->jointype == JOIN_RIGHT) &&
			   condition_picks(target, join->rarg, rtable);
	}
}

/* Puts conditions into "open" that decide when the statement begins, where none does now. */
Qualification
qualification(PlannerInfo *root, Index rtindex, Relation rel, List **open)
{
	FromExpr *jointree = root->parse->jointree;
	Target target = {.root = root,
					 .relation = remote_relation_open(rel),
					 .tupdesc = RelationGetDescr(rel),
					 .root_rtindex = root->parse->resultRelation,
					 .rtindex = rtindex};

	if (condition_picks(&target, (Node *) jointree, root->parse->rtable))
		return QUALIFIED;
	*open = (List *) copyObject(target.open);
	return jointree->quals == NULL && list_length(jointree->fromlist) == 1 &&
				   IsA(linitial(jointree->fromlist), RangeTblRef)
			   ? WITHOUT_WHERE
			   : WITHOUT_CONDITION;
}

/* ----- when the statement begins ----- */

/* The expression with the values of parameters; those without a value stay. */
static Node *
put_in_values(Node *node, void *context)
{
	ParamListInfo params = (ParamListInfo) context;
	const Param *param = (const Param *) node;

	if (node == NULL)
		return NULL;
	if (IsA(node, Param) && param->paramkind == PARAM_EXTERN && params != NULL && param->paramid > 0 &&
		param->paramid <= params->numParams)
	{
		ParamExternData workspace;
		const ParamExternData *given = params->paramFetch != NULL
										   ? params->paramFetch(params, param->paramid, true, &workspace)
										   : &params->params[param->paramid - 1];
		int16 length;
		bool by_value;

		if (given->ptype == param->paramtype)
		{
			get_typlenbyval(param->paramtype, &length, &by_value);
			return (Node *) makeConst(param->paramtype, param->paramtypmod, param->paramcollid, length, given->value,
									  given->isnull, by_value);
		}
	}
	return expression_tree_mutator(node, put_in_values, context);
}

/* Does one of these conditions count, which qualification() left open? */
bool
qualification_by_params(Relation rel, Index rtindex, List *open, ParamListInfo params)
{
	Target target = {.relation = remote_relation_open(rel),
					 .tupdesc = RelationGetDescr(rel),
					 .root_rtindex = rtindex,
					 .rtindex = rtindex};

	return condition_counts(&target, eval_const_expressions(NULL, put_in_values((Node *) open, params)));
}
