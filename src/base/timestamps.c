/*
 * timestamps.c
 *		Timestamps as services send them: ISO 8601, up to nine digits, "Z" or an offset.
 *
 * Owns: the quick way for the forms in which they come (docs/attio-api.md 5.4).
 * Any other form is refused here and left to the server's input functions.
 */
#include "base/timestamps.h"

#include "catalog/pg_type.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/timestamp.h"

/* The number that these n digits make; false where one of them is no digit. */
static bool
read_digits(const char *text, int n, int *value)
{
	int sum = 0;

	for (int i = 0; i < n; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return false;
		sum = sum * 10 + (text[i] - '0');
	}
	*value = sum;
	return true;
}

/* YYYY-MM-DD to a Julian day; only real days. */
static bool
read_day(const char *text, int *julian)
{
	int year;
	int month;
	int day;

	if (!read_digits(text, 4, &year) || text[4] != '-' || !read_digits(text + 5, 2, &month) || text[7] != '-' ||
		!read_digits(text + 8, 2, &day))
		return false;
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > day_tab[isleap(year)][month - 1])
		return false;
	*julian = date2j(year, month, day);
	return true;
}

/* The seconds that an offset, "Z" or "+hh:mm", is ahead of UTC. */
static bool
read_offset(const char *text, size_t length, int *ahead)
{
	int hours;
	int minutes;

	*ahead = 0;
	if (length == 1)
		return text[0] == 'Z';
	if (length != 6 || (text[0] != '+' && text[0] != '-') || !read_digits(text + 1, 2, &hours) || text[3] != ':' ||
		!read_digits(text + 4, 2, &minutes) || hours > MAX_TZDISP_HOUR || minutes > 59)
		return false;
	*ahead = (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes) * 60;
	return true;
}

/* Split into a Julian day, seconds since its begin in UTC (an offset may lead out of it), and nanoseconds. */
static bool
read_timestamp(const char *text, size_t length, int *julian, int *seconds, int *nanoseconds)
{
	int hour;
	int minute;
	int second;
	int ahead;
	size_t end = 19;
	size_t digits = 0;

	if (length < 20 || length > 35 || !read_day(text, julian) || text[10] != 'T')
		return false;
	if (!read_digits(text + 11, 2, &hour) || text[13] != ':' || !read_digits(text + 14, 2, &minute) ||
		text[16] != ':' || !read_digits(text + 17, 2, &second))
		return false;
	if (hour > 23 || minute > 59 || second > 59)
		return false;
	*nanoseconds = 0;
	if (text[end] == '.')
	{
		while (end + 1 + digits < length && text[end + 1 + digits] >= '0' && text[end + 1 + digits] <= '9')
			digits++;
		if (digits < 1 || digits > 9 || !read_digits(text + end + 1, (int) digits, nanoseconds))
			return false;
		end += 1 + digits;
	}
	for (; digits < 9; digits++)
		*nanoseconds *= 10;
	if (!read_offset(text + end, length - end, &ahead))
		return false;
	*seconds = (hour * 60 + minute) * 60 + second - ahead;
	return true;
}

/* Nanoseconds since 1970, for comparing.  False for any other form or a time out of range. */
bool
parse_iso_nanoseconds(const char *text, size_t length, int64 *nanoseconds)
{
	int julian;
	int seconds;
	int fraction;
	int days;

	if (!read_timestamp(text, length, &julian, &seconds, &fraction))
		return false;
	days = julian - UNIX_EPOCH_JDATE;
	if (days < -100000 || days > 100000)
		return false;
	*nanoseconds = ((int64) days * 86400 + seconds) * INT64CONST(1000000000) + fraction;
	return true;
}

/* The same as timestamptz; digits beyond microseconds are cut, not rounded. */
bool
parse_iso_timestamp(const char *text, size_t length, TimestampTz *timestamp)
{
	int julian;
	int seconds;
	int fraction;

	if (!read_timestamp(text, length, &julian, &seconds, &fraction))
		return false;
	*timestamp = ((int64) (julian - POSTGRES_EPOCH_JDATE) * 86400 + seconds) * USECS_PER_SEC + fraction / 1000;
	return true;
}

/* YYYY-MM-DD as date. */
bool
parse_iso_date(const char *text, size_t length, DateADT *date)
{
	int julian;

	if (length != 10 || !read_day(text, &julian))
		return false;
	*date = julian - POSTGRES_EPOCH_JDATE;
	return true;
}

char *
iso_text(Oid type, Datum value)
{
	char buffer[MAXDATELEN + 1];
	int utc = 0;

	JsonEncodeDateTime(buffer, value, type, type == TIMESTAMPTZOID ? &utc : NULL);
	/* neither infinity nor years that have not four digits */
	if (buffer[4] != '-' || strstr(buffer, " BC") != NULL)
		return NULL;
	if (type == DATEOID)
		return pstrdup(buffer);
	return psprintf("%.*sZ", (int) strcspn(buffer, "+"), buffer);
}

/*
 * A copy in which a fraction of seconds has at most six digits, for the
 * server's input function, which would round the seventh.
 */
char *
cut_fraction(const char *text, size_t length)
{
	char *copy = pnstrdup(text, length);
	char *dot = strchr(copy, '.');
	char *end;

	if (dot == NULL)
		return copy;
	end = dot + 1 + strspn(dot + 1, "0123456789");
	if (end > dot + 7)
		memmove(dot + 7, end, strlen(end) + 1);
	return copy;
}

/*
 * A date, a time with or without zone as PostgreSQL compares it with a
 * timestamptz; false where that overflows.  It may be infinite.
 */
bool
moment_of_value(Oid type, Datum value, TimestampTz *moment)
{
	int overflow = 0;

	switch (type)
	{
		case DATEOID:
			*moment = date2timestamptz_opt_overflow(DatumGetDateADT(value), &overflow);
			break;
		case TIMESTAMPOID:
			*moment = timestamp2timestamptz_opt_overflow(DatumGetTimestamp(value), &overflow);
			break;
		default:
			*moment = DatumGetTimestampTz(value);
	}
	return overflow == 0;
}
