/*
 * fixed_settings.c
 *		Input and output functions of types, whatever the session's settings are.
 *
 * Owns: under which settings values become text and texts become values: ISO
 * dates, UTC, all digits.  What is stored in the service, compared and logged depends
 * on nothing that a session may set.
 *
 * Settings are changed in a nesting level of their own, which an abort of the
 * (sub)transaction takes back, and only those that a type reads and that differ.
 */
#include "base/fixed_settings.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "pgtime.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/bytea.h"
#include "utils/float.h"
#include "utils/lsyscache.h"
#include "utils/xml.h"

static bool
is_date_style(void)
{
	return DateStyle == USE_ISO_DATES && DateOrder == DATEORDER_MDY;
}

static bool
is_interval_style(void)
{
	return IntervalStyle == INTSTYLE_POSTGRES;
}

static bool
is_utc(void)
{
	return session_timezone != NULL && strcmp(pg_get_timezone_name(session_timezone), "UTC") == 0;
}

/* all values above 0 mean the shortest digits that make the same number */
static bool
has_all_digits(void)
{
	return extra_float_digits > 0;
}

static bool
is_money_plain(void)
{
	return strcmp(locale_monetary, "C") == 0;
}

static bool
is_bytea_hex(void)
{
	return bytea_output == BYTEA_OUTPUT_HEX;
}

static bool
is_xml_content(void)
{
	return xmloption == XMLOPTION_CONTENT;
}

static bool
has_array_nulls(void)
{
	return Array_nulls;
}

static bool
is_quoting_least(void)
{
	return !quote_all_identifiers;
}

static bool
is_path_empty(void)
{
	return strcmp(namespace_search_path, "pg_catalog") == 0;
}

#define DATES (1 << 0)
#define INTERVALS (1 << 1)
#define ZONE (1 << 2)
#define FLOATS (1 << 3)
#define MONEY (1 << 4)
#define BYTEAS (1 << 5)
#define XMLS (1 << 6)
#define NULLS (1 << 7)
#define QUOTES (1 << 8)
#define PATH (1 << 9)

/* A setting stands at the place of its bit. */
static const struct
{
	const char *name;
	const char *value;
	bool (*is_set)(void);
} settings[] = {
	{"datestyle", "ISO, MDY", is_date_style},
	{"intervalstyle", "postgres", is_interval_style},
	{"timezone", "UTC", is_utc},
	{"extra_float_digits", "3", has_all_digits},
	{"lc_monetary", "C", is_money_plain},
	{"bytea_output", "hex", is_bytea_hex},
	{"xmloption", "content", is_xml_content},
	{"array_nulls", "on", has_array_nulls},
	{"quote_all_identifiers", "off", is_quoting_least},
	{"search_path", "pg_catalog", is_path_empty},
};

/* What a base type's functions read; a type that is not listed may read any. */
static const struct
{
	Oid type;
	bits32 settings;
} types[] = {
	{TEXTOID, 0},
	{VARCHAROID, 0},
	{BPCHAROID, 0},
	{NAMEOID, 0},
	{BOOLOID, 0},
	{INT2OID, 0},
	{INT4OID, 0},
	{INT8OID, 0},
	{NUMERICOID, 0},
	{UUIDOID, 0},
	{JSONOID, 0},
	{JSONBOID, 0},
	{OIDOID, 0},
	{BITOID, 0},
	{VARBITOID, 0},
	{INETOID, 0},
	{CIDROID, 0},
	{MACADDROID, 0},
	{TSVECTOROID, 0},
	{FLOAT4OID, FLOATS},
	{FLOAT8OID, FLOATS},
	{DATEOID, DATES | ZONE},
	{TIMEOID, DATES | ZONE},
	{TIMETZOID, DATES | ZONE},
	{TIMESTAMPOID, DATES | ZONE},
	{TIMESTAMPTZOID, DATES | ZONE},
	{INTERVALOID, INTERVALS},
	{MONEYOID, MONEY},
	{BYTEAOID, BYTEAS},
};

/* The settings that the functions of a type, or of a domain's base type, read: bits for fixed_settings_begin(). */
bits32
fixed_settings_of_type(Oid type)
{
	Oid base = getBaseType(type);

	for (int i = 0; i < (int) lengthof(types); i++)
		if (types[i].type == base)
			return types[i].settings;
	if (get_typtype(base) == TYPTYPE_ENUM)
		return 0;
	return (1 << lengthof(settings)) - 1;
}

/*
 * Fix these settings until fixed_settings_end(), which takes the result.  What
 * belongs to the user (a domain's constraints, the executor) must not run
 * between the two.
 */
int
fixed_settings_begin(bits32 wanted)
{
	int level = 0;

	for (int i = 0; i < (int) lengthof(settings); i++)
	{
		if ((wanted & (1 << i)) == 0 || settings[i].is_set())
			continue;
		if (level == 0)
			level = NewGUCNestLevel();
		(void) set_config_option(settings[i].name, settings[i].value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true,
								 0, false);
	}
	return level;
}

void
fixed_settings_end(int level)
{
	if (level != 0)
		AtEOXact_GUC(true, level);
}

/* A value's text by its type's output function, in the current memory context. */
char *
fixed_output(Oid type, Datum value)
{
	bits32 wanted = fixed_settings_of_type(type);
	int level = wanted == 0 ? 0 : fixed_settings_begin(wanted);
	Oid function;
	bool is_varlena;
	char *text;

	getTypeOutputInfo(type, &function, &is_varlena);
	text = OidOutputFunctionCall(function, value);
	fixed_settings_end(level);
	return text;
}

/* What a function makes of a value of this type. */
Datum
fixed_call(Oid type, PGFunction function, Datum value)
{
	int level = fixed_settings_begin(fixed_settings_of_type(type));
	Datum result = DirectFunctionCall1(function, value);

	fixed_settings_end(level);
	return result;
}
