/*
 * present.c
 *		Which extras all rows have that the conditions let through.
 *
 * Owns: the proof.  A condition wants one of the members to be there if it is not
 * true where all of them are NULL, as PostgreSQL's own rules for constants say.
 * Makes no request.
 */
#include "plan/present.h"

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "plan/relation_plan.h"
#include "remote/extras.h"

typedef struct NullContext
{
	const RelationPlan *plan;
	Index relid;
	const Extra *extra;
} NullContext;

/* The expression with NULL in the place of all columns that show the extra. */
static Node *
put_nulls(Node *node, NullContext *context)
{
	const Var *var = (const Var *) node;

	if (node == NULL)
		return NULL;
	if (IsA(node, Var))
	{
		bool is_member = var->varno == (int) context->relid && var->varattno > 0 &&
						 extra_of_column(context->plan->relation, var->varattno) == context->extra;

		return is_member ? (Node *) makeNullConst(var->vartype, var->vartypmod, var->varcollid) : copyObject(node);
	}
	return expression_tree_mutator(node, put_nulls, context);
}

/* Is the condition false or unknown where there is none of the members? */
static bool
wants_member(PlannerInfo *root, const Node *qual, NullContext *context)
{
	const Const *result = (const Const *) eval_const_expressions(root, put_nulls(unconstify(Node *, qual), context));

	return IsA(result, Const) && (result->constisnull || !DatumGetBool(result->constvalue));
}

/* The first of the columns that shows the extra, which one of them does. */
static AttrNumber
column_of_extra(const NullContext *context, const List *columns)
{
	const ListCell *lc;

	foreach(lc, columns)
		if (extra_of_column(context->plan->relation, (AttrNumber) lfirst_int(lc)) == context->extra)
			return (AttrNumber) lfirst_int(lc);
	elog(ERROR, "no column shows %s", context->extra->words);
}

List *
present_columns(PlannerInfo *root, RelOptInfo *baserel, const List *columns, const List *quals)
{
	NullContext context = {.plan = relation_plan_of(baserel), .relid = baserel->relid};
	List *present = NIL;
	ListCell *lc;
	const ListCell *qual;

	foreach(lc, extras_of_columns(context.plan->relation, columns))
	{
		bool found = false;

		context.extra = (const Extra *) lfirst(lc);
		foreach(qual, context.extra->leaves_rows_out ? quals : NIL)
			found = found || wants_member(root, (const Node *) lfirst(qual), &context);
		if (found)
			present = lappend_int(present, column_of_extra(&context, columns));
	}
	return present;
}
