/*
 * param_texts.c
 *		Values as parameters show them.
 *
 * Owns: how a value of each type is written.  Must not know which parameter asks
 * for what.
 */
#include "remote/param_texts.h"

#include "base/fixed_settings.h"
#include "base/timestamps.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

bool
param_is_integer(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

bool
param_is_time(Oid type)
{
	return type == TIMESTAMPTZOID || type == TIMESTAMPOID || type == DATEOID;
}

/* 2026-01-31T08:00:00Z; fractions of a second where there are some. */
static char *
moment_text(TimestampTz moment)
{
	struct pg_tm tm;
	fsec_t fraction;
	char *text;

	if (TIMESTAMP_NOT_FINITE(moment) || timestamp2tm(moment, NULL, &tm, &fraction, NULL, NULL) != 0 || tm.tm_year < 1 ||
		tm.tm_year > 9999)
		return NULL;
	text =
		psprintf("%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return fraction == 0 ? psprintf("%sZ", text) : psprintf("%s.%06dZ", text, (int) fraction);
}

TimestampTz
param_last_moment(void)
{
	return (date2j(10000, 1, 1) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY - USECS_PER_SEC;
}

char *
param_text(const ParamDef *param, Oid field, Oid type, Datum value)
{
	TimestampTz moment;
	char *text;
	char *short_text;

	if (param->write != NULL)
		return param->write(value, type);
	if (field == TIMESTAMPTZOID)
		return moment_of_value(type, value, &moment) ? moment_text(moment) : NULL;
	if (param->words != NULL)
	{
		const char *sent = word_sent(param->words, fixed_output(type, value));

		return sent == NULL ? NULL : pstrdup(sent);
	}
	if (type == BOOLOID)
		return pstrdup(DatumGetBool(value) ? "true" : "false");
	/* the text of a uuid takes a kilobyte, of which there may be many */
	text = fixed_output(type, value);
	short_text = pstrdup(text);
	pfree(text);
	return short_text;
}

bool
param_next_value(Oid type, Datum *value)
{
	int64 next;

	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
			next = type == INT2OID   ? DatumGetInt16(*value)
				   : type == INT4OID ? DatumGetInt32(*value)
									 : DatumGetInt64(*value);
			if (pg_add_s64_overflow(next, 1, &next))
				return false;
			*value = Int64GetDatum(next);
			return true;
		case DATEOID:
			if (DATE_NOT_FINITE(DatumGetDateADT(*value)))
				return false;
			*value = DateADTGetDatum(DatumGetDateADT(*value) + 1);
			return true;
		default:
			if (TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(*value)) ||
				pg_add_s64_overflow(DatumGetTimestampTz(*value), 1, &next))
				return false;
			*value = TimestampTzGetDatum(next);
			return true;
	}
}
