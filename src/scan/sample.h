/*
 * sample.h
 *		ANALYZE of a foreign table.
 */
#ifndef ATTIO_SAMPLE_H
#define ATTIO_SAMPLE_H

#include "remote/table.h"
#include "foreign/fdwapi.h"

extern bool analyze_foreign_table(Relation rel, AcquireSampleRowsFunc *acquire, BlockNumber *pages);

#endif /* ATTIO_SAMPLE_H */
