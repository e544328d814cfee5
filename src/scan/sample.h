/*
 * sample.h
 *		ANALYZE of a foreign table.
 */
#ifndef SCAN_SAMPLE_H
#define SCAN_SAMPLE_H

#include "base/compat.h"
#include "foreign/fdwapi.h"
#include "remote/table.h"

extern bool analyze_foreign_table(Relation rel, AcquireSampleRowsFunc *acquire, BlockNumber *pages);

#endif /* SCAN_SAMPLE_H */
