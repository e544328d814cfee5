/*
 * count.h
 *		The number of rows of a table, by probing.
 */
#ifndef ATTIO_COUNT_H
#define ATTIO_COUNT_H

#include "attio/relation.h"
#include "scan/filter.h"
#include "scan/pager.h"

/*
 * How many rows meet these filters, one at most.  Asks whether there is a row at
 * an offset, several offsets at a time; adds to the counts.  The data may change
 * meanwhile: then it is a number that was right for some of the answers.
 */
extern int64 count_rows(Session *session, const AttioRelation *relation, const FilterSet *filters, PagerCounts *counts);

#endif /* ATTIO_COUNT_H */
