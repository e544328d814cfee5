/*
 * attio.c
 *		Attio as a service: what the shared rooms are told of it.
 *
 * Owns: the table of facts and functions.  What they do stands in the other
 * files of this room, which nobody else may include.
 */
#include "attio/attio.h"

#include "attio/asks.h"
#include "attio/attio_options.h"
#include "attio/bind.h"
#include "attio/binding.h"
#include "attio/checks.h"
#include "attio/drift.h"
#include "attio/endpoints.h"
#include "attio/filter.h"
#include "attio/hint.h"
#include "attio/import.h"
#include "attio/refusal.h"
#include "attio/ship.h"
#include "attio/sorts.h"
#include "attio/sql_comments.h"
#include "attio/value_conditions.h"
#include "attio/workspace.h"
#include "attio/write_row.h"
#include "base/version.h"

/* Codes of refusals after which the same request may pass (docs/attio-api.md 9.4). */
static const char *const passing_codes[] = {"\"concurrent_write_conflict\"", "\"merge_in_progress\"", NULL};

const Service attio_service = {
	.title = "Attio",
	.wrapper = "attio_fdw",
	.handler = "attio_fdw_handler",
	.options = &attio_options,
	.sorting_option = "page_order to 'created_at'",
	.page_limit_option = "remote_max_limit",
	.read_rate_option = "read_rate",
	.write_rate_option = "write_rate",
	.ignored_option = "on_ignored_write",
	.authorization = "Bearer %s",
	.user_agent = "attio_fdw/" ATTIO_FDW_VERSION,
	.request_id = "x-attio-execution-id",
	.accurate_at = "x-accurate-at",
	.passing = passing_codes,
	.check_session = workspace_check,
	.account_path = "/v2/self",
	.explain_refusal = attio_explain_refusal,
	.ship = ship_comparison_to_attio,
	.write_asks = attio_asks,
	.named_ids = filter_named_ids,
	.value_conditions = attio_value_conditions,
	.can_sort = sorts_are_as_planned,
	.write_sorts = sorts_write,
	.writing = &attio_writing,
	.import_schema = attio_import_schema,
	.table_ddl = attio_table_ddl,
	.bind_table = attio_bind_table,
	.account_checks = attio_account_checks,
	.checks = attio_checks,
	.schema_changes = attio_schema_changes,
	.schema_comments = attio_schema_comments,
	.resources = attio_resources,
	.open_relation = attio_open_relation,
	.read_definitions = attio_read_definitions,
	.has_changed = attio_has_changed,
	.read_names = target_slugs_by_id,
	.complete_given = attio_complete_given,
	.same_rows = attio_same_rows,
	.note_hidden = attio_note_hidden,
	.is_hidden = attio_is_hidden,
	.hint_attribute = attio_hint_attribute,
	.bind_column = attio_bind_column,
};
