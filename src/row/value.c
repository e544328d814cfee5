/*
 * value.c
 *		From one slice of JSON to one datum of a column's type.
 *
 * Owns: conversions.  Common types have a quick way for the form in which services
 * send them; whatever else comes goes through the type's input function, which
 * refuses what the type cannot hold, under settings that no session changes.
 * Numbers go from text to numeric, never through a double.  The caller's error
 * context names column and row.
 */
#include "row/value.h"

#include "base/errors.h"
#include "base/fixed_settings.h"
#include "base/timestamps.h"
#include "base/uuid_text.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/*
 * Raises ERROR where the text is not valid UTF-8.  What has only ASCII is, and
 * most has: the tokenizer has refused NUL and other control characters.
 */
static void
verify_utf8(const char *text, size_t length)
{
	uint64 bits = 0;
	size_t i = 0;

	for (; i + sizeof(uint64) <= length; i += sizeof(uint64))
	{
		uint64 word;

		memcpy(&word, text + i, sizeof(word));
		bits |= word;
	}
	for (; i < length; i++)
		bits |= (unsigned char) text[i];
	if ((bits & UINT64CONST(0x8080808080808080)) != 0)
		(void) pg_verify_mbstr(PG_UTF8, text, (int) length, false);
}

/*
 * The text of a string slice, escapes resolved, zero-terminated, in the current
 * memory context.  Raises ERROR for U+0000, broken surrogates and invalid UTF-8.
 */
char *
value_string(const TokSlice *slice, size_t *length)
{
	char *text = (char *) palloc(slice->length + 1);

	*length = slice->length;
	if (slice->escaped)
	{
		long plain = tok_unescape(slice->start, slice->length, text);

		if (plain < 0)
			ereport(ERROR, (errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
							errmsg("a string in the answer contains a character that text cannot represent"),
							errdetail("U+0000, or half of a surrogate pair.")));
		*length = (size_t) plain;
	}
	else
		memcpy(text, slice->start, slice->length);
	text[*length] = '\0';
	verify_utf8(text, *length);
	return text;
}

/* Is it a string of these letters, none of them escaped? */
bool
value_is_text(const TokSlice *slice, const char *text)
{
	return slice != NULL && slice->kind == TOK_STRING && slice->length == strlen(text) &&
		   memcmp(slice->start, text, slice->length) == 0;
}

/* The text of any slice: of a string its contents, else the JSON itself. */
static char *
slice_text(const TokSlice *slice, size_t *length)
{
	if (slice->kind == TOK_STRING)
		return value_string(slice, length);
	*length = slice->length;
	return pnstrdup(slice->start, slice->length);
}

static Datum
call_input_function(ValueReader *reader, char *text)
{
	int level = reader->settings == 0 ? 0 : fixed_settings_begin(reader->settings);
	Datum value = InputFunctionCall(&reader->input, text, reader->ioparam, reader->typmod);

	fixed_settings_end(level);
	return value;
}

/* The way for every type: the input function. */
static Datum
by_input_function(ValueReader *reader, const TokSlice *slice)
{
	size_t length;

	return call_input_function(reader, slice_text(slice, &length));
}

/* A string without its escapes; anything else as it is written. */
static Datum
slice_to_text(ValueReader *reader, const TokSlice *slice)
{
	text *result;

	(void) reader;
	/* The common case makes no intermediate copy. */
	if (slice->kind == TOK_STRING && !slice->escaped)
	{
		verify_utf8(slice->start, slice->length);
		return PointerGetDatum(cstring_to_text_with_len(slice->start, (int) slice->length));
	}
	else
	{
		size_t length;
		char *plain = slice_text(slice, &length);

		result = cstring_to_text_with_len(plain, (int) length);
		pfree(plain);
	}
	return PointerGetDatum(result);
}

/* Whole numbers of up to 18 digits; false for any other form. */
static bool
read_integer(const TokSlice *slice, int64 *value)
{
	const char *p = slice->start;
	const char *end = p + slice->length;
	bool negative = (*p == '-');

	if (slice->kind != TOK_NUMBER || slice->length > 18)
		return false;
	*value = 0;
	for (p += negative; p < end; p++)
	{
		if (*p < '0' || *p > '9')
			return false;
		*value = *value * 10 + (*p - '0');
	}
	if (negative)
		*value = -*value;
	return true;
}

static Datum
slice_to_numeric(ValueReader *reader, const TokSlice *slice)
{
	int64 value;

	if (reader->typmod < 0 && read_integer(slice, &value))
		return NumericGetDatum(int64_to_numeric(value));
	return by_input_function(reader, slice);
}

static Datum
slice_to_int2(ValueReader *reader, const TokSlice *slice)
{
	int64 value;

	if (read_integer(slice, &value) && value >= PG_INT16_MIN && value <= PG_INT16_MAX)
		return Int16GetDatum((int16) value);
	return by_input_function(reader, slice);
}

static Datum
slice_to_int4(ValueReader *reader, const TokSlice *slice)
{
	int64 value;

	if (read_integer(slice, &value) && value >= PG_INT32_MIN && value <= PG_INT32_MAX)
		return Int32GetDatum((int32) value);
	return by_input_function(reader, slice);
}

static Datum
slice_to_int8(ValueReader *reader, const TokSlice *slice)
{
	int64 value;

	if (read_integer(slice, &value))
		return Int64GetDatum(value);
	return by_input_function(reader, slice);
}

static Datum
slice_to_bool(ValueReader *reader, const TokSlice *slice)
{
	if (slice->kind == TOK_TRUE || slice->kind == TOK_FALSE)
		return BoolGetDatum(slice->kind == TOK_TRUE);
	return by_input_function(reader, slice);
}

static Datum
slice_to_date(ValueReader *reader, const TokSlice *slice)
{
	DateADT date;

	if (slice->kind == TOK_STRING && parse_iso_date(slice->start, slice->length, &date))
		return DateADTGetDatum(date);
	return by_input_function(reader, slice);
}

/* With a zone or without one: the time is UTC's. */
static Datum
slice_to_timestamp(ValueReader *reader, const TokSlice *slice)
{
	TimestampTz timestamp;

	if (slice->kind == TOK_STRING && reader->typmod < 0 && parse_iso_timestamp(slice->start, slice->length, &timestamp))
		return TimestampTzGetDatum(timestamp);
	if (slice->kind == TOK_STRING && !slice->escaped)
		return call_input_function(reader, cut_fraction(slice->start, slice->length));
	return by_input_function(reader, slice);
}

/* A UUID in its usual form; other forms by the input function. */
static Datum
slice_to_uuid(ValueReader *reader, const TokSlice *slice)
{
	pg_uuid_t *uuid;

	if (slice->kind != TOK_STRING)
		return by_input_function(reader, slice);
	uuid = (pg_uuid_t *) palloc(sizeof(pg_uuid_t));
	if (!parse_uuid_text(slice->start, slice->length, uuid->data))
		return by_input_function(reader, slice);
	return UUIDPGetDatum(uuid);
}

/* A number is one of seconds; a text is what the type reads. */
static Datum
slice_to_interval(ValueReader *reader, const TokSlice *slice)
{
	char *digits;

	if (slice->kind != TOK_NUMBER)
		return by_input_function(reader, slice);
	digits = pnstrdup(slice->start, slice->length);
	/* the input function knows no exponents */
	if (strpbrk(digits, "eE") != NULL)
		digits = DatumGetCString(
			DirectFunctionCall1(numeric_out, DirectFunctionCall3(numeric_in, CStringGetDatum(digits),
																 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1))));
	return call_input_function(reader, psprintf("%s seconds", digits));
}

/* json and jsonb show the value itself, a string with its quotes. */
static Datum
slice_to_json(ValueReader *reader, const TokSlice *slice)
{
	bool string = slice->kind == TOK_STRING;
	char *text = pnstrdup(slice->start - string, slice->length + 2 * string);
	Datum result;

	verify_utf8(text, slice->length + 2 * string);
	result = call_input_function(reader, text);
	pfree(text);
	return result;
}

static const struct
{
	Oid type;
	ValueFunction convert;
} value_functions[] = {
	{TEXTOID, slice_to_text},           {NUMERICOID, slice_to_numeric},
	{INT2OID, slice_to_int2},           {INT4OID, slice_to_int4},
	{INT8OID, slice_to_int8},           {BOOLOID, slice_to_bool},
	{DATEOID, slice_to_date},           {TIMESTAMPTZOID, slice_to_timestamp},
	{TIMESTAMPOID, slice_to_timestamp}, {UUIDOID, slice_to_uuid},
	{JSONOID, slice_to_json},           {JSONBOID, slice_to_json},
	{INTERVALOID, slice_to_interval},
};

/* A text that stands in no page, as a slice of a JSON string; in the current memory context. */
void
value_slice_of_text(TokSlice *slice, const char *text)
{
	StringInfoData quoted;

	initStringInfo(&quoted);
	escape_json(&quoted, text);
	memset(slice, 0, sizeof(*slice));
	slice->start = quoted.data + 1;
	slice->length = (uint32_t) (quoted.len - 2);
	slice->kind = TOK_STRING;
	slice->escaped = memchr(slice->start, '\\', slice->length) != NULL;
}

/* Prepare for values of a base type.  A typmod is honoured. */
void
value_reader_init(ValueReader *reader, Oid type, int32 typmod)
{
	Oid function;

	reader->type = type;
	reader->typmod = typmod;
	reader->convert = by_input_function;
	for (int i = 0; i < (int) lengthof(value_functions); i++)
		if (value_functions[i].type == type)
			reader->convert = value_functions[i].convert;
	getTypeInputInfo(type, &function, &reader->ioparam);
	fmgr_info(function, &reader->input);
	reader->settings = fixed_settings_of_type(type);
}

int64
value_nanoseconds(ValueReader *moment, const TokSlice *slice)
{
	int64 nanoseconds;
	int64 microseconds;

	if (slice->kind == TOK_STRING && parse_iso_nanoseconds(slice->start, slice->length, &nanoseconds))
		return nanoseconds;
	microseconds = DatumGetTimestampTz(moment->convert(moment, slice));
	microseconds += (int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
	if (microseconds > PG_INT64_MAX / 1000 || microseconds < PG_INT64_MIN / 1000)
		return microseconds > 0 ? PG_INT64_MAX : PG_INT64_MIN;
	return microseconds * 1000;
}
