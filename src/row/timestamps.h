/*
 * timestamps.h
 *		Attio's timestamps, as they come: ISO 8601, up to nine digits, "Z".
 */
#ifndef ATTIO_TIMESTAMPS_H
#define ATTIO_TIMESTAMPS_H

#include "base/compat.h"
#include "utils/date.h"
#include "datatype/timestamp.h"

extern bool parse_iso_nanoseconds(const char *text, size_t length, int64 *nanoseconds);
extern bool parse_iso_timestamp(const char *text, size_t length, TimestampTz *timestamp);
extern bool parse_iso_date(const char *text, size_t length, DateADT *date);
extern char *cut_fraction(const char *text, size_t length);

/* The value of a hex digit, or -1. */
static inline int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

#endif /* ATTIO_TIMESTAMPS_H */
