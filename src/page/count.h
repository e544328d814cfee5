/*
 * count.h
 *		The number of rows of a table: a page, and by probing behind it.
 */
#ifndef PAGE_COUNT_H
#define PAGE_COUNT_H

#include "page/pager.h"
#include "remote/ask.h"
#include "remote/table.h"

/* How the rows that come are looked at. */
typedef struct CountCheck
{
	Projection *projection;
	int id_leaf;
	bool (*meets)(void *arg, const PagerRow *row); /* the conditions; NULL = there are none */
	void *arg;
} CountCheck;

/* Whether the number can be trusted, and if not, why the rows must be read. */
typedef enum CountOutcome
{
	COUNT_KNOWN,
	COUNT_NOT_WHOLE,      /* the conditions cannot be sent as one filter that says it all */
	COUNT_FILTER_REFUSED, /* the service refused the filter */
	COUNT_FILTER_IGNORED, /* it answered a row that does not meet the conditions */
	COUNT_EVERYTHING,     /* the number is that of all rows: was the filter looked at? */
	COUNT_OFFSET_REFUSED  /* it refuses offsets before the last row */
} CountOutcome;

/*
 * How many rows meet these filters, one at most.  Adds what it asks for to the
 * cost.  Where the outcome is another than COUNT_KNOWN there is no number.  The
 * data may change meanwhile: then it is a number that was right for some of the
 * answers.
 */
extern CountOutcome count_rows(Session *session, const RemoteRelation *relation, const AskSet *asks,
							   const CountCheck *check, ScanCost *cost, int64 *rows);

#endif /* PAGE_COUNT_H */
