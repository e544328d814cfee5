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

#include "base/option_values.h"

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
