/*
 * told.h
 *		Does a row tell the extras that its columns show?
 */
#ifndef ROW_TOLD_H
#define ROW_TOLD_H

#include "row/column_reader.h"

/* Want the members of the extras that these columns show. */
extern void told_prepare(RowReader *reader, const List *attnums);

/*
 * Look at a row whose slices are known.  ERROR where it comes from a listing and
 * lacks what none tells, or what all its rows have that was asked for.  Where it
 * was asked for by its id, and nothing has shown that this way tells the extras,
 * it "lacks_extra".
 */
extern void told_check(RowReader *reader, const PagerRow *row);

#endif /* ROW_TOLD_H */
