/*
 * scan_private.h
 *		What crosses from planner to executor.
 *
 * A scan's fdw_private is a List of Nodes, indexed by this enum; it is copied
 * and cached with the plan, so it holds no pointer to anything else.
 */
#ifndef ATTIO_SCAN_PRIVATE_H
#define ATTIO_SCAN_PRIVATE_H

typedef enum ScanPlanIndex
{
	SCAN_PLAN_COLUMNS, /* IntList: attribute numbers the scan must fill */
	SCAN_PLAN_LENGTH
} ScanPlanIndex;

#endif /* ATTIO_SCAN_PRIVATE_H */
