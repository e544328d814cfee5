/*
 * seen.h
 *		Ids that have come: rows that a scan has handed out, and the like.
 *
 * For scans whose filters may answer a row twice; memory grows with the rows.
 */
#ifndef PAGE_SEEN_H
#define PAGE_SEEN_H

#include "remote/rowid.h"

typedef struct HTAB SeenRows;

/*
 * Was this row among them?  It is from now on.  Rows of different kins differ
 * although their ids are the same.  *seen is made in the context where there is
 * none.
 */
extern bool seen_before(SeenRows **seen, MemoryContext context, const RowId *id, uint64 kin);
extern void seen_forget(SeenRows **seen);

#endif /* PAGE_SEEN_H */
