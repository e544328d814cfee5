/*
 * affinity_options.c
 *		The options that are Affinity's own.
 *
 * Owns: their names, kinds and defaults, and the rules between them.  Must not
 * know how an option is used.
 */
#include "affinity/affinity_options.h"

#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"

static const char *const start_time_words[] = {"unknown", "inclusive", NULL};

static const char *const ignored_write_words[] = {"warning", "error", "ignore", NULL};

/* clang-format off */
static const OptionDef own_options[] = {
	/* name, place, kind, guard, default, min, max, words, meaning */
	{"earliest_date", ForeignServerRelationId, OPTION_DATE, GUARD_NONE, NULL, 0, 0, NULL,
	 "from which date (UTC) on interactions are read where no condition says so (one that compares with another table's column does not); unset means that a query must say so"},
	{"remote_start_time", ForeignServerRelationId, OPTION_WORD, GUARD_NONE, "unknown", 0, 0, start_time_words,
	 "whether Affinity returns interactions at the start_time that it is asked for; unknown asks for a second more, in windows that overlap"},
	{"latest_after", ForeignServerRelationId, OPTION_PERIOD, GUARD_NONE, "365d", 0, 36500 * DAY_MINUTES, NULL,
	 "how far ahead of now interactions are read at least where no condition says an end: meetings that are planned are rows, too"},
	{"requests_per_minute", ForeignServerRelationId, OPTION_INT, GUARD_NONE, "900", 1, 100000, NULL,
	 "requests per minute, of all sessions that use the key; Affinity allows 900, and fewer are made where its answers say so"},
	{"monthly_reserve", ForeignServerRelationId, OPTION_INT, GUARD_NONE, "0", 0, INT_MAX, NULL,
	 "requests of the account's month that are kept: one that would leave fewer is an error, and is not sent"},
	{"on_ignored_write", ForeignServerRelationId, OPTION_WORD, GUARD_NONE, "warning", 0, 0, ignored_write_words,
	 "what happens when Affinity stores other values than were sent"},
};
/* clang-format on */

/* A table shows one collection. */
static void
check_together(List *options, Oid place)
{
	if (place == ForeignTableRelationId && !option_is_set(options, "resource"))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND), errmsg("a foreign table needs the option \"resource\""),
				 errhint("For example: OPTIONS (resource 'interactions').")));
}

const OptionSet affinity_options = {
	.default_url = "https://api.affinity.co",
	.options = own_options,
	.noptions = lengthof(own_options),
	.check_together = check_together,
};
