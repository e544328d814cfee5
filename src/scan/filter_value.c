/*
 * filter_value.c
 *		Single conditions of a filter: the operand made into what Attio reads.
 *
 * Owns: literals and their rounding (DESIGN.md 5.4 to 5.6).  Every condition
 * made here is true for each row for which PostgreSQL's is.
 */
#include "scan/filter_value.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#define USECS_PER_MSEC INT64CONST(1000)

/* Attio's times and dates have four-digit years. */
static bool
is_year_shown(int year)
{
	return year >= 1 && year <= 9999;
}

static JsonTree *
single(const char *op, JsonTree *value)
{
	JsonTree *condition = json_make_object();

	json_object_object_add(condition, op, value);
	return condition;
}

/* ----- numbers ----- */

/* The digits of a number as JSON, if Attio's double holds them; else NULL. */
static JsonTree *
number_literal(Oid type, Datum value)
{
	Oid function;
	bool is_varlena;
	char *text;
	int digits = 0;
	int decimals = 0;
	bool behind_point = false;

	getTypeOutputInfo(type, &function, &is_varlena);
	text = OidOutputFunctionCall(function, value);
	for (char *p = text; *p != '\0'; p++)
	{
		if (*p == '.')
			behind_point = true;
		else if (*p >= '0' && *p <= '9')
		{
			digits += (digits > 0 || *p != '0');
			decimals += behind_point;
		}
		else if (*p != '-')
			return NULL; /* NaN, Infinity */
	}
	if (digits > 15 || decimals > 4)
		return NULL;
	return json_object_new_double_s(strtod(text, NULL), text);
}

/* ----- dates and times ----- */

static JsonTree *
date_literal(DateADT date)
{
	int year;
	int month;
	int day;
	char text[16];

	if (DATE_NOT_FINITE(date))
		return NULL;
	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	if (!is_year_shown(year))
		return NULL;
	snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day);
	return json_object_new_string(text);
}

/* A time that is a whole millisecond, with date and time, as filters need it (API.md 13.31). */
static JsonTree *
time_literal(TimestampTz moment)
{
	struct pg_tm tm;
	fsec_t fraction;
	char text[40];

	if (TIMESTAMP_NOT_FINITE(moment) || timestamp2tm(moment, NULL, &tm, &fraction, NULL, NULL) != 0 ||
		!is_year_shown(tm.tm_year))
		return NULL;
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour,
			 tm.tm_min, tm.tm_sec, (int) (fraction / USECS_PER_MSEC));
	return json_object_new_string(text);
}

static TimestampTz
whole_millisecond(TimestampTz moment)
{
	TimestampTz rest = moment % USECS_PER_MSEC;

	return moment - (rest < 0 ? rest + USECS_PER_MSEC : rest);
}

/* Bounds rounded outwards: Attio keeps digits behind our microseconds. */
static JsonTree *
time_condition(TermOp op, TimestampTz moment)
{
	JsonTree *condition = json_make_object();
	JsonTree *literal;
	TimestampTz low;
	TimestampTz high;

	if (TIMESTAMP_NOT_FINITE(moment))
		return NULL;
	low = whole_millisecond(moment);
	/* the first whole millisecond behind every time that is cut to "moment" */
	high = (op == OP_LT && low == moment) ? low : low + USECS_PER_MSEC;
	if (op == OP_GE || op == OP_GT || op == OP_EQ)
	{
		literal = time_literal(low);
		if (literal == NULL)
			return NULL;
		json_object_object_add(condition, "$gte", literal);
	}
	if (op == OP_LT || op == OP_LE || op == OP_EQ)
	{
		literal = time_literal(high);
		if (literal == NULL)
			return NULL;
		json_object_object_add(condition, "$lt", literal);
	}
	return condition;
}

/* ----- text ----- */

/* Blanks of any kind, which a comparison might trim. */
static bool
is_blank(pg_wchar c)
{
	return c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0x1680 || (c >= 0x2000 && c <= 0x200f) ||
		   (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x2064) || c == 0x3000 || c == 0xfeff;
}

bool
filter_safe_text(const char *text)
{
	int length = (int) strlen(text);
	pg_wchar *wide;
	int n;

	if (length == 0)
		return false;
	wide = (pg_wchar *) palloc((length + 1) * sizeof(pg_wchar));
	n = pg_mb2wchar_with_len(text, wide, length);
	return !is_blank(wide[0]) && !is_blank(wide[n - 1]);
}

static bool
is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text & 0x80)
			return false;
	return true;
}

/* 8-4-4-4-12 hex digits: a title like that would be taken for an id. */
static bool
looks_like_id(const char *text)
{
	return strlen(text) == 36 && text[8] == '-' && text[13] == '-' && strspn(text, "0123456789abcdefABCDEF-") == 36;
}

static JsonTree *
text_condition(FilterClass class, const char *text)
{
	if (!filter_safe_text(text))
		return NULL;
	switch (class)
	{
		case FILTER_TEXT:
		case FILTER_TEXT_EQ:
			return single("$eq", json_object_new_string(text));
		case FILTER_LOWER:
			/* stored in lower case (measured), so that nothing else can be equal */
			if (!is_ascii(text))
				return NULL;
			return single("$eq", json_object_new_string(asc_tolower(text, strlen(text))));
		case FILTER_PHONE:
			return *text == '+' && is_ascii(text) ? single("$eq", json_object_new_string(text)) : NULL;
		case FILTER_CHOICE:
			return looks_like_id(text) ? NULL : single("$eq", json_object_new_string(text));
		default:
			return NULL;
	}
}

/* ----- the ways in ----- */

JsonTree *
filter_compare(FilterClass class, TermOp op, Oid type, Datum value)
{
	static const char *const ranges[] = {"$eq", NULL, "$lt", "$lte", "$gt", "$gte"};
	JsonTree *literal;

	if (op > OP_GE || op == OP_NE)
		return NULL;
	switch (class)
	{
		case FILTER_NUMBER:
			literal = number_literal(type, value);
			return literal == NULL ? NULL : single(ranges[op], literal);
		case FILTER_DATE:
			literal = date_literal(DatumGetDateADT(value));
			return literal == NULL ? NULL : single(ranges[op], literal);
		case FILTER_TIME:
			return time_condition(op, DatumGetTimestampTz(value));
		default:
			return op == OP_EQ ? text_condition(class, TextDatumGetCString(value)) : NULL;
	}
}

JsonTree *
filter_beside_pivot(FilterClass class, bool above)
{
	JsonTree *pivot = class == FILTER_NUMBER ? json_object_new_int(0)
					  : class == FILTER_DATE ? json_object_new_string("2000-01-01")
											 : json_object_new_string("2000-01-01T00:00:00.000Z");

	return single(above ? "$gte" : "$lt", pivot);
}

/* May a piece hold this character?  No wildcard, no escape, and only what all ways of folding agree on. */
static bool
is_plain_character(TermOp op, char c)
{
	if (c <= 0x20 || c >= 0x7f)
		return c == ' ';
	if (c == '\\' || c == '%' || c == '_')
		return false;
	return op != OP_ILIKE || strchr("iIkK", c) == NULL;
}

/* One piece of a pattern, blanks at its ends cut off; nothing is left of some. */
static List *
add_piece(List *conditions, TermOp op, const char *start, const char *end, bool at_start, bool at_end)
{
	const char *name;

	/* behind a blank that is cut the piece no longer touches the end */
	while (start < end && *start == ' ')
	{
		start++;
		at_start = false;
	}
	while (start < end && end[-1] == ' ')
	{
		end--;
		at_end = false;
	}
	if (start == end)
		return conditions;
	/* only $contains is documented to ignore case */
	name = op == OP_ILIKE || (!at_start && !at_end) ? "$contains" : at_start ? "$starts_with" : "$ends_with";
	return lappend(conditions, single(name, json_object_new_string_len(start, (int) (end - start))));
}

List *
filter_pattern(TermOp op, const char *pattern)
{
	List *conditions = NIL;
	const char *start = pattern;
	const char *p = pattern;

	if (op == OP_PREFIX)
	{
		while (*p != '\0' && is_plain_character(op, *p))
			p++;
		return add_piece(NIL, op, pattern, p, true, false);
	}
	for (;; p++)
	{
		if (*p != '\0' && is_plain_character(op, *p))
			continue;
		conditions = add_piece(conditions, op, start, p, start == pattern, *p == '\0');
		if (*p == '\0')
			return conditions;
		/* an escaped character is left out with its backslash */
		if (*p == '\\' && p[1] != '\0')
			p++;
		start = p + 1;
	}
}
