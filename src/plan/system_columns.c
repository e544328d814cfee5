/*
 * system_columns.c
 *		Statements that tell rows of ours apart by ctid and its like are refused.
 *
 * Owns: where the values of system columns of our tables flow in a plan, and
 * which uses of them are refused.  Must not know what the scans ask for.
 *
 * ctid, xmin and the others are the same for every row of a foreign table, so a
 * tool that edits the row with a ctid would change the whole table.  They may
 * be shown; a condition, join, sort, group or new value made of them is an error
 * before the first request.
 *
 * Columns of subqueries, CTEs and parameters that are made of such a value count
 * like it; these sets only grow, and the plan is walked until they don't.
 */
#include "plan/system_columns.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/heap.h"
#include "catalog/pg_class.h"
#include "foreign/fdwapi.h"
#include "join/join.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "remote/table.h"
#include "scan/foreign_scan.h"
#include "scan/scan_plan.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* What is known of the statement so far.  Sets of columns and parameters: those made of such a value. */
typedef struct Flow
{
	const PlannedStmt *statement;
	Bitmapset *params;      /* PARAM_EXEC */
	Bitmapset **outputs;    /* columns of each subplan */
	Bitmapset **worktables; /* columns of each recursive union, by the parameter of its work table */
	bool has_grown;
	Oid table; /* the first such column that was seen, for the message */
	AttrNumber column;
} Flow;

/* What an expression of one plan node can refer to. */
typedef struct Sight
{
	Flow *flow;
	Index scanned;       /* relation of a scan of a subquery, function and the like; 0 = none */
	Bitmapset *of_scan;  /* its columns */
	bool is_all_of_scan; /* or all of them */
	Bitmapset *of_outer;
	Bitmapset *of_inner;
	Bitmapset *of_index; /* columns of a scan tuple that the plan itself lists */
	bool is_found;
	Oid table; /* the column itself, where the expression has it */
	AttrNumber column;
} Sight;

static Bitmapset *visit_node(Flow *flow, Plan *plan);
static bool is_made_of_system_column(Sight *sight, Node *node);

/* ----- the error ----- */

/*
 * A condition, join, sort, group or new value uses a system column that has no
 * meaning; column 0 stands for WHERE CURRENT OF.  Does not return.
 */
static void
refuse_system_column(Oid table, AttrNumber column)
{
	Relation rel = table_open(table, AccessShareLock);
	const RemoteRelation *relation = remote_relation_open(rel);
	const char *id = relation->resource->values != NULL ? resource_id_name(relation->resource) : NULL;
	const char *shown = column == 0 ? "WHERE CURRENT OF" : NameStr(SystemAttributeDefinition(column)->attname);

	if (column == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s is not supported for foreign table \"%s\"", shown, relation->name),
				 errdetail("A row of a foreign table has no physical location by which it could be found again."),
				 id != NULL ? errhint("Use %s instead.", id) : 0));
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("column \"%s\" of foreign table \"%s\" can be shown, but not compared or sorted", shown,
						   relation->name),
					errdetail("It is the same for every row."), id != NULL ? errhint("Use %s instead.", id) : 0));
}

/* A use that picks rows: the expression must not be made of a system column. */
static void
check_use_of(const Sight *sight, Node *node)
{
	Sight own = *sight;

	if (!is_made_of_system_column(&own, node))
		return;
	if (OidIsValid(own.table))
		refuse_system_column(own.table, own.column);
	refuse_system_column(own.flow->table, own.flow->column);
}

/* Numbers of columns that pick rows: an ERROR where one of them is in the set. */
static void
refuse_columns_among(const Flow *flow, const Bitmapset *columns, const AttrNumber *numbers, int n)
{
	for (int i = 0; i < n; i++)
		if (bms_is_member(numbers[i], columns))
			refuse_system_column(flow->table, flow->column);
}

/* ----- expressions ----- */

/* Is it a foreign table of ours? */
static bool
is_our_range_table_entry(const Flow *flow, Index rtindex)
{
	const RangeTblEntry *rte = rt_fetch(rtindex, flow->statement->rtable);

	return rte->rtekind == RTE_RELATION && get_rel_relkind(rte->relid) == RELKIND_FOREIGN_TABLE &&
		   is_our_routine(GetFdwRoutineByRelId(rte->relid));
}

/* A system column of ours itself, or (0) the row that a cursor is at. */
static void
found_column(Sight *sight, Index rtindex, AttrNumber column)
{
	sight->is_found = true;
	sight->table = rt_fetch(rtindex, sight->flow->statement->rtable)->relid;
	sight->column = column;
	if (OidIsValid(sight->flow->table))
		return;
	sight->flow->table = sight->table;
	sight->flow->column = column;
}

/* The whole row of a subquery has all its columns; that of a table has no system columns. */
static bool
has_column(const Bitmapset *columns, AttrNumber number)
{
	return number == 0 ? !bms_is_empty(columns) : number > 0 && bms_is_member(number, columns);
}

/* Is the column one that is made of a system column, or such a column itself? */
static void
look_at_var(Sight *sight, const Var *var)
{
	bool is_found;

	switch ((int) var->varno)
	{
		case OUTER_VAR:
			is_found = has_column(sight->of_outer, var->varattno);
			break;
		case INNER_VAR:
			is_found = has_column(sight->of_inner, var->varattno);
			break;
		case INDEX_VAR:
			is_found = has_column(sight->of_index, var->varattno);
			break;
		default:
			if (var->varattno < 0 && var->varattno != TableOidAttributeNumber &&
				is_our_range_table_entry(sight->flow, var->varno))
				found_column(sight, var->varno, var->varattno);
			is_found =
				var->varno == sight->scanned && (sight->is_all_of_scan || has_column(sight->of_scan, var->varattno));
	}
	sight->is_found = sight->is_found || is_found;
}

/* The parameter is made of a system column from now on. */
static void
add_flow_param(Flow *flow, int param)
{
	flow->has_grown = flow->has_grown || !bms_is_member(param, flow->params);
	flow->params = bms_add_member(flow->params, param);
}

/* Hand a list of parameters the first columns of a subplan, one each. */
static void
add_params_of(Flow *flow, List *params, const Bitmapset *columns)
{
	int column = 0;
	ListCell *lc;

	foreach(lc, params)
		if (bms_is_member(++column, columns))
			add_flow_param(flow, lfirst_int(lc));
}

/* What a subplan hands back: whether there is a row says nothing of its columns. */
static void
look_at_subplan(Sight *sight, SubPlan *subplan)
{
	Flow *flow = sight->flow;
	const Bitmapset *columns = flow->outputs[subplan->plan_id - 1];
	Sight inside = *sight;
	ListCell *param;
	ListCell *arg;

	forboth(param, subplan->parParam, arg, subplan->args)
		if (is_made_of_system_column(&inside, (Node *) lfirst(arg)))
			add_flow_param(flow, lfirst_int(param));
	if (subplan->subLinkType == EXISTS_SUBLINK)
		return;
	if (subplan->subLinkType != CTE_SUBLINK)
		add_params_of(flow, subplan->setParam, columns);
	add_params_of(flow, subplan->paramIds, columns);
	if (is_made_of_system_column(&inside, subplan->testexpr) || !bms_is_empty(columns))
		sight->is_found = true;
}

/* An aggregate's own conditions and orders. */
static void
check_aggregate(Sight *sight, Aggref *aggregate)
{
	List *lists[] = {aggregate->aggorder, aggregate->aggdistinct};
	ListCell *lc;

	check_use_of(sight, (Node *) aggregate->aggfilter);
	for (int i = 0; i < (int) lengthof(lists); i++)
		foreach(lc, lists[i])
			check_use_of(sight, get_sortgroupclause_expr(lfirst_node(SortGroupClause, lc), aggregate->args));
}

/* All of the expression is walked: subplans get their parameters on the way. */
static bool
look_at_node(Node *node, void *context)
{
	Sight *sight = (Sight *) context;

	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_Var:
			look_at_var(sight, (Var *) node);
			return false;
		case T_Param:
			if (((Param *) node)->paramkind == PARAM_EXEC &&
				bms_is_member(((Param *) node)->paramid, sight->flow->params))
				sight->is_found = true;
			return false;
		case T_CurrentOfExpr:
			if (is_our_range_table_entry(sight->flow, ((CurrentOfExpr *) node)->cvarno))
				found_column(sight, ((CurrentOfExpr *) node)->cvarno, 0);
			return false;
		case T_SubPlan:
			look_at_subplan(sight, (SubPlan *) node);
			return false;
		case T_Aggref:
			check_aggregate(sight, (Aggref *) node);
			break;
		case T_WindowFunc:
			check_use_of(sight, (Node *) ((WindowFunc *) node)->aggfilter);
			break;
		default:
			break;
	}
	return expression_tree_walker(node, look_at_node, context);
}

/* Is the value of the expression, or of one of the list, made of a system column of ours? */
static bool
is_made_of_system_column(Sight *sight, Node *node)
{
	sight->is_found = false;
	sight->table = InvalidOid;
	(void) look_at_node(node, sight);
	return sight->is_found;
}

/* ----- tables of where the plan's nodes keep what picks rows ----- */

/* Expressions, or lists of them, beside the node's qual. */
static const struct
{
	NodeTag tag;
	size_t at;
} condition_places[] = {
	{T_IndexScan, offsetof(IndexScan, indexqualorig)},
	{T_IndexScan, offsetof(IndexScan, indexorderbyorig)},
	{T_IndexOnlyScan, offsetof(IndexOnlyScan, indexqual)},
	{T_IndexOnlyScan, offsetof(IndexOnlyScan, indexorderby)},
	{T_BitmapIndexScan, offsetof(BitmapIndexScan, indexqualorig)},
	{T_BitmapHeapScan, offsetof(BitmapHeapScan, bitmapqualorig)},
	{T_TidScan, offsetof(TidScan, tidquals)},
	{T_TidRangeScan, offsetof(TidRangeScan, tidrangequals)},
	{T_SampleScan, offsetof(SampleScan, tablesample)},
	{T_ForeignScan, offsetof(ForeignScan, fdw_exprs)},
	{T_CustomScan, offsetof(CustomScan, custom_exprs)},
	{T_NestLoop, offsetof(NestLoop, join.joinqual)},
	{T_MergeJoin, offsetof(MergeJoin, join.joinqual)},
	{T_MergeJoin, offsetof(MergeJoin, mergeclauses)},
	{T_HashJoin, offsetof(HashJoin, join.joinqual)},
	{T_HashJoin, offsetof(HashJoin, hashclauses)},
	{T_Result, offsetof(Result, resconstantqual)},
	{T_WindowAgg, offsetof(WindowAgg, runCondition)},
	{T_WindowAgg, offsetof(WindowAgg, startOffset)},
	{T_WindowAgg, offsetof(WindowAgg, endOffset)},
	{T_Limit, offsetof(Limit, limitCount)},
	{T_Limit, offsetof(Limit, limitOffset)},
	{T_ModifyTable, offsetof(ModifyTable, withCheckOptionLists)},
	{T_ModifyTable, offsetof(ModifyTable, onConflictWhere)},
};

/* Numbers of input columns that are sorted, grouped or compared. */
static const struct
{
	NodeTag tag;
	size_t count;
	size_t numbers;
} column_places[] = {
	{T_Sort, offsetof(Sort, numCols), offsetof(Sort, sortColIdx)},
	{T_IncrementalSort, offsetof(IncrementalSort, sort.numCols), offsetof(IncrementalSort, sort.sortColIdx)},
	{T_MergeAppend, offsetof(MergeAppend, numCols), offsetof(MergeAppend, sortColIdx)},
	{T_GatherMerge, offsetof(GatherMerge, numCols), offsetof(GatherMerge, sortColIdx)},
	{T_Group, offsetof(Group, numCols), offsetof(Group, grpColIdx)},
	{T_Agg, offsetof(Agg, numCols), offsetof(Agg, grpColIdx)},
	{T_Unique, offsetof(Unique, numCols), offsetof(Unique, uniqColIdx)},
	{T_SetOp, offsetof(SetOp, numCols), offsetof(SetOp, COMPAT_SETOP_COLUMNS)},
	{T_RecursiveUnion, offsetof(RecursiveUnion, numCols), offsetof(RecursiveUnion, dupColIdx)},
	{T_WindowAgg, offsetof(WindowAgg, partNumCols), offsetof(WindowAgg, partColIdx)},
	{T_WindowAgg, offsetof(WindowAgg, ordNumCols), offsetof(WindowAgg, ordColIdx)},
};

/* Children in a list, whose columns become the node's, one to one. */
static const struct
{
	NodeTag tag;
	size_t at;
} child_places[] = {
	{T_Append, offsetof(Append, appendplans)},
	{T_MergeAppend, offsetof(MergeAppend, mergeplans)},
	{T_BitmapAnd, offsetof(BitmapAnd, bitmapplans)},
	{T_BitmapOr, offsetof(BitmapOr, bitmapplans)},
};

/* What the rows of a scan are made of, where that are expressions. */
static const struct
{
	NodeTag tag;
	size_t at;
} row_source_places[] = {
	{T_FunctionScan, offsetof(FunctionScan, functions)},
	{T_ValuesScan, offsetof(ValuesScan, values_lists)},
	{T_TableFuncScan, offsetof(TableFuncScan, tablefunc)},
};

/* The expression, or list of them, at this place of the plan node. */
static Node *
node_at_place(const Plan *plan, size_t offset)
{
	return *(Node *const *) ((const char *) plan + offset);
}

/* ----- plan nodes ----- */

/* The expressions of the node that pick rows. */
static void
check_conditions(Sight *sight, Plan *plan)
{
	check_use_of(sight, (Node *) plan->qual);
	for (int i = 0; i < (int) lengthof(condition_places); i++)
		if (condition_places[i].tag == nodeTag(plan))
			check_use_of(sight, node_at_place(plan, condition_places[i].at));
}

/* The columns that the node sorts, groups or compares by. */
static void
check_columns_used(const Sight *sight, const Plan *plan)
{
	for (int i = 0; i < (int) lengthof(column_places); i++)
		if (column_places[i].tag == nodeTag(plan))
			refuse_columns_among(sight->flow, sight->of_outer,
								 *(AttrNumber *const *) ((const char *) plan + column_places[i].numbers),
								 *(const int *) ((const char *) plan + column_places[i].count));
}

/* The parameters that plans below get from subplans that are run once. */
static void
add_init_params(Flow *flow, const Plan *plan)
{
	ListCell *lc;

	foreach(lc, plan->initPlan)
	{
		Sight nothing = {.flow = flow};

		look_at_subplan(&nothing, lfirst_node(SubPlan, lc));
	}
}

/* The parameters that the inner side of a nested loop gets from the outer one. */
static void
add_loop_params(Sight *sight, const NestLoop *loop)
{
	ListCell *lc;

	foreach(lc, loop->nestParams)
	{
		NestLoopParam *param = lfirst_node(NestLoopParam, lc);

		if (is_made_of_system_column(sight, (Node *) param->paramval))
			add_flow_param(sight->flow, param->paramno);
	}
}

/* The columns of a join of ours come from its sides; those of another one may be made of any. */
static void
visit_custom(Sight *sight, const CustomScan *scan)
{
	int nsides = list_length(scan->custom_plans);
	Bitmapset **sides = (Bitmapset **) palloc(sizeof(Bitmapset *) * Max(nsides, 1));
	JoinPlan join = {0};
	bool is_lookup_join = join_is_ours(scan);
	ListCell *lc;

	if (is_lookup_join)
		join_plan_from_nodes(scan, &join);
	foreach(lc, scan->custom_plans)
		sides[foreach_current_index(lc)] = visit_node(sight->flow, (Plan *) lfirst(lc));
	foreach(lc, scan->custom_scan_tlist)
	{
		int column = foreach_current_index(lc) + 1;
		bool is_found = is_made_of_system_column(sight, (Node *) lfirst(lc));

		if (is_lookup_join)
		{
			int source = list_nth_int(join.sources, column - 1);

			is_found = is_found || (source > 0 ? bms_is_member(source, sides[0]) : bms_is_member(-source, sides[1]));
		}
		else
			for (int i = 0; i < nsides; i++)
				is_found = is_found || !bms_is_empty(sides[i]);
		if (is_found)
			sight->of_index = bms_add_member(sight->of_index, column);
	}
}

/* Grouping sets: the further steps of an aggregate and their sorts, over the same input. */
static void
check_grouping_sets(const Sight *sight, const Agg *agg)
{
	ListCell *lc;

	foreach(lc, agg->chain)
	{
		check_columns_used(sight, (Plan *) lfirst(lc));
		if (outerPlan((Plan *) lfirst(lc)) != NULL)
			check_columns_used(sight, outerPlan((Plan *) lfirst(lc)));
	}
}

/* The columns of the union are those of both of its sides, and what its work table shows. */
static void
visit_recursive_union(Sight *sight, const RecursiveUnion *plan)
{
	Flow *flow = sight->flow;
	Bitmapset **columns = &flow->worktables[plan->wtParam];

	sight->of_outer = bms_union(sight->of_outer, sight->of_inner);
	flow->has_grown = flow->has_grown || !bms_is_subset(sight->of_outer, *columns);
	*columns = bms_add_members(*columns, sight->of_outer);
}

/* New values of our rows, and what a MERGE decides by. */
static void
check_modify(const Sight *sight, const ModifyTable *plan)
{
	Sight merged = *sight;
	ListCell *lc;
	ListCell *action;

	if (plan->operation == CMD_UPDATE)
		foreach(lc, plan->resultRelations)
			for (int i = 1; is_our_range_table_entry(sight->flow, lfirst_int(lc)) &&
							i <= list_length((List *) list_nth(plan->updateColnosLists, foreach_current_index(lc)));
				 i++)
				refuse_columns_among(sight->flow, sight->of_outer, &(AttrNumber){i}, 1);
	/* the rows that a MERGE decides about stand on the inner side of its conditions */
	merged.of_inner = sight->of_outer;
	foreach(lc, plan->mergeActionLists)
		foreach(action, (List *) lfirst(lc))
			check_use_of(&merged, ((MergeAction *) lfirst(action))->qual);
}

/* The columns of what is below the node, and of what it scans. */
static void
visit_inputs(Sight *sight, Plan *plan)
{
	Flow *flow = sight->flow;
	ListCell *lc;

	sight->of_outer = visit_node(flow, outerPlan(plan));
	if (IsA(plan, NestLoop))
		add_loop_params(sight, (NestLoop *) plan);
	sight->of_inner = visit_node(flow, innerPlan(plan));
	for (int i = 0; i < (int) lengthof(child_places); i++)
		if (child_places[i].tag == nodeTag(plan))
			foreach(lc, (List *) node_at_place(plan, child_places[i].at))
				sight->of_outer = bms_add_members(sight->of_outer, visit_node(flow, (Plan *) lfirst(lc)));
	for (int i = 0; i < (int) lengthof(row_source_places); i++)
		if (row_source_places[i].tag == nodeTag(plan))
			sight->is_all_of_scan = is_made_of_system_column(sight, node_at_place(plan, row_source_places[i].at));
	switch (nodeTag(plan))
	{
		case T_SubqueryScan:
			sight->of_scan = visit_node(flow, ((SubqueryScan *) plan)->subplan);
			break;
		case T_CteScan:
			sight->of_scan = flow->outputs[((CteScan *) plan)->ctePlanId - 1];
			break;
		case T_WorkTableScan:
			sight->of_scan = flow->worktables[((WorkTableScan *) plan)->wtParam];
			break;
		case T_RecursiveUnion:
			visit_recursive_union(sight, (RecursiveUnion *) plan);
			break;
		case T_SetOp:
			/* from 18 on two inputs are compared */
			sight->of_outer = bms_add_members(sight->of_outer, sight->of_inner);
			break;
		case T_CustomScan:
			visit_custom(sight, (CustomScan *) plan);
			break;
		default:
			break;
	}
}

/* The columns of the node's rows that are made of a system column of ours; an ERROR where one picks rows. */
static Bitmapset *
visit_node(Flow *flow, Plan *plan)
{
	Sight sight = {.flow = flow};
	Bitmapset *columns = NULL;
	ListCell *lc;

	if (plan == NULL)
		return NULL;
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (IsA(plan, SubqueryScan) || IsA(plan, CteScan) || IsA(plan, WorkTableScan) || IsA(plan, FunctionScan) ||
		IsA(plan, ValuesScan) || IsA(plan, TableFuncScan))
		sight.scanned = ((Scan *) plan)->scanrelid;
	add_init_params(flow, plan);
	visit_inputs(&sight, plan);
	check_conditions(&sight, plan);
	check_columns_used(&sight, plan);
	if (IsA(plan, Agg))
		check_grouping_sets(&sight, (Agg *) plan);
	if (IsA(plan, ModifyTable))
		check_modify(&sight, (ModifyTable *) plan);
	foreach(lc, plan->targetlist)
		if (is_made_of_system_column(&sight, (Node *) lfirst(lc)))
			columns = bms_add_member(columns, lfirst_node(TargetEntry, lc)->resno);
	return columns;
}

void
system_columns_check(const PlannedStmt *statement)
{
	Flow flow = {.statement = statement};
	ListCell *lc;

	flow.outputs = (Bitmapset **) palloc0(sizeof(Bitmapset *) * Max(list_length(statement->subplans), 1));
	flow.worktables = (Bitmapset **) palloc0(sizeof(Bitmapset *) * Max(list_length(statement->paramExecTypes), 1));
	do
	{
		flow.has_grown = false;
		foreach(lc, statement->subplans)
		{
			Bitmapset **output = &flow.outputs[foreach_current_index(lc)];
			Bitmapset *columns = visit_node(&flow, (Plan *) lfirst(lc));

			flow.has_grown = flow.has_grown || !bms_is_subset(columns, *output);
			*output = bms_add_members(*output, columns);
		}
		(void) visit_node(&flow, statement->planTree);
	} while (flow.has_grown);
}
