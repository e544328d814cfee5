/*
 * affinity.c
 *		Affinity as a service: what the shared rooms are told of it.
 *
 * Owns: the table of facts and functions.  What they do stands in the other
 * files of this room, which nobody else may include.
 */
#include "affinity/affinity.h"

#include "affinity/affinity_options.h"
#include "affinity/checks.h"
#include "affinity/endpoints.h"
#include "affinity/import.h"
#include "affinity/refusal.h"
#include "base/version.h"

/* No refusal of Affinity's is known that passes when the same request is sent again. */
static const char *const passing_words[] = {NULL};

/* What answers tell of the user's minute and of the account's month (docs/affinity-api.md 2). */
static const HttpLimits answer_limits = {{
	[LIMIT_MINUTE] = {"X-Ratelimit-Limit-User", "X-Ratelimit-Limit-User-Remaining", "X-Ratelimit-Limit-User-Reset"},
	[LIMIT_MONTH] = {"X-Ratelimit-Limit-Org", "X-Ratelimit-Limit-Org-Remaining", "X-Ratelimit-Limit-Org-Reset"},
}};

const Service affinity_service = {
	.title = "Affinity",
	.wrapper = "affinity_fdw",
	.handler = "affinity_fdw_handler",
	.options = &affinity_options,
	.minute_option = "requests_per_minute",
	.reserve_option = "monthly_reserve",
	.ignored_option = "on_ignored_write",
	.authorization = "Basic %s",
	.credentials = ":%s",
	.user_agent = "affinity_fdw/" ATTIO_FDW_VERSION,
	.limits = &answer_limits,
	.passing = passing_words,
	.account_path = "/auth/whoami",
	.account_checks = affinity_account_checks,
	.explain_refusal = affinity_explain_refusal,
	.import_schema = affinity_import_schema,
	.table_ddl = affinity_table_ddl,
	.resources = affinity_resources,
	.same_rows = affinity_same_rows,
};
