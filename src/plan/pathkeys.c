/*
 * pathkeys.c
 *		Which orders the service can give, proven the same as PostgreSQL's.
 *
 * Owns: the proof that two orders are the same (docs/invariants.md 1.7).  Over
 * several pages only the time of creation, which no row lacks and no write
 * changes.  On one page also numbers, dates and times where no NULL can be among
 * the rows, or where it is known how the service sorts those, or where they come
 * last and are asked for in a second step; text only where its order is known.
 * Of several keys that begin with the time of creation the server sorts the
 * others, among rows that have it in common.  Makes no request.
 */
#include "plan/pathkeys.h"

#include "access/genam.h"
#include "access/stratnum.h"
#include "access/sysattr.h"
#include "base/guc.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "plan/judged.h"
#include "plan/late.h"
#include "plan/relation_plan.h"
#include "remote/param_rules.h"
#include "remote/param_texts.h"
#include "utils/lsyscache.h"

/* ----- columns ----- */

/* The expression below relabelled types. */
static Expr *
strip_relabel(Expr *expr)
{
	while (expr != NULL && IsA(expr, RelabelType))
		expr = ((RelabelType *) expr)->arg;
	return expr;
}

/* Is the pathkey's order that of its type, as ORDER BY without USING has it? */
static bool
is_default_order(const PathKey *pathkey, Oid type)
{
	Oid opclass = GetDefaultOpClass(type, BTREE_AM_OID);

	return OidIsValid(opclass) && get_opclass_family(opclass) == pathkey->pk_opfamily;
}

/* The column of ours that a pathkey sorts by, or NULL. */
static Var *
sorted_column(const RelOptInfo *baserel, const PathKey *pathkey)
{
	ListCell *lc;

	if (pathkey->pk_eclass->ec_has_volatile)
		return NULL;
	foreach(lc, pathkey->pk_eclass->ec_members)
	{
		Var *var = (Var *) strip_relabel(((EquivalenceMember *) lfirst(lc))->em_expr);

		if (IsA(var, Var) && var->varno == (int) baserel->relid && var->varattno > 0 && var->varlevelsup == 0 &&
			is_default_order(pathkey, var->vartype))
			return var;
	}
	return NULL;
}

/* Is it the column, perhaps relabelled? */
static bool
is_this_column(Node *node, const Var *var)
{
	Var *other = (Var *) strip_relabel((Expr *) node);

	return other != NULL && IsA(other, Var) && other->varno == var->varno && other->varattno == var->varattno &&
		   other->varlevelsup == 0;
}

/* Is this condition false or NULL wherever the column is NULL? */
static bool
fails_on_null(Node *clause, const Var *var)
{
	switch (nodeTag(clause))
	{
		case T_NullTest:
			return ((NullTest *) clause)->nulltesttype == IS_NOT_NULL &&
				   is_this_column((Node *) ((NullTest *) clause)->arg, var);
		case T_OpExpr:
		{
			OpExpr *expr = (OpExpr *) clause;

			return list_length(expr->args) == 2 && op_strict(expr->opno) &&
				   (is_this_column((Node *) linitial(expr->args), var) ||
					is_this_column((Node *) lsecond(expr->args), var));
		}
		case T_ScalarArrayOpExpr:
		{
			ScalarArrayOpExpr *expr = (ScalarArrayOpExpr *) clause;

			return expr->useOr && op_strict(expr->opno) && is_this_column((Node *) linitial(expr->args), var);
		}
		default:
			return false;
	}
}

/* Can no row of the result be without a value in the column? */
static bool
is_sort_never_null(const RelOptInfo *baserel, const ColumnHint *hint, const Var *var)
{
	ListCell *lc;

	if (hint->is_creation || hint->never_null)
		return true;
	foreach(lc, baserel->baserestrictinfo)
		if (fails_on_null((Node *) ((RestrictInfo *) lfirst(lc))->clause, var))
			return true;
	return false;
}

/* Does the service put rows without a value where the query wants NULLs? */
static bool
nulls_fit(const RemoteFacts *remote, bool descending, bool nulls_first)
{
	if (strcmp(remote->nulls, "first") == 0)
		return nulls_first;
	if (strcmp(remote->nulls, "last") == 0)
		return !nulls_first;
	if (strcmp(remote->nulls, "smallest") == 0)
		return nulls_first == !descending;
	if (strcmp(remote->nulls, "largest") == 0)
		return nulls_first == descending;
	return false;
}

/* Is the order of the values the same remotely and locally? */
static bool
is_same_order(const RemoteRelation *relation, const ColumnHint *hint, const PathKey *pathkey)
{
	if (hint->attribute_name == NULL || hint->multi)
		return false;
	switch (hint->traits->sorts)
	{
		case SORTS_AS_SQL:
			return true;
		case SORTS_AS_TEXT:
			return relation->remote.text_order_is_c && OidIsValid(pathkey->pk_eclass->ec_collation) &&
				   compat_collation_is_c(pathkey->pk_eclass->ec_collation);
		case SORTS_OTHERWISE:
			break;
	}
	return false;
}

/* ----- orders ----- */

/* A key by the column; its strings are the hint's. */
static SortKey
sort_key_of(const ColumnHint *hint, bool descending)
{
	return (SortKey){.attnum = hint->attnum,
					 .descending = descending,
					 .attribute_id = hint->attribute_id,
					 .name = hint->attribute_name,
					 .type = hint->type,
					 .property = hint->property->name};
}

/* A key by a field, in whose words nothing is an attribute. */
static SortKey
sort_key_of_field(AttrNumber attnum, const FieldDef *field, bool descending)
{
	return (SortKey){.attnum = attnum,
					 .descending = descending,
					 .attribute_id = "",
					 .name = field->name,
					 .type = "",
					 .property = ""};
}

/* By the creation of rows, which keeps its order over pages. */
static WantedOrder
order_over_pages(const RelOptInfo *baserel, RelationPlan *plan, List *pathkeys)
{
	WantedOrder order = {SORT_ANY, 0, NULL, NIL};
	PathKey *pathkey;
	Var *var;
	const ColumnHint *hint;

	if (pathkeys == NIL)
		return order;
	pathkey = linitial_node(PathKey, pathkeys);
	var = sorted_column(baserel, pathkey);
	if (var == NULL)
		return order;
	hint = column_hint(plan->relation, var->varattno);
	if (!hint->is_creation)
		return order;
	order.shape = compat_pathkey_is_desc(pathkey) ? SORT_CREATED_DESC : SORT_CREATED_ASC;
	order.covered = 1;
	order.keys = (SortKey *) palloc(sizeof(SortKey));
	order.keys[0] = sort_key_of(hint, compat_pathkey_is_desc(pathkey));
	return order;
}

/* That there is a value: what the first of two steps asks for. */
static List *
make_guard(const ColumnHint *hint)
{
	Condition condition = {
		.column = hint->attnum,
		.attribute_id = hint->attribute_id,
		.name = hint->attribute_name,
		.type = hint->type,
		.property = hint->property->name,
		.op = OP_NOT_NULL,
		.operand = -1,
	};

	return term_of_condition(TERM_CONDITION, &condition);
}

/* By all keys, where all that is wanted fits one page. */
static WantedOrder
order_on_one_page(const RelOptInfo *baserel, RelationPlan *plan, List *pathkeys)
{
	WantedOrder nothing = {SORT_ANY, 0, NULL, NIL};
	WantedOrder order = {SORT_ONE_PAGE, list_length(pathkeys), NULL, NIL};
	ListCell *lc;

	order.keys = (SortKey *) palloc(sizeof(SortKey) * Max(list_length(pathkeys), 1));

	foreach(lc, pathkeys)
	{
		PathKey *pathkey = lfirst_node(PathKey, lc);
		bool descending = compat_pathkey_is_desc(pathkey);
		bool is_last = lnext(pathkeys, lc) == NULL;
		Var *var = sorted_column(baserel, pathkey);
		const ColumnHint *hint;

		if (var == NULL)
			return nothing;
		hint = column_hint(plan->relation, var->varattno);
		if (!is_same_order(plan->relation, hint, pathkey))
			return nothing;
		/* The service keeps digits of a time that we do not: what follows would be ordered by them. */
		if (hint->traits->finer && !is_last)
			return nothing;
		if (!is_sort_never_null(baserel, hint, var) &&
			!nulls_fit(&plan->relation->remote, descending, pathkey->pk_nulls_first))
		{
			if (pathkey->pk_nulls_first || list_length(pathkeys) != 1 || hint->traits->sorts == SORTS_AS_TEXT)
				return nothing;
			order.guard = make_guard(hint);
		}
		order.keys[foreach_current_index(lc)] = sort_key_of(hint, descending);
	}
	return order.covered == 0 ? nothing : order;
}

/*
 * By the key of a parameter, over all pages of a listing.  Only by times and
 * integers that no row lacks, so that the service's order can be no other.
 */
static WantedOrder
order_as_listed(const RelOptInfo *baserel, RelationPlan *plan, List *pathkeys)
{
	WantedOrder order = {SORT_ANY, 0, NULL, NIL};
	const ResourceDef *resource = plan->relation->resource;
	bool descending;
	const FieldDef *field;
	Var *var;

	if (pathkeys == NIL)
		return order;
	descending = compat_pathkey_is_desc(linitial_node(PathKey, pathkeys));
	var = sorted_column(baserel, linitial_node(PathKey, pathkeys));
	field = var == NULL ? NULL : column_hint(plan->relation, var->varattno)->field;
	if (field == NULL || !field->not_null || field->type != var->vartype ||
		!(param_is_time(field->type) || param_is_integer(field->type)) ||
		param_of_order(resource, field->name, descending) == NULL)
		return order;
	order.shape = SORT_LISTED;
	order.covered = 1;
	order.keys = (SortKey *) palloc(sizeof(SortKey));
	order.keys[0] = sort_key_of_field(var->varattno, field, descending);
	return order;
}

/* Is it the time whose span is asked for in windows, if it is longer than one listing may be? */
static bool
is_of_windows(const ResourceDef *resource, const FieldDef *field)
{
	for (int i = 0; i < resource->nparams; i++)
		if (resource->params[i].rule == PARAM_FROM && resource->params[i].max_days > 0 &&
			strcmp(resource->params[i].column, field->name) == 0)
			return true;
	return false;
}

/* By this time, window after window, so that what is wanted may need few of them. */
static WantedOrder
order_by_windows(const RelOptInfo *baserel, RelationPlan *plan, List *pathkeys)
{
	WantedOrder order = {SORT_ANY, 0, NULL, NIL};
	Var *var = pathkeys == NIL ? NULL : sorted_column(baserel, linitial_node(PathKey, pathkeys));
	const FieldDef *field = var == NULL ? NULL : column_hint(plan->relation, var->varattno)->field;

	if (field == NULL || !field->not_null || field->type != TIMESTAMPTZOID || field->type != var->vartype ||
		!is_of_windows(plan->relation->resource, field))
		return order;
	order.shape = SORT_WINDOWS;
	order.covered = 1;
	order.keys = (SortKey *) palloc(sizeof(SortKey));
	order.keys[0] = sort_key_of_field(var->varattno, field, compat_pathkey_is_desc(linitial_node(PathKey, pathkeys)));
	return order;
}

/* Do conditions ask for rows in the place of the resource's own listing, whose order alone can be asked for? */
static bool
opens_way(PlannerInfo *root, const RelOptInfo *baserel)
{
	const ResourceDef *resource = relation_plan_of(baserel)->relation->resource;
	List *terms = NIL;
	ListCell *lc;

	foreach(lc, baserel->baserestrictinfo)
	{
		const JudgedCondition *judged = judge_condition(root, baserel, lfirst_node(RestrictInfo, lc)->clause);

		if (judged->term != NIL)
			terms = lappend(terms, (Node *) judged->term);
	}
	return params_resource(resource, terms) != resource;
}

/* Is the number of rows known while planning? */
static bool
is_constant_or_none(Node *node)
{
	return node == NULL || IsA(node, Const);
}

/*
 * Does the service decide which rows count?  Pages that are merged are read again
 * where a row does not meet the conditions, so that to send them is enough.
 */
static bool
are_conditions_left(PlannerInfo *root, const RelOptInfo *baserel)
{
	return relation_plan_of(baserel)->relation->resource->value_of != NULL ? judge_is_all_sent(root, baserel)
																		   : judge_is_all_exact(root, baserel);
}

/*
 * Is the scan all there is below a LIMIT whose rows fit one page?  Then nothing
 * reads it further (limit_tuples is not set where anything else stands above).
 */
static bool
is_one_page_wanted(PlannerInfo *root, RelOptInfo *baserel)
{
	RelationPlan *plan = relation_plan_of(baserel);

	return setting_push_limit && root->limit_tuples > 0 && root->limit_tuples <= plan->relation->page_size &&
		   baserel->reloptkind == RELOPT_BASEREL && bms_membership(root->all_baserels) == BMS_SINGLETON &&
		   root->parse->rowMarks == NIL && root->parse->limitOption == LIMIT_OPTION_COUNT &&
		   is_constant_or_none(root->parse->limitCount) && is_constant_or_none(root->parse->limitOffset) &&
		   are_conditions_left(root, baserel) && !late_is_unknown(root, baserel);
}

WantedOrder
wanted_order(PlannerInfo *root, RelOptInfo *baserel)
{
	RelationPlan *plan = relation_plan_of(baserel);
	WantedOrder order = {SORT_ANY, 0, NULL, NIL};

	if (!setting_push_sort || plan->has_key)
		return order;
	/* who reads all rows can as well sort them locally */
	if (!resource_can(plan->relation->resource, CAN_SORT))
	{
		if (root->tuple_fraction <= 0 || opens_way(root, baserel))
			return order;
		order = order_as_listed(baserel, plan, root->query_pathkeys);
		return order.shape != SORT_ANY ? order : order_by_windows(baserel, plan, root->query_pathkeys);
	}
	order = order_over_pages(baserel, plan, root->query_pathkeys);
	/* who reads all rows can as well sort them by all keys locally */
	if (order.covered < list_length(root->query_pathkeys) && root->tuple_fraction <= 0)
		order = (WantedOrder){SORT_ANY, 0, NULL, NIL};
	if (order.shape == SORT_ANY && root->query_pathkeys != NIL && is_one_page_wanted(root, baserel))
		order = order_on_one_page(baserel, plan, root->query_pathkeys);
	return order;
}

void
complete_sort_keys(const RelOptInfo *baserel, List *pathkeys, const WantedOrder *order, Bitmapset **columns)
{
	for (int i = 0; i < order->covered; i++)
	{
		PathKey *pathkey = list_nth_node(PathKey, pathkeys, i);
		Var *var = sorted_column(baserel, pathkey);
		Oid type = var == NULL ? InvalidOid : get_opclass_input_type(GetDefaultOpClass(var->vartype, BTREE_AM_OID));
		Oid sort_operator =
			OidIsValid(type)
				? get_opfamily_member(pathkey->pk_opfamily, type, type,
									  compat_pathkey_is_desc(pathkey) ? BTGreaterStrategyNumber : BTLessStrategyNumber)
				: InvalidOid;

		if (!OidIsValid(sort_operator))
			elog(ERROR, "could not find an operator for the order of a foreign path");
		order->keys[i].nulls_first = pathkey->pk_nulls_first;
		order->keys[i].sort_operator = sort_operator;
		order->keys[i].collation = pathkey->pk_eclass->ec_collation;
		*columns = bms_add_member(*columns, var->varattno - FirstLowInvalidHeapAttributeNumber);
	}
}
