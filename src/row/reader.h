/*
 * reader.h
 *		From the slices of a row to the datums of a tuple.
 *
 * A RowReader belongs to the memory context that was current when it was made;
 * the datums it makes belong to the context that is current in row_read().
 */
#ifndef ROW_READER_H
#define ROW_READER_H

#include "base/compat.h"
#include "executor/tuptable.h"
#include "remote/table.h"
#include "row/page_row.h"
#include "row/projection.h"

typedef struct RowReader RowReader;

extern RowReader *
row_reader_create(const RemoteRelation *relation, List *attnums, List *definitions, Projection *projection);

/*
 * Did the row just read show that the definitions may be out of date?  Then the
 * slot holds nothing.  Where it only lacks what is known to be hidden, or the
 * definitions are found to be as they were, row_settle() says so, and the row is
 * read again; else all is bound anew.
 */
extern bool row_is_doubtful(const RowReader *reader);
extern bool row_lacks_hidden(const RowReader *reader, Session *session);
extern void row_settle(RowReader *reader, Session *session);

/* Was the row just read asked for with an extra, and does nothing show that the way to it tells these? */
extern bool row_lacks_extra(const RowReader *reader);

/* Was the row just read none, since it has no value of the attribute that its listing is of? */
extern bool row_is_none(const RowReader *reader);
extern void row_read(RowReader *reader, const PagerRow *row, TupleTableSlot *slot);

#endif /* ROW_READER_H */
