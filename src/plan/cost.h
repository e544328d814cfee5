/*
 * cost.h
 *		What a scan costs: requests, and little else.
 */
#ifndef PLAN_COST_H
#define PLAN_COST_H

#include "base/compat.h"

/* Rows assumed of a table about which nothing is known: of records, of definitions. */
#define DEFAULT_ROWS 10000
#define DEFAULT_DEFINITION_ROWS 200

/* Ids assumed of an array of which nothing is known; each leaves one row. */
#define DEFAULT_KEYS 100
#define KEYS_PER_REQUEST 100

/* What a sorted row costs, in rows; sorting costs query score (docs/attio-api.md 2.3). */
#define SORTED_ROW_COST 1.05

/* What a scan that counts its rows costs beside the same one below a Limit. */
#define LIMITED_SCAN_COST 0.95

/* Of a listing for each parent, of which nobody knows how many there are: a hundred requests. */
#define COST_OF_PARENTS 1.0e4

/* So many rows looked up by so many requests. */
extern void cost_lookups(double rows, double requests, int page_size, Cost *startup, Cost *total);

/* So many rows counted: a page, and by probing behind it. */
extern Cost cost_count(double rows, int page_size);

/* At least so much of what one of these costs is waiting for the service. */
extern Cost cost_waiting(Cost total);

extern void cost_listing(double rows, int page_size, Cost *startup, Cost *total);

#endif /* PLAN_COST_H */
