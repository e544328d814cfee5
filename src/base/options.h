/*
 * options.h
 *		Tables of options, and how to read a value.
 *
 * Every option of server, user mapping, table and column stands in a table, that
 * of every service or that of one, with its kind, legal values, default and
 * meaning; validator, readers and docs/options.md (checked by a test) follow it.
 */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

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

/* The options of one service, beside those of every service. */
typedef struct OptionSet
{
	const char *default_url; /* address of the API */
	const OptionDef *options;
	int noptions;

	/* Rules that look at several options of one place at once; NULL = there are none. */
	void (*check_together)(List *options, Oid place);
} OptionSet;

extern List *options_of(const OptionSet *set);
extern void options_validate(const OptionSet *set, List *options, Oid place);
extern const char *options_at_most_one(List *options, const char *const *names, int nnames);
extern const char *option_text(const OptionSet *set, List *options, Oid place, const char *name);
extern int option_int(const OptionSet *set, List *options, Oid place, const char *name);
extern bool option_bool(const OptionSet *set, List *options, Oid place, const char *name);
extern const char *option_if_set(List *options, const char *name);
extern bool option_is_set(List *options, const char *name);
extern const char *option_set_by(const OptionSet *set, const OptionDef *option);
extern const char *option_fallback(const OptionSet *set, const OptionDef *option);

#endif /* BASE_OPTIONS_H */
