/*
 * sample.h
 *		ANALYZE of a foreign table.
 */
#ifndef ATTIO_SAMPLE_H
#define ATTIO_SAMPLE_H

#include "remote/table.h"
#include "foreign/fdwapi.h"

extern bool attio_analyze(Relation rel, AcquireSampleRowsFunc *acquire, BlockNumber *pages);

#endif /* ATTIO_SAMPLE_H */
