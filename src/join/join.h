/*
 * join.h
 *		A join that looks up the rows of a foreign table in batches.
 *
 * The plan is a CustomScan with two children: the outer side, any plan, and the
 * inner side, a scan of ours that asks for the keys it is handed.  Its scan
 * tuple is made of columns of both.
 */
#ifndef JOIN_JOIN_H
#define JOIN_JOIN_H

#include "base/compat.h"
#include "nodes/extensible.h"
#include "remote/service.h"

/* Make the plan nodes of a service's joins known to the server, once a process. */
extern void join_register(const Service *service);

/* The methods of a plan node of this service.  Raises an ERROR where they are not registered. */
extern const CustomScanMethods *join_methods_of(const Service *service);

/* Is this a join by lookups, of any service? */
extern bool join_is_ours(const CustomScan *scan);

#endif /* JOIN_JOIN_H */
