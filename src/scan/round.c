/*
 * round.c
 *		What a scan asks its pager for, with the present values of its operands.
 *
 * Owns: how the plan becomes a request for pages: the filters, the order and the
 * limit.  Each run of the scan with other operands is a round of its own.
 */
#include "scan/round.h"

#include "base/guc.h"
#include "common/int.h"
#include "remote/param_rules.h"
#include "remote/params.h"
#include "scan/once.h"
#include "scan/operands.h"
#include "scan/sorted.h"
#include "utils/memutils.h"

/*
 * The value of LIMIT or OFFSET; "otherwise" where there is none, or NULL.
 * Raises ERROR, in the executor's words, where it is negative.
 */
static int64
limit_operand_value(const Operand *operands, int index, int64 otherwise, bool is_limit)
{
	int64 value;

	if (index < 0 || operands[index].isnull)
		return otherwise;
	value = DatumGetInt64(operands[index].value);
	if (value < 0)
		ereport(ERROR, is_limit
						   ? (errcode(ERRCODE_INVALID_ROW_COUNT_IN_LIMIT_CLAUSE), errmsg("LIMIT must not be negative"))
						   : (errcode(ERRCODE_INVALID_ROW_COUNT_IN_RESULT_OFFSET_CLAUSE),
							  errmsg("OFFSET must not be negative")));
	return value;
}

/*
 * Leave LIMIT and OFFSET to the service where it answers just the rows that count,
 * and as far as the order of the pages does not depend on where they begin;
 * else the scan counts.
 */
static void
apply_window(RemoteScan *state, const Operand *operands, PageRequest *plan, bool offset_too)
{
	bool exact = !plan->asks.incomplete && (setting_push_filter || state->plan->filter == NIL) &&
				 list_length(plan->asks.asks) <= 1;
	int64 limit;
	int64 offset;
	int64 wanted;

	state->windowed = false;
	state->handed = state->skip = 0;
	if (!state->plan->limited)
		return;
	limit = limit_operand_value(operands, state->plan->limit, -1, true);
	offset = limit_operand_value(operands, state->plan->offset, 0, false);
	state->limit = limit;
	state->offset = offset;
	state->windowed = exact && !plan->guarded && setting_push_limit &&
					  (plan->sort != SORT_ANY || (limit >= 0 && limit <= state->table.relation->page_size));
	/* what an OFFSET skips nobody sees: left to the service, it would skip other rows if no filter were looked at */
	offset_too = offset_too && resource_can(state->table.relation->resource, CAN_OFFSET);
	state->windowed = state->windowed && (offset == 0 || (offset_too && plan->asks.asks == NIL));
	if (state->windowed)
		plan->offset = offset;
	else
		state->skip = offset;
	if (exact && setting_push_limit && limit >= 0 && !pg_add_s64_overflow(limit, state->skip, &wanted))
		plan->wanted = wanted;
	plan->first_page = plan->wanted >= 0 && plan->wanted <= state->table.relation->page_size ? (int) plan->wanted : 0;
}

/* Each listing is sorted by its own attribute. */
static void
write_own_sorts(RemoteScan *state, const SortInput *sorts, PageRequest *plan)
{
	ListCell *lc;

	plan->merged = true;
	foreach(lc, plan->asks.asks)
	{
		Ask *ask = (Ask *) lfirst(lc);
		SortInput own = *sorts;

		own.definitions = ask->definitions;
		ask->sorts = state->table.session->service->write_sorts(&own);
	}
}

/*
 * The sorts of one page, and what is asked for first where NULLs come last.
 * Otherwise why the service cannot be asked for them.
 */
static const char *
build_sorts(RemoteScan *state, const AskInput *input, const SortInput *sorts, PageRequest *plan)
{
	const ScanPlan *planned = state->plan;
	bool incomplete = plan->asks.incomplete;

	if (state->table.relation->resource->value_of != NULL)
		write_own_sorts(state, sorts, plan);
	else
		plan->sorts = state->table.session->service->write_sorts(sorts);
	if (planned->guard != NIL)
	{
		AskInput first = *input;
		AskSet set;

		first.tells = false;
		first.term = term_of_arms(TERM_AND, planned->filter == NIL ? list_make1(planned->guard)
																   : list_make2(planned->guard, planned->filter));
		set = asks_of_scan(state->table.session, &first);
		/* where no row can have a value, there is no first step */
		plan->guarded = !set.nothing;
		plan->guard = asks_first_filter(&set);
		incomplete = incomplete || set.incomplete;
	}
	if (incomplete || (planned->filter != NIL && !setting_push_filter))
		return "part of the WHERE clause is evaluated locally";
	return NULL;
}

/* All rows, unsorted; what counts of them is for the scan to say. */
static void
set_local_sort(RemoteScan *state, PageRequest *plan)
{
	plan->sort = SORT_ANY;
	plan->sorts = plan->guard = NULL;
	plan->guarded = plan->merged = false;
	plan->first_page = 0;
	plan->wanted = -1;
	plan->offset = 0;
	state->windowed = false;
	state->skip = state->plan->limited ? state->offset : 0;
}

/* The same where a parameter gives it, of one listing. */
static void
choose_listed_order(RemoteScan *state, const AskInput *input, PageRequest *plan)
{
	const SortKey *key = &state->plan->sorts[0];
	const ResourceDef *resource = state->table.relation->resource;
	SortWay way = sorted_way(state->sort);
	const char *why = NULL;

	apply_window(state, input->operands, plan, true);
	if (way != SORT_LOCALLY && asks_need_several(resource, &plan->asks))
		why = "the rows need several listings";
	else if (way != SORT_LOCALLY && param_of_order(resource, key->name, key->descending) == NULL)
		why = "the listing that has the rows cannot be asked for an order";
	if (why != NULL)
		way = SORT_LOCALLY;
	if (way == SORT_LOCALLY)
		set_local_sort(state, plan);
	else
		params_add_order(resource, key->name, key->descending, &plan->asks);
	sorted_begin(state->sort, way, why, plan);
}

/* Is each ask of a window, so that those of a stage have all rows of one? */
static bool
have_windows(const List *asks)
{
	const ListCell *lc;

	foreach(lc, asks)
		if (((const Ask *) lfirst(lc))->span == NULL)
			return false;
	return asks != NIL;
}

/* The same where a span is asked for in windows, which the scan sorts one by one. */
static void
choose_window_order(RemoteScan *state, const AskInput *input, PageRequest *plan)
{
	SortWay way = sorted_way(state->sort);
	const char *why = NULL;

	apply_window(state, input->operands, plan, true);
	set_local_sort(state, plan);
	if (way != SORT_LOCALLY && !plan->asks.nothing && !have_windows(plan->asks.asks))
		why = "the rows are not asked for in windows";
	if (why != NULL)
		way = SORT_LOCALLY;
	plan->staged = (way != SORT_LOCALLY);
	sorted_begin(state->sort, way, why, plan);
}

/* How the plan comes by the order that is counted on. */
static void
choose_order(RemoteScan *state, const AskInput *input, PageRequest *plan)
{
	SortWay way = sorted_way(state->sort);
	SortInput sorts = {.relation = state->table.relation,
					   .definitions = state->table.definitions,
					   .shape = plan->sort,
					   .keys = state->plan->sorts,
					   .nkeys = state->plan->nsorts,
					   .with_id = way != SORT_WITHOUT_ID};
	const char *why = NULL;

	if (way != SORT_LOCALLY && !state->table.session->service->can_sort(&sorts))
		why = "a column is not what the plan expected";
	else if (way != SORT_LOCALLY && plan->sort == SORT_ONE_PAGE)
		why = build_sorts(state, input, &sorts, plan);
	if (way == SORT_WITHOUT_FILTER)
	{
		plan->asks.asks = asks_without_filters(plan->asks.asks);
		plan->asks.incomplete = true;
	}
	if (way != SORT_LOCALLY && !plan->merged && list_length(plan->asks.asks) > 1)
		why = "the rows need several filters";
	apply_window(state, input->operands, plan, way != SORT_WITHOUT_OFFSET);
	if (way == SORT_WITHOUT_ID && plan->sort != SORT_ONE_PAGE)
	{
		plan->sorts = state->table.session->service->write_sorts(&sorts);
		plan->sort = SORT_ONE_PAGE;
		if (plan->wanted < 0)
			why = scan_reason(state, "refuses the id as a sort key, and one page may not be enough");
	}
	if (way != SORT_LOCALLY && why == NULL && plan->sort == SORT_ONE_PAGE &&
		(plan->first_page == 0 || plan->first_page > state->table.session->page_limit))
		why = "one page may not be enough";
	if (why != NULL)
		way = SORT_LOCALLY;
	if (way == SORT_LOCALLY)
		set_local_sort(state, plan);
	sorted_begin(state->sort, way, why, plan);
}

/* Of the plan's terms the parameters that stay the same whenever the scan runs; NIL = none. */
static List *
constant_params(const ScanPlan *plan, const Operand *operands)
{
	List *params = plan->filter == NIL ? NIL : term_of_params(plan->filter);
	List *arms = NIL;

	for (int i = 1; i < list_length(params); i++)
	{
		List *arm = (List *) list_nth(params, i);
		int operand = term_operand(arm);

		if (operand < 0 || operands[operand].known)
			arms = lappend(arms, arm);
	}
	return arms == NIL ? NIL : term_of_arms(TERM_AND, arms);
}

void
round_take_whole_way(RemoteRelation *relation, const ForeignScan *scan, const ScanPlan *plan)
{
	List *params = constant_params(plan, scan_constant_operands(scan->fdw_exprs));

	relation->resource = params_resource(relation->resource, list_copy_tail(params, 1));
}

bool
round_can_read_whole(const ForeignScanState *node, const ScanPlan *plan)
{
	const ForeignScan *scan = (const ForeignScan *) node->ss.ps.plan;
	RemoteRelation *relation = scan_relation(node);
	List *params = constant_params(plan, scan_constant_operands(scan->fdw_exprs));

	round_take_whole_way(relation, scan, plan);
	return params_are_given(relation->resource, list_copy_tail(params, 1));
}

/* The terms that ask for rows and, of a lookup, its keys in portions. */
static void
set_round_terms(const RemoteScan *state, AskInput *input)
{
	if (state->reads_whole)
		input->term = constant_params(state->plan, input->operands);
	else
		input->term = setting_push_filter ? state->plan->filter : term_of_params(state->plan->filter);
	if (state->plan->lookup == NO_OPERAND || input->term == NIL || state->reads_whole)
		return;
	input->looked_up = state->plan->lookup;
	input->keys_per_request = state->keys_per_request;
	input->without_others = state->without_others;
	input->tells = false;
}

/* Which listings there are; of LIMIT 0 none, even where conditions are missing without which the table cannot be read. */
static AskSet
asks_of_round(const RemoteScan *state, const AskInput *input)
{
	if (state->plan->limited && limit_operand_value(input->operands, state->plan->limit, -1, true) == 0)
		return (AskSet){.nothing = true};
	return asks_of_scan(state->table.session, input);
}

/* What the conditions, the order and the limit ask for, with the operands' present values. */
void
prepare_round(RemoteScan *state, ForeignScanState *node)
{
	MemoryContext saved;
	AskInput input = {.relation = state->table.relation,
					  .definitions = state->table.definitions,
					  .cost = &state->cost,
					  .columns = state->plan->columns,
					  .present = state->plan->present,
					  .looked_up = NO_OPERAND};
	PageRequest plan = {.wanted = -1};

	pager_close(state->pager);
	MemoryContextReset(state->filter_context);
	saved = MemoryContextSwitchTo(state->filter_context);
	input.operands = state->reads_whole ? scan_constant_operands(((ForeignScan *) node->ss.ps.plan)->fdw_exprs)
										: scan_evaluate_operands(state, node);
	input.noperands = list_length(state->operand_states);
	input.tells = state->notices;
	state->notices = false;
	set_round_terms(state, &input);
	input.oldest_first = state->plan->shape == SORT_WINDOWS && !state->plan->sorts[0].descending;
	plan.asks = asks_of_round(state, &input);
	plan.all_or_none = state->plan->lookup != NO_OPERAND && !state->reads_whole;
	plan.distinct = plan.all_or_none;
	plan.sort = state->plan->shape;
	plan.first_page = state->plan->first_page;
	if (state->sort != NULL && state->plan->shape == SORT_LISTED)
		choose_listed_order(state, &input, &plan);
	else if (state->sort != NULL && state->plan->shape == SORT_WINDOWS)
		choose_window_order(state, &input, &plan);
	else if (state->sort != NULL)
		choose_order(state, &input, &plan);
	else
		apply_window(state, input.operands, &plan, true);
	state->asks = plan.asks;
	once_turn(state);
	MemoryContextSwitchTo(saved);
	pager_begin(state->pager, &plan);
}
