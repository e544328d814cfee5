/*
 * explain.c
 *		What EXPLAIN tells of a scan: the request line, and what it cost.
 *
 * Owns: the words.  Properties, not text, so that every format is right.  Makes
 * no request and shows no key.
 */
#include "scan/explain.h"

#include "attio/relation.h"
#include "base/errors.h"
#include "base/guc.h"
#include "nodes/nodeFuncs.h"
#include "remote/params.h"
#include "scan/foreign_scan.h"
#include "scan/scan_state.h"
#include "utils/ruleutils.h"

/* Bytes of a filter that are shown; a batch of keys is long. */
#define FILTER_SHOWN 2000

/* LIMIT and OFFSET where the scan counts. */
static void
explain_limit(ForeignScan *scan, const ScanPlan *plan, ExplainState *es)
{
	static const char *const labels[] = {"Attio Limit", "Attio Offset"};
	List *context = set_deparse_context_plan(es->deparse_cxt, (Plan *) scan, NIL);
	const int operands[] = {plan->limit, plan->offset};

	for (int i = 0; i < (int) lengthof(operands); i++)
	{
		Const *constant;

		if (operands[i] == NO_OPERAND)
			continue;
		constant = (Const *) list_nth(scan->fdw_exprs, operands[i]);
		if (IsA(constant, Const) && !constant->constisnull)
			ExplainPropertyInteger(labels[i], NULL, DatumGetInt64(constant->constvalue), es);
		else
			ExplainPropertyText(labels[i], deparse_expression((Node *) constant, context, es->verbose, false), es);
	}
}

/* The sorts in words. */
static char *
sorts_text(const ScanPlan *plan, const RemoteRelation *relation)
{
	StringInfoData text;

	initStringInfo(&text);
	if (plan->shape != SORT_ONE_PAGE)
		appendStringInfo(&text, "created_at %s, ", plan->shape == SORT_CREATED_DESC ? "desc" : "asc");
	for (int i = 0; plan->shape == SORT_ONE_PAGE && i < plan->nsorts; i++)
	{
		const SortKey *key = &plan->sorts[i];

		appendStringInfo(&text, "%s%s%s %s, ", key->slug, key->property[0] == '\0' ? "" : ".", key->property,
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

static void
explain_request(const RemoteRelation *relation, ForeignScan *scan, const ScanPlan *plan, ExplainState *es)
{
	const ResourceDef *resource = relation->resource;

	/* as it is sent, so that a plan can be found in the log */
	ExplainPropertyText(
		"Attio Request",
		psprintf("%s %s", resource->list.method, resource_path_shown(resource->list.path, relation->given, NULL)), es);
	if (plan->ncounts > 0)
		ExplainPropertyText("Attio Count", "a page, and offsets at which there is a row", es);
	else if (resource->paging.style != PAGING_NONE && !is_within_page(relation, scan, plan))
		ExplainPropertyInteger("Attio Page Size", NULL, relation->page_size, es);
	if (plan->first_page > 0 && !plan->limited && resource_can(resource, CAN_SORT))
		ExplainPropertyInteger("Attio First Page", NULL, plan->first_page, es);
	explain_limit(scan, plan, es);
	if (relation->view != NULL)
		ExplainPropertyText("Attio View", relation->view, es);
	if (plan->ncounts == 0 && (relation->by_created_at || plan->shape != SORT_ANY) && resource_can(resource, CAN_SORT))
		ExplainPropertyText("Attio Sorts", sorts_text(plan, relation), es);
	if (plan->guard != NIL)
		ExplainPropertyText("Attio Second Step", "rows without a value, when fewer have one", es);
}

/* The asks with the operands that are known without running: constants. */
static List *
planned_asks(const ForeignScan *scan, const ScanPlan *plan, const RemoteRelation *relation)
{
	AskInput input = {.relation = relation, .is_planned = true, .term = plan->filter, .looked_up = NO_OPERAND};
	Operand *operands = (Operand *) palloc0(sizeof(Operand) * Max(list_length(scan->fdw_exprs), 1));
	ListCell *lc;

	foreach(lc, scan->fdw_exprs)
	{
		Operand *operand = &operands[input.noperands++];
		Const *constant = (Const *) lfirst(lc);

		operand->type = exprType((Node *) constant);
		if (!IsA(constant, Const))
			continue;
		operand->known = true;
		operand->value = constant->constvalue;
		operand->isnull = constant->constisnull;
	}
	input.operands = operands;
	return asks_of_scan(NULL, &input).asks;
}

/* The filter: as sent, where the scan ran, else as planned. */
static void
explain_filter(ForeignScanState *node, const ScanPlan *plan, const RemoteRelation *relation, ExplainState *es)
{
	List *asks = scan_present_asks(node);
	const Ask *first;
	char *text;

	if (asks == NIL && !es->analyze && setting_push_filter)
		asks = planned_asks((ForeignScan *) node->ss.ps.plan, plan, relation);
	if (asks == NIL)
		return;
	first = (const Ask *) linitial(asks);
	if (first->filter != NULL)
	{
		text = json_write(first->filter);
		ExplainPropertyText("Attio Filter", clean_text(text, strlen(text), FILTER_SHOWN), es);
	}
	if (first->query != NULL)
		ExplainPropertyText("Attio Parameters", clean_text(first->query, strlen(first->query), FILTER_SHOWN), es);
	if (list_length(asks) > 1)
		ExplainPropertyInteger(term_has_key(plan->filter) ? "Attio Key Batches" : "Attio Value Batches", NULL,
							   list_length(asks), es);
}

/* Which conditions are answered by Attio alone, which are sent and checked again, which are only checked here. */
static void
explain_verdicts(ForeignScan *scan, const ScanPlan *plan, ExplainState *es)
{
	static const char *const labels[] = {"Attio Local", "Attio Rechecked", "Attio Exact"};
	List *context = set_deparse_context_plan(es->deparse_cxt, (Plan *) scan, NIL);
	List *quals = plan->ncounts > 0 ? scan->fdw_recheck_quals : scan->scan.plan.qual;

	for (int verdict = VERDICT_EXACT; verdict >= VERDICT_LOCAL; verdict--)
	{
		List *conditions = NIL;

		for (int i = 0; i < list_length(plan->verdicts); i++)
		{
			char *text;

			if (list_nth_int(plan->verdicts, i) != verdict)
				continue;
			text = deparse_expression((Node *) list_nth(quals, i), context, es->verbose, false);
			if (verdict == VERDICT_LOCAL)
				text = psprintf("%s [%s]", text, strVal(list_nth(plan->reasons, i)));
			conditions = lappend(conditions, text);
		}
		if (conditions != NIL)
			ExplainPropertyList(labels[verdict], conditions, es);
	}
}

static void
explain_cost(const ScanCost *cost, ExplainState *es)
{
	ExplainPropertyInteger("Attio Requests", NULL, cost->requests, es);
	if (cost->definitions > 0)
		ExplainPropertyInteger("Attio Requests for Definitions", NULL, cost->definitions, es);
	ExplainPropertyInteger("Attio Pages", NULL, cost->pages, es);
	ExplainPropertyInteger("Attio Rows Received", NULL, cost->rows, es);
	if (cost->refused > 0)
		ExplainPropertyInteger("Attio Filters Refused", NULL, cost->refused, es);
	if (cost->unsorted > 0)
		ExplainPropertyInteger("Attio Sorts Refused", NULL, cost->unsorted, es);
	if (cost->retries > 0)
		ExplainPropertyInteger("Attio Retries", NULL, cost->retries, es);
	/* Bytes and times differ from run to run; hidden where a test asks for it. */
	if (!es->timing)
		return;
	ExplainPropertyInteger("Attio Bytes Received", NULL, cost->wire_bytes, es);
	ExplainPropertyInteger("Attio Bytes Decoded", NULL, cost->bytes, es);
	ExplainPropertyFloat("Attio Time in Requests", "ms", cost->waited * 1000.0, 3, es);
	ExplainPropertyFloat("Attio Time for Rate Limit", "ms", cost->governed * 1000.0, 3, es);
}

/* ExplainForeignScan */
void
explain_foreign_scan(ForeignScanState *node, ExplainState *es)
{
	ForeignScan *scan = (ForeignScan *) node->ss.ps.plan;
	const ScanPlan *plan = scan_plan_from_nodes(scan);
	const RemoteRelation *relation = scan_relation(node);

	explain_request(relation, scan, plan, es);
	explain_filter(node, plan, relation, es);
	explain_verdicts(scan, plan, es);
	if (es->analyze && scan_local_sort_reason(node) != NULL)
		ExplainPropertyText("Attio Sorted Locally", scan_local_sort_reason(node), es);
	if (es->analyze && scan_local_count_reason(node) != NULL)
		ExplainPropertyText("Attio Counted Locally", scan_local_count_reason(node), es);
	if (es->analyze && scan_cost(node) != NULL)
		explain_cost(scan_cost(node), es);
}
