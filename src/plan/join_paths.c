/*
 * join_paths.c
 *		Joins by lookups, beside the server's own.
 *
 * Owns: when such a join is offered, what it costs, and its plan.  Makes no
 * request.
 */
#include "plan/hooks.h"

#include <math.h>

#include "base/guc.h"
#include "foreign/fdwapi.h"
#include "join/join.h"
#include "nodes/makefuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/paths.h"
#include "optimizer/restrictinfo.h"
#include "optimizer/tlist.h"
#include "plan/cost.h"
#include "plan/lookup.h"
#include "plan/relation_plan.h"
#include "utils/selfuncs.h"

static set_join_pathlist_hook_type previous_join_hook = NULL;

/* The server never copies a path, so this one carries more than Nodes. */
typedef struct LookupJoinPath
{
	CustomPath custom; /* first: it is one */
	JoinPlan plan;     /* but for its sources */
	List *others;      /* conditions on the result */
	Index ojrelid;     /* the outer join's relation, or 0 */
} LookupJoinPath;

/* ----- the scan tuple ----- */

/* The columns of a join's scan tuple, and where each comes from. */
typedef struct ScanTuple
{
	List *targets;  /* TargetEntry */
	List *sources;  /* as JoinPlan.sources */
	bool is_failed; /* an expression comes from neither side */
} ScanTuple;

/* One more column. */
static void
add_source(ScanTuple *tuple, Node *expr, int source)
{
	tuple->targets = lappend(tuple->targets,
							 makeTargetEntry((Expr *) copyObject(expr), list_length(tuple->targets) + 1, NULL, false));
	tuple->sources = lappend_int(tuple->sources, source);
}

/* Is the expression a column of the scan tuple? */
static bool
is_column_of(const ScanTuple *tuple, Node *expr)
{
	ListCell *lc;

	foreach(lc, tuple->targets)
		if (equal(lfirst_node(TargetEntry, lc)->expr, expr))
			return true;
	return false;
}

/*
 * Do the columns of the expression come from the sides?  What neither computes
 * may be made of what they do.
 */
static void
check_needed(ScanTuple *tuple, Node *node)
{
	ListCell *lc;

	foreach(lc, pull_var_clause(node, PVC_RECURSE_AGGREGATES | PVC_RECURSE_WINDOWFUNCS | PVC_INCLUDE_PLACEHOLDERS))
	{
		Node *expr = (Node *) lfirst(lc);

		if (is_column_of(tuple, expr))
			continue;
		if (IsA(expr, PlaceHolderVar))
			check_needed(tuple, (Node *) ((PlaceHolderVar *) expr)->phexpr);
		else
			tuple->is_failed = true;
	}
}

/*
 * All columns of both sides.  Above an outer join a column of the nullable side
 * is another expression than below it (from 16 on): the scan tuple has the one
 * above, and so must all that refers to it.
 */
static void
add_sides(ScanTuple *tuple, List *outer, List *inner, Relids inner_relids, Index ojrelid)
{
	int column = 0;
	ListCell *lc;

	foreach(lc, outer)
		add_source(tuple, (Node *) lfirst(lc), ++column);
	column = 0;
	foreach(lc, inner)
		add_source(tuple, compat_add_nulling((Node *) lfirst(lc), inner_relids, ojrelid), -++column);
}

/* The expressions of a target list. */
static List *
target_exprs(List *targets)
{
	List *exprs = NIL;
	ListCell *lc;

	foreach(lc, targets)
		exprs = lappend(exprs, (Node *) lfirst_node(TargetEntry, lc)->expr);
	return exprs;
}

/* ----- the plan ----- */

/* PlanCustomPath */
static Plan *
plan_join(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist, List *clauses, List *custom_plans)
{
	CustomScan *scan = makeNode(CustomScan);
	const LookupJoinPath *join_path = (const LookupJoinPath *) path;
	JoinPlan plan = join_path->plan;
	const RelOptInfo *inner = ((Path *) lsecond(path->custom_paths))->parent;
	ScanTuple tuple = {0};

	add_sides(&tuple, target_exprs(((Plan *) linitial(custom_plans))->targetlist),
			  target_exprs(((Plan *) lsecond(custom_plans))->targetlist), inner->relids, join_path->ojrelid);
	check_needed(&tuple, (Node *) tlist);
	check_needed(&tuple, (Node *) plan.quals);
	check_needed(&tuple, (Node *) join_path->others);
	if (tuple.is_failed)
		elog(ERROR, "a column of a join by lookups comes from neither side");
	scan->scan.plan.targetlist = tlist;
	scan->scan.plan.qual = join_path->others;
	scan->flags = path->flags;
	scan->methods = join_methods_of(service_of_server(inner->serverid));
	scan->custom_plans = custom_plans;
	plan.outer_key = copyObject(plan.outer_key);
	plan.inner_key = copyObject(plan.inner_key);
	plan.quals = copyObject(plan.quals);
	plan.sources = tuple.sources;
	join_plan_to_nodes(&plan, scan);
	scan->custom_scan_tlist = tuple.targets;
	return (Plan *) scan;
}

static const CustomPathMethods join_path_methods = {.CustomName = "lookup join", .PlanCustomPath = plan_join};

/* ----- the path ----- */

/* Keys of so many outer rows: as the statistics say; of columns without any, each row has its own. */
static double
distinct_keys(PlannerInfo *root, const Lookup *lookup, double rows)
{
	VariableStatData data;
	bool is_default;
	double keys;

	examine_variable(root, lookup->outer_key, 0, &data);
	keys = get_variable_numdistinct(&data, &is_default);
	ReleaseVariableStats(data);
	return clamp_row_est(is_default ? rows : Min(keys, rows));
}

/* One join, of these rows in this order. */
static void
add_join_path(PlannerInfo *root, RelOptInfo *joinrel, RelOptInfo *inner, Path *outer_path, const Lookup *lookup,
			  const LookupJoinPath *made)
{
	LookupJoinPath *join_path = (LookupJoinPath *) newNode(sizeof(LookupJoinPath), T_CustomPath);
	CustomPath *path = &join_path->custom;
	double keys = distinct_keys(root, lookup, outer_path->rows);
	double requests = ceil(keys / lookup->keys_per_request);
	Path *inner_path = lookup_path(root, inner, lookup, keys, requests);
	QualCost per_match;

	join_path->plan = made->plan;
	join_path->others = made->others;
	join_path->ojrelid = made->ojrelid;
	cost_qual_eval(&per_match, made->plan.quals, root);
	path->path.pathtype = T_CustomScan;
	path->path.parent = joinrel;
	path->path.pathtarget = joinrel->reltarget;
	path->path.rows = joinrel->rows;
	path->path.startup_cost = outer_path->startup_cost + inner_path->startup_cost + per_match.startup;
	path->path.total_cost = outer_path->total_cost + inner_path->total_cost + per_match.startup +
							(cpu_tuple_cost + per_match.per_tuple) * (outer_path->rows + joinrel->rows);
	path->path.pathkeys = build_join_pathkeys(root, joinrel, made->plan.type, outer_path->pathkeys);
	path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
	path->custom_paths = list_make2((Node *) outer_path, (Node *) inner_path);
	path->methods = &join_path_methods;
	add_path(joinrel, (Path *) path);
}

/* Does everything that the join shows come from one of its sides? */
static bool
is_covered(RelOptInfo *joinrel, RelOptInfo *outer, RelOptInfo *inner, List *quals, List *others, Index ojrelid)
{
	ScanTuple tuple = {0};

	add_sides(&tuple, outer->reltarget->exprs, inner->reltarget->exprs, inner->relids, ojrelid);
	check_needed(&tuple, (Node *) joinrel->reltarget->exprs);
	check_needed(&tuple, (Node *) quals);
	check_needed(&tuple, (Node *) others);
	return !tuple.is_failed;
}

/* Can the relation be looked up at all: one table of ours, whose conditions travel? */
static bool
can_be_looked_up(const RelOptInfo *rel)
{
	const RelationPlan *plan = relation_plan_of(rel);

	return plan != NULL && rel->reloptkind == RELOPT_BASEREL && bms_is_empty(rel->lateral_relids) &&
		   resource_can(plan->relation->resource, CAN_LOOKUP);
}

/* The condition to look rows up by: the one of which a key has the fewest rows. */
static bool
best_lookup(PlannerInfo *root, RelOptInfo *joinrel, RelOptInfo *outer, RelOptInfo *inner, JoinType jointype,
			List *restrictlist, Lookup *best)
{
	bool found = false;
	ListCell *lc;

	foreach(lc, restrictlist)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		Lookup lookup = {0};

		/* a constant condition is checked by a node of its own, which a custom join does not get */
		if (rinfo->pseudoconstant)
			return false;
		/* conditions on the result of an outer join match no rows */
		if (IS_OUTER_JOIN(jointype) && RINFO_IS_PUSHED_DOWN(rinfo, joinrel->relids))
			continue;
		if (!lookup_find(root, inner, outer, rinfo, &lookup) || (found && lookup.matches >= best->matches))
			continue;
		*best = lookup;
		found = true;
	}
	return found;
}

/* Conditions in the order in which they may be checked: those that hide rows first. */
static List *
by_security(PlannerInfo *root, List *restrictlist)
{
	List *ordered = NIL;
	ListCell *lc;

	for (Index level = 0; level <= root->qual_security_level; level++)
		foreach(lc, restrictlist)
			if (lfirst_node(RestrictInfo, lc)->security_level == level)
				ordered = lappend(ordered, (Node *) lfirst(lc));
	return ordered;
}

/* set_join_pathlist_hook */
static void
add_lookup_joins(PlannerInfo *root, RelOptInfo *joinrel, RelOptInfo *outer, RelOptInfo *inner, JoinType jointype,
				 JoinPathExtraData *extra)
{
	Lookup lookup = {0};
	Index ojrelid = compat_ojrelid(extra->sjinfo);
	List *quals;
	LookupJoinPath made = {.ojrelid = ojrelid};
	ListCell *lc;

	if (previous_join_hook != NULL)
		previous_join_hook(root, joinrel, outer, inner, jointype, extra);
	if (!setting_enable_batched_join || !setting_push_filter || !bms_is_empty(joinrel->lateral_relids) ||
		!can_be_looked_up(inner))
		return;
	if (jointype != JOIN_INNER && jointype != JOIN_LEFT && jointype != JOIN_SEMI && jointype != JOIN_ANTI)
		return;
	if (!best_lookup(root, joinrel, outer, inner, jointype, extra->restrictlist, &lookup))
		return;
	if (IS_OUTER_JOIN(jointype))
		extract_actual_join_clauses(by_security(root, extra->restrictlist), joinrel->relids, &quals, &made.others);
	else
		quals = extract_actual_clauses(by_security(root, extra->restrictlist), false);
	quals = (List *) compat_add_nulling((Node *) quals, inner->relids, ojrelid);
	if (!is_covered(joinrel, outer, inner, quals, made.others, ojrelid))
		return;
	made.plan = (JoinPlan){.type = jointype,
						   .form = lookup.form,
						   .equality = lookup.equality,
						   .collation = lookup.collation,
						   .keys_per_request = lookup.keys_per_request,
						   .outer_key = (Expr *) lookup.outer_key,
						   .inner_key = (Expr *) compat_add_nulling(lookup.inner_key, inner->relids, ojrelid),
						   .quals = quals};
	foreach(lc, outer->pathlist)
	{
		Path *path = (Path *) lfirst(lc);

		if (path->param_info == NULL && (path == outer->cheapest_total_path || path->pathkeys != NIL))
			add_join_path(root, joinrel, inner, path, &lookup, &made);
	}
}

void
join_paths_init(void)
{
	previous_join_hook = set_join_pathlist_hook;
	set_join_pathlist_hook = add_lookup_joins;
}
