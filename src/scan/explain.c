/*
 * explain.c
 *		What EXPLAIN tells of a scan: the request line, and what it cost.
 *
 * Owns: the words.  Properties, not text, so that every format is right.  Makes
 * no request and shows no key.
 */
#include "scan/explain.h"

#include "base/errors.h"
#include "base/fixed_settings.h"
#include "base/guc.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "remote/param_groups.h"
#include "remote/param_rules.h"
#include "remote/params.h"
#include "remote/table.h"
#include "scan/foreign_scan.h"
#include "scan/operands.h"
#include "scan/scan_state.h"
#include "utils/ruleutils.h"

/* Bytes of a filter that are shown; a batch of keys is long. */
#define FILTER_SHOWN 2000

/* A scan that is explained, and to whom. */
typedef struct ScanExplained
{
	ForeignScanState *node;
	ForeignScan *scan;
	const ScanPlan *plan;
	RemoteRelation *relation;
	const Service *service;
	ExplainState *es;
} ScanExplained;

/* ----- properties, whose labels begin with the service's title ----- */

/* A text. */
static void
explain_text(const ScanExplained *scan, const char *words, const char *value)
{
	ExplainPropertyText(service_label(scan->service, words), value, scan->es);
}

/* A number. */
static void
explain_integer(const ScanExplained *scan, const char *words, int64 value)
{
	ExplainPropertyInteger(service_label(scan->service, words), NULL, value, scan->es);
}

/* A time, of which the seconds are told. */
static void
explain_milliseconds(const ScanExplained *scan, const char *words, double seconds)
{
	ExplainPropertyFloat(service_label(scan->service, words), "ms", seconds * 1000.0, 3, scan->es);
}

/* An expression of the scan, as SQL. */
static char *
explained_expression(const ScanExplained *scan, Node *node)
{
	List *context = set_deparse_context_plan(scan->es->deparse_cxt, (Plan *) scan->scan, NIL);

	return deparse_expression(node, context, scan->es->verbose, false);
}

/* ----- what is asked for ----- */

/* LIMIT or OFFSET where the scan counts: a number that is known, or the expression. */
static void
explain_row_count(const ScanExplained *scan, const char *words, int operand)
{
	Const *constant;

	if (operand == NO_OPERAND)
		return;
	constant = (Const *) list_nth(scan->scan->fdw_exprs, operand);
	if (IsA(constant, Const) && !constant->constisnull)
		explain_integer(scan, words, DatumGetInt64(constant->constvalue));
	else
		explain_text(scan, words, explained_expression(scan, (Node *) constant));
}

/* The sorts in words. */
static char *
sorts_in_words(const ScanPlan *plan, const RemoteRelation *relation)
{
	StringInfoData text;

	initStringInfo(&text);
	if (plan->shape == SORT_WINDOWS)
		return psprintf("%s %s, window by window", plan->sorts[0].name, plan->sorts[0].descending ? "desc" : "asc");
	if (plan->shape == SORT_LISTED)
		return psprintf("%s %s", plan->sorts[0].name, plan->sorts[0].descending ? "desc" : "asc");
	if (plan->shape != SORT_ONE_PAGE)
		appendStringInfo(&text, "%s %s, ", relation->resource->created,
						 plan->shape == SORT_CREATED_DESC ? "desc" : "asc");
	for (int i = 0; plan->shape == SORT_ONE_PAGE && i < plan->nsorts; i++)
	{
		const SortKey *key = &plan->sorts[i];

		appendStringInfo(&text, "%s%s%s %s, ", key->name, key->property[0] == '\0' ? "" : ".", key->property,
						 key->descending ? "desc" : "asc");
	}
	appendStringInfo(&text, "%s asc", resource_id_name(relation->resource));
	return text.data;
}

/* Does a number of rows that is known while planning end the scan within one page? */
static bool
is_within_page(const RemoteRelation *relation, const ForeignScan *scan, const ScanPlan *plan)
{
	int first = plan->first_page;
	const Const *limit = NULL;

	if (plan->limit != NO_OPERAND)
		limit = (const Const *) list_nth(scan->fdw_exprs, plan->limit);
	if (limit != NULL && IsA(limit, Const) && !limit->constisnull)
		return DatumGetInt64(limit->constvalue) < relation->page_size;
	return first > 0 && first < relation->page_size;
}

/* The request line, and in what order and portions rows come. */
static void
explain_request(const ScanExplained *scan)
{
	const ScanPlan *plan = scan->plan;
	const RemoteRelation *relation = scan->relation;
	const ResourceDef *resource = relation->resource;

	/* as it is sent, so that a plan can be found in the log */
	explain_text(
		scan, "Request",
		psprintf("%s %s", resource->list.method, resource_path_shown(resource->list.path, relation->given, NULL)));
	if (plan->ncounts > 0)
		explain_text(scan, "Count", "one page, then offsets at which there is a row");
	else if (resource->paging.style != PAGING_NONE && !is_within_page(relation, scan->scan, plan))
		explain_integer(scan, "Page Size", relation->page_size);
	if (plan->first_page > 0 && !plan->limited && resource_can(resource, CAN_SORT))
		explain_integer(scan, "First Page", plan->first_page);
	explain_row_count(scan, "Limit", plan->limit);
	explain_row_count(scan, "Offset", plan->offset);
	if (relation->view != NULL)
		explain_text(scan, "View", relation->view);
	if (plan->ncounts == 0 &&
		(plan->shape == SORT_LISTED || plan->shape == SORT_WINDOWS ||
		 ((relation->by_creation || plan->shape != SORT_ANY) && resource_can(resource, CAN_SORT))))
		explain_text(scan, "Sorts", sorts_in_words(plan, relation));
	if (plan->guard != NIL)
		explain_text(scan, "Second Step", "rows without a value, if too few have one");
}

/* The asks with the operands that are known without running: constants. */
static List *
planned_asks(const ScanExplained *scan)
{
	List *exprs = scan->scan->fdw_exprs;
	AskInput input = {.relation = scan->relation,
					  .is_planned = true,
					  .columns = scan->plan->columns,
					  .present = scan->plan->present,
					  .term = scan->plan->filter,
					  .looked_up = NO_OPERAND,
					  .operands = scan_constant_operands(exprs),
					  .oldest_first = scan->plan->shape == SORT_WINDOWS && !scan->plan->sorts[0].descending,
					  .noperands = list_length(exprs)};
	AskSet set;

	set = asks_of_scan(NULL, &input);
	if (scan->plan->shape == SORT_LISTED && !asks_need_several(scan->relation->resource, &set) &&
		param_of_order(scan->relation->resource, scan->plan->sorts[0].name, scan->plan->sorts[0].descending) != NULL)
		params_add_order(scan->relation->resource, scan->plan->sorts[0].name, scan->plan->sorts[0].descending, &set);
	return set.asks;
}

/* The listings that are walked where the asks do not say which, each of something that is listed first. */
static void
explain_walk(const ScanExplained *scan, List *asks)
{
	const ResourceDef *resource = scan->relation->resource;
	AskSet set = {.asks = asks};

	if (resource->parents != NULL && resource->walked != NULL && !asks_say_parent(resource, &set))
		explain_text(scan, "Walks", psprintf("%s over %s", resource->name, resource->walked));
}

/* What a listing is given that conditions choose it by, such as people.last_interaction. */
static char *
listing_in_words(const ResourceDef *resource, const List *given)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < resource->nparams; i++)
	{
		const ParamDef *param = &resource->params[i];
		const char *value = given_value(given, resource_field(resource, param->column)->path);

		if (param->rule == PARAM_CHOICE && value != NULL)
			appendStringInfo(&text, "%s%s", text.len > 0 ? "." : "", clean_text(value, strlen(value), 100));
	}
	return text.data;
}

/* The listings that are read, each once; returns how many. */
static int
explain_listings(const ScanExplained *scan, const List *asks)
{
	const List *last = NIL;
	List *words = NIL;
	const ListCell *lc;

	foreach(lc, asks)
	{
		const Ask *ask = (const Ask *) lfirst(lc);

		if (ask->given == NIL || given_equal(ask->given, last))
			continue;
		words = lappend(words, listing_in_words(scan->relation->resource, ask->given));
		last = ask->given;
	}
	if (words != NIL)
		ExplainPropertyList(service_label(scan->service, "Listings"), words, scan->es);
	return Max(list_length(words), 1);
}

/*
 * Where rows stay away that have none of what is asked for: is the listing read
 * with it, or with it and then without it?  Returns how many listings that makes
 * of one.
 */
static int
explain_extras(const ScanExplained *scan, const List *asks)
{
	List *words = NIL;
	const ListCell *lc;

	foreach(lc, ((const Ask *) linitial(asks))->extras)
	{
		const Extra *extra = (const Extra *) lfirst(lc);

		if (extra->leaves_rows_out)
			words = lappend(words, psprintf("with %s", extra->words));
	}
	if (words == NIL)
		return 1;
	if (((const Ask *) llast(asks))->unless != NULL)
		words = lappend(words, "without");
	ExplainPropertyList(service_label(scan->service, "Listings"), words, scan->es);
	return list_length(words);
}

/* What else the body of the request holds. */
static void
explain_body(const ScanExplained *scan, const Ask *ask)
{
	const char *body = resource_body(&scan->relation->resource->list, ask->given);

	if (body != NULL)
		explain_text(scan, "Body", clean_text(body, strlen(body), FILTER_SHOWN));
}

/* The days of the windows in which a span is asked for; 0 = in none. */
static int
days_of_windows(const ResourceDef *resource)
{
	for (int i = 0; i < resource->nparams; i++)
		if (resource->params[i].rule == PARAM_FROM && resource->params[i].max_days > 0 &&
			param_is_of_listing(resource, &resource->params[i]))
			return resource->params[i].max_days;
	return 0;
}

/* The windows that are asked for, and where the last of them ends. */
static void
explain_windows(const ScanExplained *scan, const List *asks)
{
	int days = days_of_windows(scan->relation->resource);
	TimeSpan whole = {0, 0};
	bool goes_on = false;
	int n = 0;
	const ListCell *lc;

	foreach(lc, asks)
	{
		const Ask *ask = (const Ask *) lfirst(lc);

		if (ask->span == NULL)
			continue;
		whole.from = n == 0 ? ask->window.from : Min(whole.from, ask->window.from);
		whole.before = n == 0 ? ask->window.before : Max(whole.before, ask->window.before);
		goes_on = goes_on || ask->goes_on;
		n = Max(n, ask->stage + 1);
	}
	if (n > 0)
		explain_text(scan, "Windows",
					 psprintf("%d of at most %d days, from %s to %s%s", n, days,
							  fixed_output(TIMESTAMPTZOID, TimestampTzGetDatum(whole.from)),
							  fixed_output(TIMESTAMPTZOID, TimestampTzGetDatum(whole.before)),
							  goes_on ? ", and on until one has no rows" : ""));
	else if (days > 0)
		explain_text(scan, "Windows", psprintf("of at most %d days", days));
}

/* The filter: as sent, where the scan ran, else as planned. */
static void
explain_filter(const ScanExplained *scan)
{
	List *asks = scan_present_asks(scan->node);
	const Ask *first;
	char *text;
	int listings = 1;
	int portions;

	if (asks == NIL && !scan->es->analyze && setting_push_filter)
		asks = planned_asks(scan);
	explain_walk(scan, asks);
	if (asks == NIL)
		return;
	if (scan->relation->resource->value_of != NULL)
		listings = explain_listings(scan, asks);
	portions = list_length(asks) / explain_extras(scan, asks);
	first = (const Ask *) linitial(asks);
	if (first->filter != NULL)
	{
		text = json_write(first->filter);
		explain_text(scan, "Filter", clean_text(text, strlen(text), FILTER_SHOWN));
	}
	explain_body(scan, first);
	text = ask_query(first);
	if (text != NULL)
		explain_text(scan, "Parameters", clean_text(text, strlen(text), FILTER_SHOWN));
	explain_windows(scan, asks);
	if (portions > listings)
		explain_integer(scan, term_has_key(scan->plan->filter) ? "Key Batches" : "Value Batches", portions);
}

/* Which conditions the service answers alone, which are sent and checked again, which are only checked locally. */
static void
explain_verdicts(const ScanExplained *scan)
{
	static const char *const words[] = {"Local", "Rechecked", "Exact"};
	const ScanPlan *plan = scan->plan;
	List *quals = plan->ncounts > 0 ? scan->scan->fdw_recheck_quals : scan->scan->scan.plan.qual;

	for (int verdict = VERDICT_EXACT; verdict >= VERDICT_LOCAL; verdict--)
	{
		List *conditions = NIL;

		for (int i = 0; i < list_length(plan->verdicts); i++)
		{
			char *text;

			if (list_nth_int(plan->verdicts, i) != verdict)
				continue;
			text = explained_expression(scan, (Node *) list_nth(quals, i));
			if (verdict == VERDICT_LOCAL)
				text = psprintf("%s [%s]", text, strVal(list_nth(plan->reasons, i)));
			conditions = lappend(conditions, text);
		}
		if (conditions != NIL)
			ExplainPropertyList(service_label(scan->service, words[verdict]), conditions, scan->es);
	}
}

/* ----- what it cost ----- */

/* Requests, pages, rows, bytes and times of a scan that ran. */
static void
explain_cost(const ScanExplained *scan, const ScanCost *cost)
{
	explain_integer(scan, "Requests", cost->requests);
	if (cost->definitions > 0)
		explain_integer(scan, "Requests for Definitions", cost->definitions);
	explain_integer(scan, "Pages", cost->pages);
	explain_integer(scan, "Rows Received", cost->rows);
	if (cost->refused > 0)
		explain_integer(scan, "Filters Refused", cost->refused);
	if (cost->unsorted > 0)
		explain_integer(scan, "Sorts Refused", cost->unsorted);
	if (cost->retries > 0)
		explain_integer(scan, "Retries", cost->retries);
	/* Bytes and times differ from run to run; hidden where a test asks for it. */
	if (!scan->es->timing)
		return;
	explain_integer(scan, "Bytes Received", cost->wire_bytes);
	explain_integer(scan, "Bytes Decoded", cost->bytes);
	explain_milliseconds(scan, "Time in Requests", cost->waited);
	explain_milliseconds(scan, "Time for Rate Limit", cost->governed);
}

/* ExplainForeignScan */
void
explain_foreign_scan(ForeignScanState *node, ExplainState *es)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	ScanExplained scan = {
		.node = node, .scan = plan, .plan = scan_plan_from_nodes(plan), .relation = scan_relation(node), .es = es};

	scan_take_way(scan.relation, scan.plan);
	scan.service = service_of_server(GetForeignTable(scan.relation->table)->serverid);
	explain_request(&scan);
	explain_filter(&scan);
	explain_verdicts(&scan);
	if (!es->analyze)
		return;
	if (scan_local_sort_reason(node) != NULL)
		explain_text(&scan, "Sorted Locally", scan_local_sort_reason(node));
	if (scan_local_count_reason(node) != NULL)
		explain_text(&scan, "Counted Locally", scan_local_count_reason(node));
	if (scan_cost(node) != NULL)
		explain_cost(&scan, scan_cost(node));
}
