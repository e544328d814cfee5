/*
 * cost.c
 *		What a scan costs: requests, and little else.
 *
 * Owns: the constants.  What counts is their ratio: a request is worth some
 * thousand rows.
 */
#include "plan/cost.h"

#include <math.h>

#define COST_PER_REQUEST 100.0
#define COST_PER_ROW 0.02
#define LARGEST_PAGE 500

/* A request of which several are under way; and how many a count needs for each doubling of the rows. */
#define COST_PER_PROBE 40.0
#define PROBES_PER_DOUBLING 1.5

/* A listing of this many rows in pages; the first row comes with the first page. */
void
cost_listing(double rows, int page_size, Cost *startup, Cost *total)
{
	/* Each page overlaps the one before it by a row. */
	double pages = Max(1.0, ceil(rows / Max(page_size - 1, 1)));

	*startup = COST_PER_REQUEST;
	*total = pages * COST_PER_REQUEST + rows * COST_PER_ROW;
}

void
cost_lookups(double rows, double requests, int page_size, Cost *startup, Cost *total)
{
	double pages = Max(Max(requests, 1.0), ceil(rows / Max(page_size - 1, 1)));

	/* several are under way, where a nested loop waits for each */
	*startup = COST_PER_REQUEST;
	*total = COST_PER_REQUEST + (pages - 1) * COST_PER_PROBE + rows * COST_PER_ROW;
}

/* A page, and the probe behind it or, where more follow, as many as it takes. */
Cost
cost_count(double rows, int page_size)
{
	Cost page = COST_PER_REQUEST + Min(rows, page_size) * COST_PER_ROW;

	if (rows < page_size)
		return page + COST_PER_PROBE;
	return page + COST_PER_PROBE * (3 + PROBES_PER_DOUBLING * log2(Max(rows, 1)));
}

/* Of a full page the least is, since it has the most rows beside its request. */
Cost
cost_waiting(Cost total)
{
	return total * COST_PER_REQUEST / (COST_PER_REQUEST + LARGEST_PAGE * COST_PER_ROW);
}
