/*
 * endpoints.c
 *		The one table of Affinity's endpoints whose rows can be a table.
 *
 * Owns: the facts of docs/affinity-api.md that a scan and a write need.  Must not
 * know how pages are fetched.
 */
#include "affinity/endpoints.h"

#include "affinity/entity_fields.h"
#include "affinity/interaction_fields.h"
#include "remote/relation.h"

/* clang-format off */

/* ----- of the key itself ----- */

static const FieldDef whoami_fields[] = {
	{.name = "tenant_id", .type = INT8OID, .path = "tenant.id", .not_null = true},
	{.name = "tenant_name", .type = TEXTOID, .path = "tenant.name"},
	{.name = "tenant_subdomain", .type = TEXTOID, .path = "tenant.subdomain"},
	{.name = "user_id", .type = INT8OID, .path = "user.id", .not_null = true},
	{.name = "user_first_name", .type = TEXTOID, .path = "user.firstName|user.first_name"},
	{.name = "user_last_name", .type = TEXTOID, .path = "user.lastName|user.last_name"},
	{.name = "user_email", .type = TEXTOID, .path = "user.email|user.emailAddress"},
	{.name = "grant_type", .type = TEXTOID, .path = "grant.type"},
	{.name = "grant_scope", .type = TEXTOID, .path = "grant.scope"},
	{.name = "grant_created_at", .type = TIMESTAMPTZOID, .path = "grant.createdAt|grant.created_at"},
};
static const FieldDef rate_limit_fields[] = {
	{.name = "user_minute_limit", .type = INT8OID, .path = "rate.api_key_per_minute.limit"},
	{.name = "user_minute_remaining", .type = INT8OID, .path = "rate.api_key_per_minute.remaining"},
	{.name = "user_minute_used", .type = INT8OID, .path = "rate.api_key_per_minute.used"},
	{.name = "user_minute_reset", .type = INTERVALOID, .path = "rate.api_key_per_minute.reset"},
	{.name = "account_month_limit", .type = INT8OID, .path = "rate.org_monthly.limit"},
	{.name = "account_month_remaining", .type = INT8OID, .path = "rate.org_monthly.remaining"},
	{.name = "account_month_used", .type = INT8OID, .path = "rate.org_monthly.used"},
	{.name = "account_month_reset", .type = INTERVALOID, .path = "rate.org_monthly.reset"},
};

#define FIELDS(fields_) .fields = fields_, .nfields = lengthof(fields_)
#define PARAMS(params_) .params = params_, .nparams = lengthof(params_)

/* The size of pages is always said: without it some listings answer everything at once. */
#define PAGED(most_, rows_) \
	{PAGING_CURSOR, .limit = "page_size", .place = "page_token", .max_page = most_, .rows = rows_, \
	 .next = "next_page_token|nextPageToken"}

/* An answer that is an array is taken for all rows. */
#define ENTITIES(name_, path_, rows_, fields_, params_) \
	{ \
		.name = name_, .list = {"GET", path_}, .paging = PAGED(500, rows_ "|"), .abilities = CAN_LOOKUP, .id_path = "id", \
		.id_type = INT8OID, FIELDS(fields_), PARAMS(params_), \
		.read_only_hint = "Change it in Affinity. Of this server's tables, only interactions can be written.", \
	}

const ResourceDef affinity_resources[] = {
	{
		.name = "interactions",
		.list = {"GET", "/interactions"},
		.create = {"POST", "/interactions", .nature = HTTP_ONCE, .status = STATUS_OK_OR_CREATED},
		.update = {"PUT", "/interactions/{id}", .nature = HTTP_REPEAT},
		.delete = {"DELETE", "/interactions/{id}?type={type}", .nature = HTTP_REPEAT, .done = "success"},
		.paging = PAGED(100, "events|chat_messages|emails|interactions|data|"),
		.abilities = CAN_LOOKUP,
		.id_path = "id",
		.id_type = INT8OID,
		.id_with = "type",
		FIELDS(interaction_fields),
		PARAMS(interaction_params),
	},
	ENTITIES("persons", "/persons", "persons", person_fields, person_params),
	ENTITIES("companies", "/organizations", "organizations", company_fields, company_params),
	ENTITIES("opportunities", "/opportunities", "opportunities", opportunity_fields, opportunity_params),
	{
		.name = "whoami",
		.list = {"GET", "/auth/whoami", .is_free = true},
		.paging = {PAGING_NONE, .rows = "", .single = true},
		FIELDS(whoami_fields),
	},
	{
		.name = "rate_limit",
		.list = {"GET", "/rate-limit", .is_free = true},
		.paging = {PAGING_NONE, .rows = "", .single = true},
		FIELDS(rate_limit_fields),
	},
	{.name = NULL},
};

/* clang-format on */

/* Whatever the partitions' bounds are: what a table lists is what the query asks for. */
const char *
affinity_same_rows(const RemoteRelation *one, const RemoteRelation *other, const char **hint)
{
	if (strcmp(one->resource->name, other->resource->name) != 0)
		return NULL;
	*hint = "Use one foreign table: a query reads no more of it than its conditions ask for.";
	return psprintf("resource \"%s\"", one->resource->name);
}
