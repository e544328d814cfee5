/*
 * guc.c
 *		Settings of a session.
 *
 * Owns: the attio_fdw.* settings.
 */
#include "base/guc.h"

#include "utils/guc.h"
#include "utils/plancache.h"

int setting_request_timeout = 0;
bool setting_log_requests = false;
int setting_max_requests = 0;
bool setting_read_only = false;
bool setting_dry_run = false;
bool setting_allow_copy = false;
bool setting_allow_unqualified_writes = false;
int setting_max_rows_written = 1000;
bool setting_log_writes = true;
bool setting_push_filter = true;
bool setting_enable_batched_join = true;
bool setting_push_count = true;
bool setting_push_sort = true;
bool setting_push_limit = true;

/*
 * Settings that planning reads: plans that are kept were made under the old
 * value, so they are made again.  (This neither allocates nor fails, as befits
 * an assign hook; the server does it for a setting of its own.)
 */
#define FORGETS_PLANS(setting)                                                                                         \
	static void assign_##setting(bool value, void *extra)                                                              \
	{                                                                                                                  \
		if (value != setting_##setting)                                                                                \
			ResetPlanCache();                                                                                          \
	}

FORGETS_PLANS(push_filter)
FORGETS_PLANS(push_sort)
FORGETS_PLANS(push_limit)
FORGETS_PLANS(push_count)
FORGETS_PLANS(enable_batched_join)

/* Define all settings; called once from _PG_init. */
void
settings_define(void)
{
	DefineCustomIntVariable("attio_fdw.request_timeout",
							"Longest time that a request of this session may be without progress.",
							"0 uses the server option request_timeout.", &setting_request_timeout, 0, 0,
							24 * 60 * 60 * 1000, PGC_USERSET, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomBoolVariable(
		"attio_fdw.log_requests", "Writes a LOG line for each request: method, path, status, bytes and time.",
		"Keys and bodies are never logged.", &setting_log_requests, false, PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("attio_fdw.max_requests",
							"Number of requests for rows, and of writes, that one statement may make.",
							"0 means no limit. A statement that needs more fails; its result is never cut short.",
							&setting_max_requests, 0, 0, INT_MAX, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomBoolVariable("attio_fdw.read_only", "Refuses to write to the service.",
							 "It applies to those for whom it is set, for example by ALTER ROLE.", &setting_read_only,
							 false, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomBoolVariable("attio_fdw.dry_run", "Shows what would be written to the service instead of writing it.",
							 "Rows are read as usual; nothing is changed, and no row counts as written.",
							 &setting_dry_run, false, PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomBoolVariable("attio_fdw.allow_copy", "Allows COPY into foreign tables, and INSERT of dumps.",
							 "Off refuses them: restoring a dump would create all its rows again.", &setting_allow_copy,
							 false, PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomBoolVariable("attio_fdw.allow_unqualified_writes", "Allows UPDATE and DELETE without WHERE.",
							 "Off refuses them: ROLLBACK does not bring rows back.", &setting_allow_unqualified_writes,
							 false, PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("attio_fdw.max_rows_written",
							"Number of rows that the UPDATEs and DELETEs of one statement may write to the service.",
							"0 means no limit.", &setting_max_rows_written, 1000, 0, INT_MAX, PGC_USERSET, 0, NULL,
							NULL, NULL);
	DefineCustomBoolVariable("attio_fdw.log_writes", "Writes a LOG line for each write to the service.",
							 "Role, method, table, id, attributes before and after, request id.", &setting_log_writes,
							 true, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomBoolVariable("attio_fdw.push_filter", "Sends conditions to the service.",
							 "Off reads everything and checks conditions locally.", &setting_push_filter, true,
							 PGC_USERSET, 0, NULL, assign_push_filter, NULL);
	DefineCustomBoolVariable("attio_fdw.push_sort",
							 "Lets the service sort where its order is the same as PostgreSQL's.", "Off sorts locally.",
							 &setting_push_sort, true, PGC_USERSET, 0, NULL, assign_push_sort, NULL);
	DefineCustomBoolVariable("attio_fdw.push_limit", "Lets LIMIT and OFFSET restrict which rows are requested.",
							 "Off counts locally.", &setting_push_limit, true, PGC_USERSET, 0, NULL, assign_push_limit,
							 NULL);
	DefineCustomBoolVariable("attio_fdw.push_count",
							 "Counts rows by asking the service whether there is a row at an offset.",
							 "Off reads and counts them.", &setting_push_count, true, PGC_USERSET, GUC_EXPLAIN, NULL,
							 assign_push_count, NULL);
	DefineCustomBoolVariable("attio_fdw.enable_batched_join", "Plans joins that look up rows by batches of keys.",
							 "Off uses only PostgreSQL's own joins.", &setting_enable_batched_join, true, PGC_USERSET,
							 GUC_EXPLAIN, NULL, assign_enable_batched_join, NULL);
	MarkGUCPrefixReserved("attio_fdw");
}
