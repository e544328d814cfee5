/*
 * cost.h
 *		What a scan costs: requests, and little else.
 */
#ifndef ATTIO_COST_H
#define ATTIO_COST_H

#include "base/compat.h"

/* Rows assumed of a table about which nothing is known: of records, of definitions. */
#define DEFAULT_ROWS 10000
#define DEFAULT_DEFINITION_ROWS 200

/* Rows that a condition on the id leaves, at most. */
#define KEY_ROWS 1000

/* What a sorted row costs, in rows; sorting costs query score (API.md 2). */
#define SORTED_ROW_COST 1.05

extern void cost_listing(double rows, int page_size, Cost *startup, Cost *total);

#endif /* ATTIO_COST_H */
