/*
 * workspace.c
 *		The workspace that a key belongs to, and what the key may do.
 *
 * Owns: the question who the key is (/v2/self), the comparison with the server
 * option workspace_id, and how scopes include each other.
 */
#include "attio/workspace.h"

#include "attio/attio_options.h"
#include "base/errors.h"
#include "catalog/pg_foreign_server.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

/*
 * Request /v2/self, which every key may do.  Raises ERROR if the answer names
 * no workspace, or if the key is not active.
 */
JsonTree *
workspace_self(Session *session, ScanCost *cost)
{
	Request request = {.method = "GET", .path = "/v2/self", .nature = HTTP_READ, .purpose = FOR_ACCOUNT};
	HttpExchange *exchange = request_start(session, &request, cost);
	JsonTree *self;

	request_await(exchange, NULL);
	(void) request_judge(session, exchange, NULL);
	self = json_read(exchange->body, exchange->length);
	if (!json_is_boolean(json_at(self, "active")))
		request_raise_shape(session, exchange, NULL);
	http_finish(exchange);
	if (!json_bool_at(self, "active"))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("the API key for server \"%s\" is not active", session->server_name),
				 errdetail("GET /v2/self returned HTTP 200 with \"active\": false."),
				 errhint("The key is wrong or revoked; run ALTER USER MAPPING ... SERVER %s OPTIONS (SET api_key "
						 "'...').",
						 quote_identifier(session->server_name))));
	return self;
}

/* Raise an ERROR if the key belongs to another workspace than server option workspace_id names. */
void
workspace_check(Session *session, ScanCost *cost)
{
	const char *expected = option_text(&attio_options, session->options, ForeignServerRelationId, "workspace_id");
	JsonTree *self;
	const char *found;

	if (expected == NULL)
		return;
	self = workspace_self(session, cost);
	found = json_string_at(self, "workspace_id");
	if (found == NULL || pg_strcasecmp(found, expected) != 0)
		ereport(ERROR, (errcode(ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION),
						errmsg("the API key for server \"%s\" belongs to another workspace", session->server_name),
						errdetail("Server option workspace_id is %s, the key's workspace is %s.", expected,
								  found == NULL ? "unknown" : clean_text(found, strlen(found), 60)),
						errhint("Use a key of the expected workspace, or change the option.")));
}

/* Is the scope, of so many characters, among those that are granted? */
static bool
scope_granted(const char *granted, const char *scope, size_t length)
{
	while (granted != NULL && *granted != '\0')
	{
		size_t word = strcspn(granted, " ");

		/* "x:read-write" includes "x:read" (docs/attio-api.md 1.5) */
		if (word >= length && strncmp(granted, scope, length) == 0 &&
			(word == length || strncmp(granted + length, "-write", 6) == 0))
			return true;
		granted += word;
		granted += strspn(granted, " ");
	}
	return false;
}

/* Those of the needed scopes that are not granted, separated by commas; NULL = none. */
char *
workspace_missing_scopes(const char *granted, const char *needed)
{
	StringInfoData missing;

	initStringInfo(&missing);
	while (*needed != '\0')
	{
		size_t word = strcspn(needed, " ");

		if (!scope_granted(granted, needed, word))
			appendStringInfo(&missing, "%s%.*s", missing.len > 0 ? ", " : "", (int) word, needed);
		needed += word;
		needed += strspn(needed, " ");
	}
	return missing.len > 0 ? missing.data : NULL;
}
