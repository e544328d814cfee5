/*
 * timestamps.h
 *		Timestamps as services send them: ISO 8601, up to nine digits, "Z" or an offset.
 */
#ifndef BASE_TIMESTAMPS_H
#define BASE_TIMESTAMPS_H

#include "base/compat.h"
#include "utils/date.h"
#include "datatype/timestamp.h"

extern bool parse_iso_nanoseconds(const char *text, size_t length, int64 *nanoseconds);
extern bool parse_iso_timestamp(const char *text, size_t length, TimestampTz *timestamp);
extern bool parse_iso_date(const char *text, size_t length, DateADT *date);
extern bool moment_of_value(Oid type, Datum value, TimestampTz *moment);
extern char *cut_fraction(const char *text, size_t length);

#endif /* BASE_TIMESTAMPS_H */
