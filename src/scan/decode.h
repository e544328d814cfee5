/*
 * decode.h
 *		From the slices of a row to the datums of a tuple.
 *
 * A RowReader belongs to the memory context that was current when it was made;
 * the datums it makes belong to the context that is current in row_read().
 */
#ifndef ATTIO_DECODE_H
#define ATTIO_DECODE_H

#include "attio/relation.h"
#include "executor/tuptable.h"
#include "scan/pager.h"

typedef struct RowReader RowReader;

extern RowReader *row_reader_create(const AttioRelation *relation, TupleDesc tupdesc, List *attnums, List *definitions,
									Projection *projection);
extern void row_read(RowReader *reader, const Pager *pager, const PagerRow *row, TupleTableSlot *slot);

#endif /* ATTIO_DECODE_H */
