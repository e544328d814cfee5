/*
 * join.c
 *		A join that looks up the rows of a foreign table in batches.
 *
 * Owns: the execution.  Rows of the outer side are read until enough keys are
 * known that were not asked for yet; the inner side answers all of them at
 * once; then the rows are joined, in the order in which they came.  What makes
 * two rows match is checked here, whatever the inner side answers.
 */
#include "join/join.h"

#include "base/guc.h"
#include "executor/executor.h"
#include "join/join_cache.h"
#include "nodes/nodeFuncs.h"
#include "remote/service.h"
#include "scan/foreign_scan.h"
#include "scan/scan_plan.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/ruleutils.h"

/* Outer rows that one batch may hold, whatever their keys; in all as much as fits work_mem. */
#define BATCH_ROWS 10000
#define BATCH_ROWS_SIZE (BATCH_ROWS * sizeof(MinimalTuple) + ALLOCSET_DEFAULT_INITSIZE * 2)

/* Requests that one batch may fill; it begins with one. */
#define BATCH_REQUESTS 8

typedef struct LookupJoin
{
	CustomScanState css; /* first: it is one */
	JoinPlan plan;
	Oid key_type; /* of one key */
	int16 key_length;
	bool key_byval;
	char key_align;
	int *sources; /* of the plan, as an array */
	PlanState *outer;
	PlanState *inner;
	ForeignScanState *scan; /* the inner side, or what stands below a constant condition */
	ExprState *outer_key;
	ExprState *inner_key;
	ExprState *quals;
	TupleTableSlot *outer_slot;
	TupleTableSlot *inner_slot;
	JoinCache *cache;
	int64 writes; /* of this session, when the cache was filled */

	/* the present batch */
	MemoryContext batch_context; /* rows and keys of it */
	int batch_number;
	int requests; /* that the next one may fill */
	MinimalTuple *rows;
	int nrows;
	int next;
	bool outer_done;

	/* the present row */
	bool in_row;
	bool matched;
	const JoinKey **keys; /* that it has; NULL: one that was not asked for */
	int nkeys;
	int key_at;
	int row_at;

	/* for EXPLAIN */
	int64 batches;
	int64 keys_asked;
} LookupJoin;

/* ----- the scan tuple ----- */

/* Put the columns of one side into the scan tuple; NULLs where there is no row. */
static void
fill_side(LookupJoin *state, TupleTableSlot *from, bool outer)
{
	TupleTableSlot *slot = state->css.ss.ss_ScanTupleSlot;

	if (from != NULL)
		slot_getallattrs(from);
	for (int i = 0; i < slot->tts_tupleDescriptor->natts; i++)
	{
		int source = outer ? state->sources[i] : -state->sources[i];

		if (source <= 0)
			continue;
		slot->tts_values[i] = from == NULL ? (Datum) 0 : from->tts_values[source - 1];
		slot->tts_isnull[i] = from == NULL ? true : from->tts_isnull[source - 1];
	}
}

/* An empty scan tuple, to be filled by both sides. */
static void
begin_scan_tuple(LookupJoin *state)
{
	TupleTableSlot *slot = state->css.ss.ss_ScanTupleSlot;

	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, sizeof(bool) * slot->tts_tupleDescriptor->natts);
	ExecStoreVirtualTuple(slot);
	state->css.ss.ps.ps_ExprContext->ecxt_scantuple = slot;
}

/* ----- keys ----- */

/*
 * The keys of the row in the scan tuple by this expression: none where it is
 * NULL, of an array each element but NULLs.  In the current memory context.
 */
static Datum *
evaluate_keys(LookupJoin *state, ExprState *expression, bool is_array, int *nkeys)
{
	ExprContext *econtext = state->css.ss.ps.ps_ExprContext;
	bool isnull;
	Datum value = ExecEvalExpr(expression, econtext, &isnull);
	ArrayType *array;
	Datum *keys;
	bool *nulls;
	int n;

	*nkeys = 0;
	if (isnull)
		return NULL;
	if (!is_array)
	{
		keys = (Datum *) palloc(sizeof(Datum));
		keys[(*nkeys)++] = value;
		return keys;
	}
	/* the elements may be of another type that is stored alike: varchar where keys are text */
	array = DatumGetArrayTypeP(value);
	deconstruct_array(array, ARR_ELEMTYPE(array), state->key_length, state->key_byval, state->key_align, &keys, &nulls,
					  &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			keys[(*nkeys)++] = keys[i];
	return keys;
}

/* The keys of the outer row in the scan tuple, each once: its own entries of the cache say which are the same. */
static void
find_outer_keys(LookupJoin *state)
{
	MemoryContext saved = MemoryContextSwitchTo(state->css.ss.ps.ps_ExprContext->ecxt_per_tuple_memory);
	int n;
	Datum *keys = evaluate_keys(state, state->outer_key, state->plan.form == LOOKUP_OUTER_ARRAY, &n);

	MemoryContextSwitchTo(state->batch_context);
	state->keys = (const JoinKey **) palloc(sizeof(JoinKey *) * Max(n, 1));
	state->nkeys = 0;
	for (int i = 0; i < n; i++)
	{
		const JoinKey *key = join_cache_find(state->cache, keys[i]);
		bool known = false;

		for (int j = 0; j < state->nkeys && !known; j++)
			known = (state->keys[j] == key);
		if (!known)
			state->keys[state->nkeys++] = key;
	}
	MemoryContextSwitchTo(saved);
}

/* ----- batches ----- */

/* Rows that the inner side answers, each under those of its keys that were asked for now. */
static void
cache_inner_rows(LookupJoin *state)
{
	ExprContext *econtext = state->css.ss.ps.ps_ExprContext;
	TupleTableSlot *slot;

	for (slot = ExecProcNode(state->inner); !TupIsNull(slot); slot = ExecProcNode(state->inner))
	{
		MinimalTuple row = NULL;
		MemoryContext saved;
		Datum *keys;
		int n;

		ResetExprContext(econtext);
		begin_scan_tuple(state);
		fill_side(state, slot, false);
		saved = MemoryContextSwitchTo(econtext->ecxt_per_tuple_memory);
		keys = evaluate_keys(state, state->inner_key, state->plan.form == LOOKUP_INNER_ARRAY, &n);
		MemoryContextSwitchTo(saved);
		for (int i = 0; i < n; i++)
		{
			JoinKey *key = join_cache_find(state->cache, keys[i]);

			if (key == NULL || key->batch != state->batch_number)
				continue;
			if (row == NULL)
				row = join_cache_keep(state->cache, slot);
			join_cache_append(state->cache, key, row);
		}
	}
}

/* Ask for these keys, all at once. */
static void
ask_for_keys(LookupJoin *state, List *wanted)
{
	MemoryContext saved;
	Datum *values;
	ArrayType *array;
	int n = 0;
	ListCell *lc;

	if (wanted == NIL)
		return;
	saved = MemoryContextSwitchTo(state->batch_context);
	values = (Datum *) palloc(sizeof(Datum) * list_length(wanted));
	foreach(lc, wanted)
		values[n++] = ((JoinKey *) lfirst(lc))->value;
	array = construct_array(values, n, state->key_type, state->key_length, state->key_byval, state->key_align);
	state->keys_asked += n;
	state->batches++;
	MemoryContextSwitchTo(saved);
	scan_set_keys(state->scan, PointerGetDatum(array));
	cache_inner_rows(state);
}

/* A cache that is too large, or of a time before a write of this session, is not used again. */
static void
begin_join_batch(LookupJoin *state)
{
	int64 writes = scan_session_writes(state->scan);

	MemoryContextReset(state->batch_context);
	state->nrows = state->next = 0;
	state->batch_number++;
	if (state->writes != writes || join_cache_size(state->cache) > (Size) work_mem * 1024)
		join_cache_clear(state->cache);
	state->writes = writes;
}

/* The next rows of the outer side, and the inner rows for them; false at the end. */
static bool
fill_join_batch(LookupJoin *state)
{
	ExprContext *econtext = state->css.ss.ps.ps_ExprContext;
	/* where a request takes few keys, several requests are under way at the same time */
	int limit = Max(state->plan.keys_per_request, BATCH_REQUESTS) * state->requests;
	List *wanted = NIL;

	if (state->outer_done)
		return false;
	/* where each batch takes another look at all rows, which have come, as few batches as there can be */
	if (scan_reads_whole(state->scan))
		limit = BATCH_ROWS;
	begin_join_batch(state);
	state->rows = (MinimalTuple *) MemoryContextAlloc(state->batch_context, BATCH_ROWS * sizeof(MinimalTuple));
	while (list_length(wanted) < limit && state->nrows < BATCH_ROWS &&
		   MemoryContextMemAllocated(state->batch_context, false) < (Size) work_mem * 1024 + BATCH_ROWS_SIZE)
	{
		/* both sides run in the memory context of the caller, where they may keep what they need */
		TupleTableSlot *slot = ExecProcNode(state->outer);
		MemoryContext saved;
		Datum *keys;
		int n;

		if (TupIsNull(slot))
		{
			state->outer_done = true;
			break;
		}
		saved = MemoryContextSwitchTo(state->batch_context);
		state->rows[state->nrows++] = ExecCopySlotMinimalTuple(slot);
		ResetExprContext(econtext);
		begin_scan_tuple(state);
		fill_side(state, slot, true);
		MemoryContextSwitchTo(econtext->ecxt_per_tuple_memory);
		keys = evaluate_keys(state, state->outer_key, state->plan.form == LOOKUP_OUTER_ARRAY, &n);
		MemoryContextSwitchTo(state->batch_context);
		for (int i = 0; i < n; i++)
		{
			JoinKey *key = join_cache_find(state->cache, keys[i]);

			if (key == NULL)
				wanted = lappend(wanted, join_cache_add(state->cache, keys[i], state->batch_number));
		}
		MemoryContextSwitchTo(saved);
	}
	ask_for_keys(state, wanted);
	state->requests = Min(state->requests * 2, BATCH_REQUESTS);
	return state->nrows > 0;
}

/* ----- rows ----- */

/* Go to the next outer row; false at the end. */
static bool
go_to_next_outer_row(LookupJoin *state)
{
	if (state->next >= state->nrows && !fill_join_batch(state))
		return false;
	ResetExprContext(state->css.ss.ps.ps_ExprContext);
	ExecStoreMinimalTuple(state->rows[state->next++], state->outer_slot, false);
	begin_scan_tuple(state);
	fill_side(state, state->outer_slot, true);
	find_outer_keys(state);
	state->in_row = true;
	state->matched = false;
	state->key_at = state->row_at = 0;
	return true;
}

/*
 * The next inner row that has one of the outer row's keys, in the scan tuple;
 * false when there is none.  An inner row has only one key where the outer side
 * has several, so none comes twice.
 */
static bool
go_to_next_candidate(LookupJoin *state)
{
	while (state->key_at < state->nkeys)
	{
		const JoinKey *key = state->keys[state->key_at];

		if (key != NULL && state->row_at < key->nrows)
		{
			ExecStoreMinimalTuple(key->rows[state->row_at++], state->inner_slot, false);
			fill_side(state, state->inner_slot, false);
			return true;
		}
		state->key_at++;
		state->row_at = 0;
	}
	return false;
}

/* Is the scan tuple one of which these conditions are true? */
static bool
meets_join_quals(LookupJoin *state, ExprState *quals)
{
	ExprContext *econtext = state->css.ss.ps.ps_ExprContext;

	ResetExprContext(econtext);
	return ExecQual(quals, econtext);
}

/* The outer row with the inner rows that match it; true where the scan tuple is one of the result. */
static bool
find_match_of_row(LookupJoin *state)
{
	ExprState *others = state->css.ss.ps.qual;

	while (go_to_next_candidate(state))
	{
		if (!meets_join_quals(state, state->quals))
			continue;
		state->matched = true;
		/* one match decides */
		if (state->plan.type == JOIN_SEMI || state->plan.type == JOIN_ANTI)
			state->in_row = false;
		if (state->plan.type == JOIN_ANTI)
			return false;
		if (meets_join_quals(state, others))
			return true;
		if (state->plan.type == JOIN_SEMI)
			return false;
	}
	state->in_row = false;
	if (state->matched || (state->plan.type != JOIN_LEFT && state->plan.type != JOIN_ANTI))
		return false;
	fill_side(state, NULL, false);
	return meets_join_quals(state, others);
}

/* ExecCustomScan */
static TupleTableSlot *
exec_join(CustomScanState *node)
{
	LookupJoin *state = (LookupJoin *) node;
	ProjectionInfo *projection = node->ss.ps.ps_ProjInfo;

	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		if (!state->in_row && !go_to_next_outer_row(state))
			return projection == NULL ? NULL : ExecClearTuple(projection->pi_state.resultslot);
		if (!find_match_of_row(state))
			continue;
		ResetExprContext(node->ss.ps.ps_ExprContext);
		return projection == NULL ? node->ss.ss_ScanTupleSlot : ExecProject(projection);
	}
}

/* ----- the life of it ----- */

static const CustomExecMethods join_exec_methods;

/* CreateCustomScanState */
static Node *
create_join_state(CustomScan *plan)
{
	LookupJoin *state = (LookupJoin *) newNode(sizeof(LookupJoin), T_CustomScanState);

	state->css.methods = &join_exec_methods;
	return (Node *) state;
}

/* BeginCustomScan */
static void
begin_join(CustomScanState *node, EState *estate, int eflags)
{
	LookupJoin *state = (LookupJoin *) node;
	CustomScan *plan = (CustomScan *) node->ss.ps.plan;
	JoinPlan *join = &state->plan;
	PlanState *parent = (PlanState *) node;

	state->outer = ExecInitNode((Plan *) linitial(plan->custom_plans), estate, eflags);
	state->inner = ExecInitNode((Plan *) lsecond(plan->custom_plans), estate, eflags);
	state->scan = (ForeignScanState *) (IsA(state->inner, ResultState) ? outerPlanState(state->inner) : state->inner);
	if (!IsA(state->scan, ForeignScanState))
		elog(ERROR, "the inner side of a join by lookups is not a scan");
	node->custom_ps = list_make2(state->outer, state->inner);
	join_plan_from_nodes(plan, join);
	state->requests = 1;
	state->outer_key = ExecInitExpr(join->outer_key, parent);
	state->inner_key = ExecInitExpr(join->inner_key, parent);
	state->quals = ExecInitQual(join->quals, parent);
	state->key_type = exprType((Node *) (join->form == LOOKUP_INNER_ARRAY ? join->outer_key : join->inner_key));
	get_typlenbyvalalign(state->key_type, &state->key_length, &state->key_byval, &state->key_align);
	state->sources = (int *) palloc(sizeof(int) * list_length(join->sources));
	for (int i = 0; i < list_length(join->sources); i++)
		state->sources[i] = list_nth_int(join->sources, i);
	state->outer_slot = ExecInitExtraTupleSlot(estate, ExecGetResultType(state->outer), &TTSOpsMinimalTuple);
	state->inner_slot = ExecInitExtraTupleSlot(estate, ExecGetResultType(state->inner), &TTSOpsMinimalTuple);
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	state->batch_context = AllocSetContextCreate(estate->es_query_cxt, "attio_fdw join batch", ALLOCSET_DEFAULT_SIZES);
	state->cache = join_cache_create(state->key_type, join->equality, join->collation);
}

/* EndCustomScan */
static void
end_join(CustomScanState *node)
{
	LookupJoin *state = (LookupJoin *) node;

	ExecEndNode(state->outer);
	ExecEndNode(state->inner);
}

/* ReScanCustomScan: what was asked for stays, unless the inner side asks something else now. */
static void
rescan_join(CustomScanState *node)
{
	LookupJoin *state = (LookupJoin *) node;
	PlanState *inner = state->inner;

	if (node->ss.ps.chgParam != NULL)
	{
		UpdateChangedParamSet(state->outer, node->ss.ps.chgParam);
		UpdateChangedParamSet(inner, node->ss.ps.chgParam);
	}
	if (state->outer->chgParam == NULL)
		ExecReScan(state->outer);
	if (inner->chgParam != NULL)
		join_cache_clear(state->cache);
	MemoryContextReset(state->batch_context);
	state->nrows = state->next = 0;
	state->requests = 1;
	state->outer_done = state->in_row = false;
}

/* ExplainCustomScan */
static void
explain_join(CustomScanState *node, List *ancestors, ExplainState *es)
{
	static const char *const types[] = {"Inner", "Left", "Full", "Right", "Semi", "Anti"};
	LookupJoin *state = (LookupJoin *) node;
	CustomScan *plan = (CustomScan *) node->ss.ps.plan;
	const Service *service = service_of_server(((ForeignScan *) state->scan->ss.ps.plan)->fs_server);
	List *context = set_deparse_context_plan(es->deparse_cxt, (Plan *) plan, ancestors);
	List *texts = NIL;
	ListCell *lc;

	ExplainPropertyText("Join Type", types[state->plan.type], es);
	foreach(lc, state->plan.quals)
		texts = lappend(texts, deparse_expression((Node *) lfirst(lc), context, true, false));
	ExplainPropertyList("Join Cond", texts, es);
	ExplainPropertyText(service_label(service, "Lookup"),
						psprintf("%s by %s", deparse_expression((Node *) state->plan.inner_key, context, true, false),
								 deparse_expression((Node *) state->plan.outer_key, context, true, false)),
						es);
	ExplainPropertyInteger(service_label(service, "Keys per Request"), NULL, state->plan.keys_per_request, es);
	if (!es->analyze)
		return;
	ExplainPropertyInteger(service_label(service, "Lookup Batches"), NULL, state->batches, es);
	ExplainPropertyInteger(service_label(service, "Keys"), NULL, state->keys_asked, es);
}

static const CustomExecMethods join_exec_methods = {.CustomName = "lookup join",
													.BeginCustomScan = begin_join,
													.ExecCustomScan = exec_join,
													.EndCustomScan = end_join,
													.ReScanCustomScan = rescan_join,
													.ExplainCustomScan = explain_join};

/* What the server knows the joins of one service by: EXPLAIN shows its name. */
typedef struct JoinMethods
{
	struct JoinMethods *next;
	const Service *service;
	CustomScanMethods methods;
} JoinMethods;

static JoinMethods *all_join_methods = NULL;

void
join_register(const Service *service)
{
	JoinMethods *entry = (JoinMethods *) MemoryContextAllocZero(TopMemoryContext, sizeof(JoinMethods));
	MemoryContext saved = MemoryContextSwitchTo(TopMemoryContext);

	entry->service = service;
	entry->methods.CustomName = service_label(service, "Join");
	entry->methods.CreateCustomScanState = create_join_state;
	entry->next = all_join_methods;
	all_join_methods = entry;
	MemoryContextSwitchTo(saved);
	RegisterCustomScanMethods(&entry->methods);
}

const CustomScanMethods *
join_methods_of(const Service *service)
{
	for (const JoinMethods *entry = all_join_methods; entry != NULL; entry = entry->next)
		if (entry->service == service)
			return &entry->methods;
	elog(ERROR, "joins by lookups are unknown to service %s", service->title);
}

bool
join_is_ours(const CustomScan *scan)
{
	return scan->methods->CreateCustomScanState == create_join_state;
}
