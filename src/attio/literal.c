/*
 * literal.c
 *		Single conditions of a filter: the operand made into what Attio reads.
 *
 * Owns: literals and their rounding.  Every condition made here is true for each
 * row for which PostgreSQL's is (docs/invariants.md 1.1).
 */
#include "attio/literal.h"

#include "base/fixed_settings.h"
#include "base/timestamps.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#define USECS_PER_MSEC INT64CONST(1000)

/* Numbers that travel as they are: what a double of four decimals keeps (docs/attio-api.md 8.10). */
#define MAX_DIGITS 15
#define MAX_DECIMALS 4

/* Attio's names of TermOps; that of OP_NE does not exist. */
static const char *const range_names[] = {"$eq", NULL, "$lt", "$lte", "$gt", "$gte"};

/* Attio's times and dates have four-digit years. */
static bool
is_year_shown(int year)
{
	return year >= 1 && year <= 9999;
}

/* {name: value} */
static JsonTree *
one_member(const char *op, JsonTree *value)
{
	JsonTree *condition = json_make_object();

	json_put(condition, op, value);
	return condition;
}

/* ----- numbers ----- */

/* What the text of a number looks like. */
typedef struct NumberShape
{
	int digits;   /* significant ones */
	int whole;    /* before the point, from the first that is not 0 */
	int decimals; /* behind it */
	int endless;  /* NaN and Infinity: 1, -Infinity: -1 */
} NumberShape;

static char *
number_as_text(Oid type, Datum value)
{
	return fixed_output(type, value);
}

/* How many digits stand where. */
static NumberShape
number_shape(const char *text)
{
	NumberShape shape = {0};
	bool behind_point = false;

	for (const char *p = text; *p != '\0'; p++)
	{
		if (*p == '.')
			behind_point = true;
		else if (*p >= '0' && *p <= '9')
		{
			shape.digits += (shape.digits > 0 || *p != '0');
			shape.whole += (!behind_point && shape.digits > 0);
			shape.decimals += behind_point;
		}
		else if (*p != '-')
		{
			shape.endless = text[0] == '-' ? -1 : 1;
			break;
		}
	}
	return shape;
}

/* Attio's numbers are doubles of four decimals (docs/attio-api.md 8.10). */
static bool
is_plain(NumberShape shape)
{
	return shape.endless == 0 && shape.digits <= MAX_DIGITS && shape.decimals <= MAX_DECIMALS;
}

bool
literal_is_plain_number(Oid type, Datum value)
{
	return is_plain(number_shape(number_as_text(type, value)));
}

static Datum
numeric_from_text(const char *text)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/* The nearest plain number on one side of this one; NULL where that is far away. */
static JsonTree *
number_bound(const char *text, NumberShape shape, bool above)
{
	int scale = Min(MAX_DECIMALS, MAX_DIGITS - shape.whole);
	Datum exact = numeric_from_text(text);
	Datum cut = DirectFunctionCall2(numeric_trunc, exact, Int32GetDatum(scale));
	int difference = DatumGetInt32(DirectFunctionCall2(numeric_cmp, cut, exact));
	Datum unit = numeric_from_text(psprintf("1e%d", -scale));

	if (shape.whole > 2 * MAX_DIGITS)
		return NULL;
	if (above && difference < 0)
		cut = DirectFunctionCall2(numeric_add, cut, unit);
	else if (!above && difference > 0)
		cut = DirectFunctionCall2(numeric_sub, cut, unit);
	return json_decimal(DatumGetCString(DirectFunctionCall1(numeric_out, cut)));
}

JsonTree *
literal_number(TermOp op, Oid type, Datum value)
{
	char *text = number_as_text(type, value);
	NumberShape shape = number_shape(text);
	bool above = (op == OP_LT || op == OP_LE);
	JsonTree *literal;

	if (is_plain(shape))
		return one_member(range_names[op], json_decimal(text));
	if (op == OP_EQ || shape.endless != 0)
		return NULL;
	literal = number_bound(text, shape, above);
	return literal == NULL ? NULL : one_member(above ? "$lte" : "$gte", literal);
}

int
literal_endless_number(Oid type, Datum value)
{
	return number_shape(number_as_text(type, value)).endless;
}

/* ----- dates and times ----- */

/* A date as Attio writes it; NULL where it cannot. */
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
	return json_text(text);
}

/* A time that is a whole millisecond, with date and time, as filters need it (docs/attio-api.md 8.5). */
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
	return json_text(text);
}

/* The last whole millisecond up to the moment. */
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
		json_put(condition, "$gte", literal);
	}
	if (op == OP_LT || op == OP_LE || op == OP_EQ)
	{
		literal = time_literal(high);
		if (literal == NULL)
			return NULL;
		json_put(condition, "$lt", literal);
	}
	return condition;
}

JsonTree *
literal_time(TermOp op, Oid type, Datum value)
{
	TimestampTz moment;

	return moment_of_value(type, value, &moment) ? time_condition(op, moment) : NULL;
}

int
literal_endless_time(Oid type, Datum value)
{
	TimestampTz moment;

	if (type == DATEOID && DATE_NOT_FINITE(DatumGetDateADT(value)))
		return DATE_IS_NOBEGIN(DatumGetDateADT(value)) ? -1 : 1;
	moment = type == DATEOID ? 0 : DatumGetTimestampTz(value);
	return TIMESTAMP_IS_NOBEGIN(moment) ? -1 : TIMESTAMP_IS_NOEND(moment) ? 1 : 0;
}

/* A time between two others, both rounded outwards; minus or plus infinity for none. */
static JsonTree *
time_between(TimestampTz low, TimestampTz high)
{
	JsonTree *condition = json_make_object();
	JsonTree *from = TIMESTAMP_NOT_FINITE(low) ? NULL : time_literal(whole_millisecond(low));
	JsonTree *to = TIMESTAMP_NOT_FINITE(high) ? NULL : time_literal(whole_millisecond(high) + USECS_PER_MSEC);

	if ((from == NULL && !TIMESTAMP_NOT_FINITE(low)) || (to == NULL && !TIMESTAMP_NOT_FINITE(high)))
		return NULL;
	if (from != NULL)
		json_put(condition, "$gte", from);
	if (to != NULL)
		json_put(condition, "$lt", to);
	return condition;
}

JsonTree *
filter_span(TermOp op, Oid type, Datum value, int days)
{
	bool has_low = (op == OP_GE || op == OP_GT || op == OP_EQ);
	bool has_high = (op == OP_LE || op == OP_LT || op == OP_EQ);
	TimestampTz moment;
	TimestampTz low;
	TimestampTz high;

	if (!moment_of_value(type, value, &moment) || TIMESTAMP_NOT_FINITE(moment))
		return NULL;
	/* A day more on both sides: zones have skipped whole ones. */
	if (pg_sub_s64_overflow(moment, USECS_PER_DAY, &low) ||
		pg_add_s64_overflow(moment, (days + 1) * USECS_PER_DAY, &high))
		return NULL;
	return time_between(has_low ? low : DT_NOBEGIN, has_high ? high : DT_NOEND);
}

/*
 * A date beside a time: between the days before and after that of the time in
 * the session's zone, which may be a week away from UTC.
 */
static JsonTree *
date_about(TermOp op, Oid type, Datum value)
{
	JsonTree *condition = json_make_object();
	JsonTree *literal;
	Timestamp moment = DatumGetTimestamp(value);
	struct pg_tm tm;
	fsec_t fraction;
	int zone;
	DateADT day;

	if (TIMESTAMP_NOT_FINITE(moment) ||
		timestamp2tm(moment, type == TIMESTAMPTZOID ? &zone : NULL, &tm, &fraction, NULL, NULL) != 0)
		return NULL;
	day = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
	if (op == OP_GE || op == OP_GT || op == OP_EQ)
	{
		literal = date_literal(day - 1);
		if (literal == NULL)
			return NULL;
		json_put(condition, "$gte", literal);
	}
	if (op == OP_LE || op == OP_LT || op == OP_EQ)
	{
		literal = date_literal(day + 1);
		if (literal == NULL)
			return NULL;
		json_put(condition, "$lte", literal);
	}
	return condition;
}

JsonTree *
literal_date(TermOp op, Oid type, Datum value)
{
	JsonTree *literal;

	if (type != DATEOID)
		return date_about(op, type, value);
	literal = date_literal(DatumGetDateADT(value));
	return literal == NULL ? NULL : one_member(range_names[op], literal);
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

/* {"$eq": text}; NULL where it is not equal in Attio to what it is equal to in SQL. */
static JsonTree *
equal_to_text(const char *word, bool can_be_sent)
{
	return can_be_sent && filter_safe_text(word) ? one_member("$eq", json_text(word)) : NULL;
}

JsonTree *
literal_text(TermOp op, Oid type, Datum value)
{
	return equal_to_text(TextDatumGetCString(value), true);
}

/* Stored in lower case (measured), so that nothing else can be equal. */
JsonTree *
literal_lower(TermOp op, Oid type, Datum value)
{
	const char *word = TextDatumGetCString(value);

	return is_ascii(word) ? equal_to_text(asc_tolower(word, strlen(word)), true) : NULL;
}

JsonTree *
literal_phone(TermOp op, Oid type, Datum value)
{
	const char *word = TextDatumGetCString(value);

	return equal_to_text(word, *word == '+' && is_ascii(word));
}

JsonTree *
literal_title(TermOp op, Oid type, Datum value)
{
	const char *word = TextDatumGetCString(value);

	return equal_to_text(word, !looks_like_id(word));
}

JsonTree *
literal_actor_type(TermOp op, Oid type, Datum value)
{
	const char *word = TextDatumGetCString(value);

	return equal_to_text(word, filter_is_actor_type(word));
}

bool
filter_is_actor_type(const char *type)
{
	return strcmp(type, "workspace-member") == 0 || strcmp(type, "api-token") == 0 || strcmp(type, "system") == 0;
}

/* ----- patterns ----- */

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
	return lappend(conditions, one_member(name, json_text_length(start, (int) (end - start))));
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
