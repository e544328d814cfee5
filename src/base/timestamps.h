/*
 * timestamps.h
 *		Timestamps as services send them: ISO 8601, up to nine digits, "Z" or an offset.
 */
#ifndef BASE_TIMESTAMPS_H
#define BASE_TIMESTAMPS_H

#include "base/compat.h"
#include "datatype/timestamp.h"
#include "utils/date.h"

extern bool parse_iso_nanoseconds(const char *text, size_t length, int64 *nanoseconds);
extern bool parse_iso_timestamp(const char *text, size_t length, TimestampTz *timestamp);
extern bool parse_iso_date(const char *text, size_t length, DateADT *date);
extern bool moment_of_value(Oid type, Datum value, TimestampTz *moment);

/*
 * A date, or a time in UTC (which one without a zone is taken for), as ISO 8601:
 * "2026-01-31", "2026-01-31T08:00:00Z"; in the current memory context.  NULL
 * of infinity, and of years that have not four digits.
 */
extern char *iso_text(Oid type, Datum value);

extern char *cut_fraction(const char *text, size_t length);

#endif /* BASE_TIMESTAMPS_H */
