/*
 * explain.c
 *		What EXPLAIN tells of a scan: the request line, and what it cost.
 *
 * Owns: the words.  Properties, not text, so that every format is right.  Makes
 * no request and shows no key.
 */
#include "admin/explain.h"

#include "attio/relation.h"
#include "scan/scan.h"

static void
explain_request(const AttioRelation *relation, ExplainState *es)
{
	const ResourceDef *resource = relation->resource;
	const char *path = resource->path;

	if (relation->slug != NULL)
		path = psprintf(path, relation->slug);
	else if (resource->spread == SPREAD_TARGETS)
		path = psprintf(path, "{objects|lists}/{id}");
	else if (resource->spread == SPREAD_ATTRIBUTES)
		path = psprintf(path, psprintf("{objects|lists}/{id}/attributes/{%s}", resource->attribute_type));
	ExplainPropertyText("Attio Request", psprintf("%s %s", resource->method, path), es);
	if (resource->paging != PAGING_NONE)
		ExplainPropertyInteger("Attio Page Size", NULL, relation->page_size, es);
	if (relation->by_created_at && resource->paging == PAGING_OFFSET_BODY)
		ExplainPropertyText("Attio Sorts", psprintf("created_at asc, %s asc", resource_id_attribute(resource)), es);
}

static void
explain_counts(const PagerCounts *counts, ExplainState *es)
{
	ExplainPropertyInteger("Attio Requests", NULL, counts->requests, es);
	ExplainPropertyInteger("Attio Pages", NULL, counts->pages, es);
	ExplainPropertyInteger("Attio Rows Received", NULL, counts->rows, es);
	/* Bytes and times differ from run to run; hidden where a test asks for it. */
	if (!es->timing)
		return;
	ExplainPropertyInteger("Attio Bytes Received", NULL, counts->wire_bytes, es);
	ExplainPropertyInteger("Attio Bytes Decoded", NULL, counts->bytes, es);
	ExplainPropertyFloat("Attio Time in Requests", "ms", counts->waited * 1000.0, 3, es);
}

/* ExplainForeignScan */
void
attio_explain_scan(ForeignScanState *node, ExplainState *es)
{
	const PagerCounts *counts = attio_scan_counts(node);

	explain_request(attio_relation_open(node->ss.ss_currentRelation), es);
	if (es->analyze && counts != NULL)
		explain_counts(counts, es);
}
