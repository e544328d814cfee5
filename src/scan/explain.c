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
#include "attio/filter.h"
#include "scan/scan.h"
#include "scan/scan_plan.h"
#include "utils/ruleutils.h"

/* Bytes of a filter that are shown; a batch of keys is long. */
#define FILTER_SHOWN 2000

/* LIMIT and OFFSET where the scan counts. */
static void
explain_limit(ForeignScan *plan, ExplainState *es)
{
	static const char *const labels[] = {"Attio Limit", "Attio Offset"};
	List *context = set_deparse_context_plan(es->deparse_cxt, (Plan *) plan, NIL);
	List *indexes = (List *) list_nth(plan->fdw_private, SCAN_PLAN_LIMIT);

	for (int i = 0; i < list_length(indexes); i++)
	{
		int index = list_nth_int(indexes, i);

		Const *constant;

		if (index < 0)
			continue;
		constant = (Const *) list_nth(plan->fdw_exprs, index);
		if (IsA(constant, Const) && !constant->constisnull)
			ExplainPropertyInteger(labels[i], NULL, DatumGetInt64(constant->constvalue), es);
		else
			ExplainPropertyText(labels[i], deparse_expression((Node *) constant, context, es->verbose, false), es);
	}
}

/* The sorts in words. */
static char *
sorts_text(ForeignScan *plan, const AttioRelation *relation, SortShape sort)
{
	StringInfoData text;
	ListCell *lc;

	initStringInfo(&text);
	if (sort != SORT_ONE_PAGE)
		appendStringInfo(&text, "created_at %s, ", sort == SORT_CREATED_DESC ? "desc" : "asc");
	foreach(lc, sort == SORT_ONE_PAGE ? (List *) list_nth(plan->fdw_private, SCAN_PLAN_SORTS) : NIL)
	{
		List *key = (List *) lfirst(lc);
		const char *property = strVal(lfourth(key));

		appendStringInfo(&text, "%s%s%s %s, ", strVal(lsecond(key)), property[0] == '\0' ? "" : ".", property,
						 intVal(list_nth(key, 4)) != 0 ? "desc" : "asc");
	}
	appendStringInfo(&text, "%s asc", resource_id_name(relation->resource));
	return text.data;
}

/* Does a number of rows that is known while planning end the scan within one page? */
static bool
is_within_page(const AttioRelation *relation, ForeignScan *plan)
{
	int first = lsecond_int((List *) list_nth(plan->fdw_private, SCAN_PLAN_SHAPE));
	List *indexes = (List *) list_nth(plan->fdw_private, SCAN_PLAN_LIMIT);
	const Const *limit = NULL;

	if (indexes != NIL && linitial_int(indexes) >= 0)
		limit = (const Const *) list_nth(plan->fdw_exprs, linitial_int(indexes));
	if (limit != NULL && IsA(limit, Const) && !limit->constisnull)
		return DatumGetInt64(limit->constvalue) < relation->page_size;
	return first > 0 && first < relation->page_size;
}

static void
explain_request(const AttioRelation *relation, ForeignScan *plan, ExplainState *es)
{
	List *shape = (List *) list_nth(plan->fdw_private, SCAN_PLAN_SHAPE);
	SortShape sort = (SortShape) linitial_int(shape);
	const ResourceDef *resource = relation->resource;

	/* as it is sent, so that a plan can be found in the log */
	ExplainPropertyText(
		"Attio Request",
		psprintf("%s %s", resource->list.method, resource_path_shown(resource->list.path, relation->given, NULL)), es);
	if (intVal(list_nth(plan->fdw_private, SCAN_PLAN_COUNTS)) != 0)
		ExplainPropertyText("Attio Count", "a page, and offsets at which there is a row", es);
	else if (resource->paging.style != PAGING_NONE && !is_within_page(relation, plan))
		ExplainPropertyInteger("Attio Page Size", NULL, relation->page_size, es);
	if (lsecond_int(shape) > 0 && list_nth(plan->fdw_private, SCAN_PLAN_LIMIT) == NIL &&
		resource_can(resource, CAN_SORT))
		ExplainPropertyInteger("Attio First Page", NULL, lsecond_int(shape), es);
	explain_limit(plan, es);
	if (relation->view != NULL)
		ExplainPropertyText("Attio View", relation->view, es);
	if (intVal(list_nth(plan->fdw_private, SCAN_PLAN_COUNTS)) == 0 && (relation->by_created_at || sort != SORT_ANY) &&
		resource_can(resource, CAN_SORT))
		ExplainPropertyText("Attio Sorts", sorts_text(plan, relation, sort), es);
	if (list_nth(plan->fdw_private, SCAN_PLAN_GUARD) != NIL)
		ExplainPropertyText("Attio Second Step", "rows without a value, when fewer have one", es);
}

/* The asks with the operands that are known without running: constants. */
static List *
planned_asks(ForeignScan *plan, const AttioRelation *relation)
{
	FilterInput input = {0};
	ListCell *lc;

	input.relation = relation;
	input.operands = (Operand *) palloc0(sizeof(Operand) * Max(list_length(plan->fdw_exprs), 1));
	foreach(lc, plan->fdw_exprs)
	{
		Operand *operand = &input.operands[input.noperands++];
		Const *constant = (Const *) lfirst(lc);

		operand->type = exprType((Node *) constant);
		if (!IsA(constant, Const))
			continue;
		operand->known = true;
		operand->value = constant->constvalue;
		operand->isnull = constant->constisnull;
	}
	return filter_build(&input, (List *) list_nth(plan->fdw_private, SCAN_PLAN_FILTER)).asks;
}

/* The filter: as sent, where the scan ran, else as planned. */
static void
explain_filter(ForeignScanState *node, const AttioRelation *relation, ExplainState *es)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	List *asks = attio_scan_asks(node);
	char *text;

	if (asks == NIL && !es->analyze && attio_push_filter)
		asks = planned_asks(plan, relation);
	if (asks == NIL)
		return;
	text = json_write(((Ask *) linitial(asks))->filter);
	ExplainPropertyText("Attio Filter", clean_text(text, strlen(text), FILTER_SHOWN), es);
	if (list_length(asks) > 1)
		ExplainPropertyInteger(filter_has_keys((List *) list_nth(plan->fdw_private, SCAN_PLAN_FILTER))
								   ? "Attio Key Batches"
								   : "Attio Value Batches",
							   NULL, list_length(asks), es);
}

/* Which conditions are answered by Attio alone, which are sent and checked again, which are only checked here. */
static void
explain_verdicts(ForeignScan *plan, ExplainState *es)
{
	static const char *const labels[] = {"Attio Local", "Attio Rechecked", "Attio Exact"};
	List *context = set_deparse_context_plan(es->deparse_cxt, (Plan *) plan, NIL);
	List *verdicts = (List *) list_nth(plan->fdw_private, SCAN_PLAN_VERDICTS);
	List *reasons = (List *) list_nth(plan->fdw_private, SCAN_PLAN_REASONS);
	bool counts = intVal(list_nth(plan->fdw_private, SCAN_PLAN_COUNTS)) != 0;
	List *quals = counts ? plan->fdw_recheck_quals : plan->scan.plan.qual;

	for (int verdict = VERDICT_EXACT; verdict >= VERDICT_LOCAL; verdict--)
	{
		List *conditions = NIL;

		for (int i = 0; i < list_length(verdicts); i++)
		{
			char *text;

			if (list_nth_int(verdicts, i) != verdict)
				continue;
			text = deparse_expression((Node *) list_nth(quals, i), context, es->verbose, false);
			if (verdict == VERDICT_LOCAL)
				text = psprintf("%s [%s]", text, strVal(list_nth(reasons, i)));
			conditions = lappend(conditions, text);
		}
		if (conditions != NIL)
			ExplainPropertyList(labels[verdict], conditions, es);
	}
}

static void
explain_counts(const PagerCounts *counts, ExplainState *es)
{
	ExplainPropertyInteger("Attio Requests", NULL, counts->requests, es);
	if (counts->definitions > 0)
		ExplainPropertyInteger("Attio Requests for Definitions", NULL, counts->definitions, es);
	ExplainPropertyInteger("Attio Pages", NULL, counts->pages, es);
	ExplainPropertyInteger("Attio Rows Received", NULL, counts->rows, es);
	if (counts->refused > 0)
		ExplainPropertyInteger("Attio Filters Refused", NULL, counts->refused, es);
	if (counts->unsorted > 0)
		ExplainPropertyInteger("Attio Sorts Refused", NULL, counts->unsorted, es);
	if (counts->retries > 0)
		ExplainPropertyInteger("Attio Retries", NULL, counts->retries, es);
	/* Bytes and times differ from run to run; hidden where a test asks for it. */
	if (!es->timing)
		return;
	ExplainPropertyInteger("Attio Bytes Received", NULL, counts->wire_bytes, es);
	ExplainPropertyInteger("Attio Bytes Decoded", NULL, counts->bytes, es);
	ExplainPropertyFloat("Attio Time in Requests", "ms", counts->waited * 1000.0, 3, es);
	ExplainPropertyFloat("Attio Time for Rate Limit", "ms", counts->governed * 1000.0, 3, es);
}

/* ExplainForeignScan */
void
attio_explain_scan(ForeignScanState *node, ExplainState *es)
{
	PagerCounts counts;

	const AttioRelation *relation = attio_scan_relation(node);

	explain_request(relation, (ForeignScan *) node->ss.ps.plan, es);
	explain_filter(node, relation, es);
	explain_verdicts((ForeignScan *) node->ss.ps.plan, es);
	if (es->analyze && attio_scan_sorts_locally(node) != NULL)
		ExplainPropertyText("Attio Sorted Locally", attio_scan_sorts_locally(node), es);
	if (es->analyze && attio_scan_counts_locally(node) != NULL)
		ExplainPropertyText("Attio Counted Locally", attio_scan_counts_locally(node), es);
	if (es->analyze && attio_scan_counts(node, &counts))
		explain_counts(&counts, es);
}
