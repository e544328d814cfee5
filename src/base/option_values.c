/*
 * option_values.c
 *		Which values an option may have.
 *
 * Owns: the rules of each kind of option.  Must not know which options there are,
 * nor who may set them.  No message of this file shows the value of a secret.
 */
#include "base/option_values.h"

#include "base/errors.h"
#include "base/timestamps.h"
#include "base/uuid_text.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/uuid.h"

/* The value is not valid; the message does not show a secret.  Does not return. */
static void
report_bad_value(const OptionDef *option, const char *value, const char *expected)
{
	if (option->kind == OPTION_SECRET || option->kind == OPTION_PASSWORD)
		ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
						errmsg("invalid value for option \"%s\"", option->name), errhint("%s", expected)));
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("invalid value for option \"%s\": \"%s\"", option->name, clean_text(value, strlen(value), 100)),
			 errhint("%s", expected)));
}

int
option_number(const OptionDef *option, const char *value)
{
	static const struct
	{
		OptionKind kind;
		int flags;
		const char *unit;
		const char *example;
	} kinds[] = {
		{OPTION_DURATION, GUC_UNIT_MS, " milliseconds", ", with a unit such as ms, s or min"},
		{OPTION_PERIOD, GUC_UNIT_MIN, " minutes", ", with a unit such as d or h"},
		{OPTION_SIZE, GUC_UNIT_BYTE, " bytes", ", with a unit such as kB or MB"},
		{OPTION_INT, 0, "", ""},
	};
	int kind = 0;
	int result;

	while (kinds[kind].kind != option->kind && kinds[kind].kind != OPTION_INT)
		kind++;
	if (!parse_int(value, &result, kinds[kind].flags, NULL) || result < option->min || result > option->max)
		report_bad_value(option, value,
						 psprintf("Valid values are whole numbers from %d to %d%s%s.", option->min, option->max,
								  kinds[kind].unit, kinds[kind].example));
	return result;
}

/*
 * A time must have a unit, because nobody means a bare number of milliseconds or
 * minutes; 0 needs none.  Values that are in a catalog already are still read.
 */
static void
check_unit(const OptionDef *option, const char *value)
{
	const char *digits = value + strspn(value, " \t\r\n+");
	const char *rest = digits + strspn(digits, "0123456789.");

	if (*digits != '\0' && rest[strspn(rest, " \t\r\n")] == '\0' && strspn(digits, "0.") != (size_t) (rest - digits))
		ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
						errmsg("option \"%s\" needs a unit: \"%s\"", option->name, value),
						option->kind == OPTION_PERIOD
							? errhint("Write \"%sd\" for days or \"%sh\" for hours.", digits, digits)
							: errhint("Write \"%ss\" for seconds or \"%sms\" for milliseconds.", digits, digits)));
}

/* ERROR unless the value is one of the option's words. */
static void
check_word(const OptionDef *option, const char *value)
{
	StringInfoData legal;

	initStringInfo(&legal);
	for (int i = 0; option->words[i] != NULL; i++)
	{
		if (strcmp(option->words[i], value) == 0)
			return;
		appendStringInfo(&legal, "%s\"%s\"", i > 0 ? ", " : "", option->words[i]);
	}
	report_bad_value(option, value, psprintf("Valid values are %s.", legal.data));
}

/*
 * Does this http URL name a literal loopback address?  Names such as
 * "localhost" do not count: they go through a resolver.
 */
static bool
url_is_loopback(const char *url)
{
	const char *host = strstr(url, "://");
	const char *rest;

	if (host == NULL)
		return false;
	host += 3;
	if (strncmp(host, "[::1]", 5) == 0)
		rest = host + 5;
	else
	{
		if (strncmp(host, "127.", 4) != 0)
			return false;
		rest = host + strspn(host, "0123456789.");
	}
	return *rest == '\0' || *rest == ':' || *rest == '/';
}

/* ERROR unless the value is an https address, or an http one of a loopback address. */
static void
check_url(const OptionDef *option, const char *value, const char *example)
{
	bool plain = strncmp(value, "http://", 7) == 0;
	const char *host = plain ? value + 7 : value + 8;

	if (!plain && strncmp(value, "https://", 8) != 0)
		report_bad_value(option, value, psprintf("Valid values are https addresses, such as %s.", example));
	if (strpbrk(value, "@?#\\ \t\r\n") != NULL || *host == '\0' || *host == '/' || *host == ':')
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE), errmsg("invalid value for option \"%s\"", option->name),
				 errhint("The address consists of scheme, host, and optionally port and path; a key belongs in the "
						 "user mapping.")));
	if (plain && !url_is_loopback(value))
		report_bad_value(option, value,
						 "Without TLS only a literal loopback address is allowed, such as http://127.0.0.1:8080.");
}

/*
 * The address of a proxy: a scheme that libcurl knows, or none, a host, perhaps
 * a port.  The message does not show it: there may be a password in it.
 */
static void
check_proxy(const OptionDef *option, const char *value)
{
	static const char *const schemes[] = {"http://", "https://", "socks4://", "socks4a://", "socks5://", "socks5h://"};
	const char *host = value;
	const char *rest;
	bool good;

	for (int i = 0; i < (int) lengthof(schemes); i++)
		if (pg_strncasecmp(value, schemes[i], strlen(schemes[i])) == 0)
			host = value + strlen(schemes[i]);
	if (*host == '[')
	{
		rest = host + 1 + strspn(host + 1, "0123456789abcdefABCDEF:.");
		good = rest > host + 1 && *rest == ']';
		rest += good;
	}
	else
	{
		rest = host + strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_");
		good = rest > host;
	}
	if (good && *rest == ':')
	{
		size_t digits = strspn(rest + 1, "0123456789");

		good = digits >= 1 && digits <= 5 && atoi(rest + 1) >= 1 && atoi(rest + 1) <= 65535;
		rest += 1 + digits;
	}
	if (good && *rest == '/')
		rest++;
	if (!good || *rest != '\0')
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE), errmsg("invalid value for option \"%s\"", option->name),
				 errhint("A valid value is an address such as http://proxy.example:3128; user name and password belong "
						 "in the options proxy_user and proxy_password of the user mapping.")));
}

/* A password: any text without control characters. */
static void
check_password(const OptionDef *option, const char *value)
{
	bool good = *value != '\0';

	for (const char *at = value; *at != '\0' && good; at++)
		good = (unsigned char) *at >= 0x20 && *at != 0x7f;
	if (!good)
		report_bad_value(option, value, "The value must not be empty or contain control characters.");
}

void
option_check_value(const OptionDef *option, const char *value, const char *example)
{
	switch (option->kind)
	{
		case OPTION_TEXT:
			if (*value == '\0')
				report_bad_value(option, value, "The value must not be empty.");
			break;
		case OPTION_SECRET:
			if (*value == '\0' || value[strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
													  "-._~+/=:")] != '\0')
				report_bad_value(option, value,
								 "A key consists of letters, digits and -._~+/=: characters, without blanks.");
			break;
		case OPTION_URL:
			check_url(option, value, example);
			break;
		case OPTION_PROXY:
			check_proxy(option, value);
			break;
		case OPTION_PASSWORD:
			check_password(option, value);
			break;
		case OPTION_UUID:
		{
			unsigned char ignored[UUID_LEN];

			if (!parse_uuid_text(value, strlen(value), ignored))
				report_bad_value(option, value,
								 "A valid value is a UUID such as 97052eb9-e65e-443f-a297-f2d9a4a7f795.");
			break;
		}
		case OPTION_BOOL:
		{
			bool ignored;

			if (!parse_bool(value, &ignored))
				report_bad_value(option, value, "Valid values are \"true\" and \"false\".");
			break;
		}
		case OPTION_DURATION:
		case OPTION_PERIOD:
			(void) option_number(option, value);
			check_unit(option, value);
			break;
		case OPTION_DATE:
		{
			DateADT ignored;

			if (!parse_iso_date(value, strlen(value), &ignored))
				report_bad_value(option, value, "A valid value is a date such as 2020-01-31.");
			break;
		}
		case OPTION_INT:
		case OPTION_SIZE:
			(void) option_number(option, value);
			break;
		case OPTION_WORD:
			check_word(option, value);
			break;
	}
}

/* A number of the table as the docs show it: 86400000 ms are 1d. */
static char *
shown_bound(const OptionDef *option, int bound)
{
	static const struct
	{
		OptionKind kind;
		int size;
		const char *unit;
	} units[] = {{OPTION_DURATION, DAY_MS, "d"},   {OPTION_DURATION, 1000, "s"},
				 {OPTION_DURATION, 1, "ms"},       {OPTION_PERIOD, DAY_MINUTES, "d"},
				 {OPTION_PERIOD, 60, "h"},         {OPTION_SIZE, 1024 * 1024 * 1024, "GB"},
				 {OPTION_SIZE, 1024 * 1024, "MB"}, {OPTION_SIZE, 1024, "kB"}};

	for (int i = 0; i < lengthof(units) && bound != 0; i++)
		if (units[i].kind == option->kind && bound % units[i].size == 0)
			return psprintf("%d%s", bound / units[i].size, units[i].unit);
	return psprintf("%d", bound);
}

char *
option_legal(const OptionDef *option)
{
	StringInfoData words;

	switch (option->kind)
	{
		case OPTION_TEXT:
			return pstrdup("text");
		case OPTION_SECRET:
			return pstrdup("a key, never shown");
		case OPTION_PASSWORD:
			return pstrdup("text, never shown");
		case OPTION_URL:
		case OPTION_PROXY:
			return pstrdup("an address");
		case OPTION_UUID:
			return pstrdup("a uuid");
		case OPTION_BOOL:
			return pstrdup("true, false");
		case OPTION_DATE:
			return pstrdup("a date");
		case OPTION_INT:
		case OPTION_DURATION:
		case OPTION_PERIOD:
		case OPTION_SIZE:
			if (option->max == INT_MAX)
				return psprintf("%s or more", shown_bound(option, option->min));
			return psprintf("%s to %s", shown_bound(option, option->min), shown_bound(option, option->max));
		case OPTION_WORD:
			break;
	}
	initStringInfo(&words);
	for (int i = 0; option->words[i] != NULL; i++)
		appendStringInfo(&words, "%s%s", i > 0 ? ", " : "", option->words[i]);
	return words.data;
}
