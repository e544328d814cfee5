/*
 * join.h
 *		A join that looks up the rows of a foreign table in batches.
 *
 * The plan is a CustomScan with two children: the outer side, any plan, and the
 * inner side, a scan of ours that asks for the keys it is handed.  Its scan
 * tuple is made of columns of both.
 */
#ifndef ATTIO_JOIN_H
#define ATTIO_JOIN_H

#include "base/compat.h"
#include "nodes/extensible.h"

extern const CustomScanMethods attio_join_methods;

/* Make the plan node known to the server, once a process. */
extern void attio_join_init(void);

#endif /* ATTIO_JOIN_H */
