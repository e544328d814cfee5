/*
 * seen.h
 *		Rows that a scan has handed out, by id.
 *
 * For scans whose filters may answer a row twice; memory grows with the rows.
 */
#ifndef ATTIO_SEEN_H
#define ATTIO_SEEN_H

#include "page/order.h"

typedef struct HTAB SeenRows;

/* Was this row among them?  It is from now on.  *seen is made in the context where there is none. */
extern bool seen_before(SeenRows **seen, MemoryContext context, const RowKey *key);
extern void seen_forget(SeenRows **seen);

#endif /* ATTIO_SEEN_H */
