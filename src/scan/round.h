/*
 * round.h
 *		What a scan asks its pager for, with the present values of its operands.
 */
#ifndef SCAN_ROUND_H
#define SCAN_ROUND_H

#include "scan/scan_state.h"

/* Begin a round: what the conditions, the order and the limit ask for now. */
extern void prepare_round(RemoteScan *state, ForeignScanState *node);

/* What is asked for in the place of the resource's listing, by the parameters that stay the same. */
extern void round_take_whole_way(RemoteRelation *relation, const ForeignScan *scan, const ScanPlan *plan);

/* Are the parameters that must be given among those that stay the same whenever the scan runs?  Makes no request. */
extern bool round_can_read_whole(const ForeignScanState *node, const ScanPlan *plan);

#endif /* SCAN_ROUND_H */
