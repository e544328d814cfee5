/*
 * option_values.h
 *		What an option is, and which values it may have.
 */
#ifndef BASE_OPTION_VALUES_H
#define BASE_OPTION_VALUES_H

#include "base/compat.h"

typedef enum OptionKind
{
	OPTION_TEXT,
	OPTION_SECRET,   /* a key, which no message may show */
	OPTION_PASSWORD, /* text that no message may show */
	OPTION_URL,
	OPTION_PROXY,
	OPTION_UUID,
	OPTION_BOOL,
	OPTION_INT,
	OPTION_DURATION, /* milliseconds; units as in postgresql.conf */
	OPTION_PERIOD,   /* minutes; units as in postgresql.conf, such as days */
	OPTION_DATE,     /* a date as 2026-01-31 */
	OPTION_SIZE,     /* bytes; units as in postgresql.conf */
	OPTION_WORD      /* one of a fixed set */
} OptionKind;

/* A day, as bounds of durations and of periods. */
#define DAY_MS (24 * 60 * 60 * 1000)
#define DAY_MINUTES (24 * 60)

typedef enum OptionGuard
{
	GUARD_NONE,
	GUARD_SUPERUSER,   /* only a superuser may set it */
	GUARD_FILE_READER, /* superuser or pg_read_server_files */
	GUARD_FOREIGN_URL  /* superuser, unless it is the service's own address */
} OptionGuard;

typedef struct OptionDef
{
	const char *name;
	Oid place; /* catalog whose objects carry the option */
	OptionKind kind;
	OptionGuard guard;
	const char *fallback; /* default, as text; NULL = unset */
	int min;              /* bounds of int, duration, size */
	int max;
	const char *const *words; /* OPTION_WORD: NULL-terminated */
	const char *meaning;      /* one line for the documentation */
} OptionDef;

/* ERROR unless the value is legal for the kind of the option.  "example" is an address of the service, for people. */
extern void option_check_value(const OptionDef *option, const char *value, const char *example);

/*
 * The value of an int, of a duration in milliseconds, of a period in minutes, or
 * of a size in bytes.  ERROR where it is none, or out of the option's bounds.
 */
extern int option_number(const OptionDef *option, const char *value);

/* What may be written for an option, for the docs; in the current memory context. */
extern char *option_legal(const OptionDef *option);

#endif /* BASE_OPTION_VALUES_H */
