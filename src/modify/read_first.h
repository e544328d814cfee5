/*
 * read_first.h
 *		A statement does not see its own writes.
 */
#ifndef MODIFY_READ_FIRST_H
#define MODIFY_READ_FIRST_H

#include "base/compat.h"
#include "remote/rowid.h"

/*
 * Once a process: look at each statement that starts.  The function is called
 * when all rows of a part of one have been read.
 */
extern void read_first_init(void (*rows_are_read)(ModifyTableState *node));

/* Does this part of a statement read its rows before the first is written? */
extern bool read_first_drains(const ModifyTableState *node);

/*
 * The statement is about to write: read now what it may still read.  Raises
 * ERROR where that cannot be known yet.
 */
extern void read_first_before_write(EState *estate);

/*
 * Has the statement written the row with this id already, by whatever part of
 * it?  As with local tables the first counts.  If not, it is about to.
 */
extern bool read_first_is_written(EState *estate, const RowId *id);

/* So many rows more are to be updated or deleted; returns how many these are in all parts of the statement. */
extern int64 read_first_count_rows(EState *estate, int64 rows);

#endif /* MODIFY_READ_FIRST_H */
