/*
 * api.c
 *		Requests to Attio and what their answers mean.
 *
 * Owns: the map from HTTP status and Attio's code to SQLSTATE and hint, and the
 * check of /v2/self.  Must not know plans or pages.
 */
#include "attio/api.h"

#include "access/xact.h"
#include "attio/reasons.h"
#include "base/errors.h"
#include "base/guc.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#define MESSAGE_LIMIT 500
#define BEGINNING_LIMIT 200

/* What the caller should do; chosen by the table below. */
typedef enum ApiHint
{
	HINT_NONE,
	HINT_KEY,
	HINT_SCOPE,
	HINT_PLAN,
	HINT_ENABLE,
	HINT_NEAREST,
	HINT_WAIT,
	HINT_SCORE,
	HINT_ATTIO,
	HINT_BETWEEN
} ApiHint;

typedef struct ApiError
{
	int status;       /* 0 = any */
	const char *code; /* NULL = any */
	int sqlstate;
	ApiHint hint;
	const char *begins; /* the message, in whatever case, where one code says several things; NULL = any */
} ApiError;

/* The first row that fits counts.  Sources: docs/attio-api.md 10.2 and 10.3. */
static const ApiError api_errors[] = {
	{400, "standard_object_disabled", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, HINT_ENABLE},
	{0, "uniqueness_conflict", ERRCODE_UNIQUE_VIOLATION, HINT_NONE},
	{400, "missing_value", ERRCODE_NOT_NULL_VIOLATION, HINT_NONE},
	/* one code for whatever was named and is not there: the message says what */
	{400, "value_not_found", ERRCODE_INVALID_TEXT_REPRESENTATION, HINT_NONE, "Cannot find select "},
	{400, "value_not_found", ERRCODE_INVALID_TEXT_REPRESENTATION, HINT_NONE, "Cannot find status "},
	{400, "value_not_found", ERRCODE_FDW_COLUMN_NAME_NOT_FOUND, HINT_NONE, "Cannot find attribute "},
	{400, "value_not_found", ERRCODE_FDW_COLUMN_NAME_NOT_FOUND, HINT_NONE, "No attribute "},
	{400, "value_not_found", ERRCODE_FOREIGN_KEY_VIOLATION, HINT_NONE},
	{400, NULL, ERRCODE_INVALID_PARAMETER_VALUE, HINT_NONE},
	{401, NULL, ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION, HINT_KEY},
	{403, "billing_error", ERRCODE_INSUFFICIENT_PRIVILEGE, HINT_PLAN},
	{403, "quota_exceeded", ERRCODE_INSUFFICIENT_PRIVILEGE, HINT_PLAN},
	{403, NULL, ERRCODE_INSUFFICIENT_PRIVILEGE, HINT_SCOPE},
	{404, NULL, ERRCODE_FDW_TABLE_NOT_FOUND, HINT_NEAREST},
	{409, NULL, ERRCODE_T_R_SERIALIZATION_FAILURE, HINT_NONE},
	{413, NULL, ERRCODE_PROGRAM_LIMIT_EXCEEDED, HINT_NONE},
	{429, NULL, ERRCODE_CONFIGURATION_LIMIT_EXCEEDED, HINT_WAIT},
	{0, NULL, ERRCODE_FDW_ERROR, HINT_ATTIO},
};

/* ----- the budget ----- */

/*
 * The requests of the statement that runs, without those for definitions: what
 * a session knows of these already must not decide whether a statement may run.
 */
static int64 *
used_requests(void)
{
	static TimestampTz statement = 0;
	static int64 used = 0;

	if (statement != GetCurrentStatementStartTimestamp())
	{
		statement = GetCurrentStatementStartTimestamp();
		used = 0;
	}
	return &used;
}

/* May the statement make one more? */
static bool
has_budget(void)
{
	return attio_max_requests <= 0 || *used_requests() < attio_max_requests;
}

/* One more request of this statement: an ERROR beyond attio_fdw.max_requests, before it is sent. */
static void
charge_budget(void)
{
	if (!has_budget())
		ereport(ERROR,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("the statement needs more than %d requests to Attio", attio_max_requests),
				 errdetail("attio_fdw.max_requests allows no more; nothing of the answer is returned."),
				 errhint("EXPLAIN shows what is asked; conditions that travel to Attio, or LIMIT, make it less.")));
	++*used_requests();
}

/* ----- errors ----- */

/* Method, path and, when there was an answer, status and request id. */
const char *
api_request_detail(HttpExchange *exchange)
{
	const char *request_id = http_header(exchange, "x-attio-execution-id");

	if (exchange->status == 0)
		return psprintf("%s %s got no answer.", exchange->method, exchange->path);
	if (request_id == NULL)
		return psprintf("%s %s answered HTTP %d.", exchange->method, exchange->path, exchange->status);
	return psprintf("%s %s answered HTTP %d, request id %s.", exchange->method, exchange->path, exchange->status,
					clean_text(request_id, strlen(request_id), 100));
}

/* The request got no complete answer: say why.  Does not return. */
static void
raise_transport_error(Session *session, HttpExchange *exchange)
{
	static const struct
	{
		HttpFailure failure;
		int sqlstate;
		const char *message;
		const char *hint;
	} failures[] = {
		{HTTP_NOT_CONNECTED, ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION, "could not connect to Attio",
		 "Check that the database server can reach this address, and the server options base_url, proxy and "
		 "connect_timeout."},
		{HTTP_PROXY_REFUSED, ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION, "the proxy did not connect to Attio",
		 "Check the server option proxy, and the options proxy_user and proxy_password of the user mapping."},
		{HTTP_HANDSHAKE_FAILED, ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION, "could not set up TLS with Attio",
		 "Check that the address of base_url and what is between speak TLS."},
		{HTTP_UNTRUSTED, ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION,
		 "could not trust the server's certificate",
		 "Certificates are always verified; server option ca_file names authorities in the place of the system's."},
		{HTTP_TIMED_OUT, ERRCODE_CONNECTION_FAILURE, "Attio did not answer in time",
		 "Server option request_timeout, or the setting attio_fdw.request_timeout, allows more."},
		{HTTP_TOO_LARGE, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "the answer is larger than max_response_size",
		 "Raise the server option max_response_size."},
		{HTTP_NOT_LOOPBACK, ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION, "plain http is allowed to this machine only",
		 "Use an https address as base_url."},
		{HTTP_CUT, ERRCODE_CONNECTION_FAILURE, "the connection broke before Attio's answer was complete",
		 "Nothing of the cut answer was used; run the statement again."},
		{HTTP_UNREADABLE, ERRCODE_FDW_ERROR, "could not read Attio's answer",
		 "Something between the database server and Attio may have answered instead; check base_url and proxy."},
		{HTTP_NO_MEMORY, ERRCODE_OUT_OF_MEMORY, "out of memory or file descriptors for a request to Attio", ""},
	};

	for (int i = 0; i < (int) lengthof(failures); i++)
	{
		if (failures[i].failure != exchange->failure)
			continue;
		ereport(ERROR,
				(errcode(failures[i].sqlstate),
				 errmsg("%s: %s", failures[i].message, clean_text(exchange->error, strlen(exchange->error), 200)),
				 errdetail("%s %s at %s.", exchange->method, exchange->path, session->base_url),
				 failures[i].hint[0] != '\0' ? errhint("%s", failures[i].hint) : 0));
	}
	elog(ERROR, "unknown HTTP failure %d", (int) exchange->failure);
}

/* The sentence for a hint, or NULL.  "slugs" are those of all objects or lists, as far as they are known. */
static const char *
hint_text(const Session *session, ApiHint hint, const ApiSubject *subject, List *slugs)
{
	const char *nearest;

	switch (hint)
	{
		case HINT_KEY:
			return psprintf("The API key may be wrong or revoked; run ALTER USER MAPPING ... SERVER %s OPTIONS (SET "
							"api_key '...').",
							quote_identifier(session->server_name));
		case HINT_SCOPE:
			if (subject == NULL || subject->scopes == NULL)
				return "The API key lacks a scope; scopes are chosen in Attio's settings, under Developers.";
			return psprintf("The API key needs the scopes: %s. They are chosen in Attio's settings, under Developers.",
							subject->scopes);
		case HINT_PLAN:
			return "The workspace's plan does not cover this.";
		case HINT_ENABLE:
			return "A workspace admin enables standard objects in Attio's settings, under Objects.";
		case HINT_NEAREST:
			if (subject == NULL || subject->slug == NULL)
				return NULL;
			nearest = closest_in_list(subject->slug, slugs);
			if (nearest != NULL)
				return psprintf("Perhaps you meant \"%s\".", nearest);
			return "It may have been renamed or deleted, or the key cannot see it.";
		case HINT_WAIT:
			return "The workspace is over its rate limit; run the statement again in a moment. A query that is refused "
				   "each time may be too dear by itself: SET attio_fdw.push_sort = off, or attio_fdw.push_filter = "
				   "off.";
		case HINT_SCORE:
			return "Other requests passed meanwhile: this query is too dear for Attio by itself. SET "
				   "attio_fdw.push_sort "
				   "= off sorts here, or attio_fdw.push_filter = off reads everything.";
		case HINT_ATTIO:
			return "The fault is on Attio's side or on the way there; run the statement again.";
		case HINT_BETWEEN:
			return "The answer is not Attio's: something on the way there has refused the request, a proxy or a "
				   "firewall perhaps; check base_url and proxy.";
		case HINT_NONE:
			break;
	}
	return NULL;
}

/* How an answer begins that is none, in words. */
const char *
api_answer_text(const HttpExchange *exchange)
{
	return exchange->length == 0 ? "(empty)" : page_text(exchange->body, exchange->length, BEGINNING_LIMIT);
}

/* Does this row of the table fit?  Code and message may be NULL. */
static bool
fits(const ApiError *error, int status, const char *code, const char *message)
{
	if (error->status != 0 && error->status != status)
		return false;
	if (error->code != NULL && (code == NULL || strcmp(error->code, code) != 0))
		return false;
	return error->begins == NULL ||
		   (message != NULL && pg_strncasecmp(message, error->begins, strlen(error->begins)) == 0);
}

/* The first row of the table that fits. */
static const ApiError *
find_error(const HttpExchange *exchange, const char *code, const char *message)
{
	const ApiError *error = api_errors;

	while (!fits(error, exchange->status, code, message))
		error++;
	return error;
}

/* An error status came.  Only what Attio itself says is about keys and scopes.  Asks nothing.  Does not return. */
static void
raise_status_error(Session *session, HttpExchange *exchange, const ApiSubject *subject, List *slugs)
{
	JsonTree *answer = json_read(exchange->body, exchange->length);
	const char *code = json_string_at(answer, "code");
	const char *message = json_string_at(answer, "message");
	const ApiError *error = find_error(exchange, code, message);
	ApiHint chosen = error->hint;
	const char *hint;
	const char *detail;

	if (code == NULL && message == NULL && exchange->status < 500 && exchange->status != 429)
		chosen = HINT_BETWEEN;
	if (message != NULL)
		message = clean_text(message, strlen(message), MESSAGE_LIMIT);
	else
		message = exchange->length > 0 ? api_answer_text(exchange) : "(it says nothing)";
	detail = psprintf("%s%s%s%s", api_request_detail(exchange), code != NULL ? " Code: " : "",
					  code != NULL ? psprintf("%s.", clean_text(code, strlen(code), 100)) : "", reasons_text(answer));
	hint = hint_text(session, exchange->score_limited ? HINT_SCORE : chosen, subject, slugs);
	if (hint == NULL && exchange->status == 400 && subject != NULL)
		hint = subject->bad_request_hint;
	ereport(ERROR, (errcode(error->sqlstate),
					exchange->status < 400 ? errmsg("Attio gave an unexpected answer: %s", message)
					: subject != NULL && subject->what != NULL
						? errmsg("Attio refused the request for %s: %s", subject->what, message)
						: errmsg("Attio refused the request: %s", message),
					errdetail("%s", detail), hint != NULL ? errhint("%s", hint) : 0));
}

/*
 * The slugs of all objects or lists, for the suggestion that an error makes: a
 * request as any other.  NIL where the budget is spent or the list can't be had,
 * and where no suggestion is made.
 */
static List *
slugs_to_suggest(Session *session, const HttpExchange *refused, const ApiSubject *subject)
{
	List *slugs = NIL;
	HttpExchange *exchange;
	JsonTree *list;

	if (subject == NULL || subject->slug == NULL || find_error(refused, NULL, NULL)->hint != HINT_NEAREST ||
		!has_budget())
		return NIL;
	exchange = api_start(session, "GET", subject->is_list ? "/v2/lists" : "/v2/objects", NULL);
	http_wait(exchange);
	if (exchange->failure != HTTP_ANSWERED || exchange->status != 200)
		return NIL;
	list = json_at(json_read(exchange->body, exchange->length), "data");
	for (int i = 0; i < json_length_at(list, ""); i++)
	{
		const char *slug = json_string_at(json_element(list, i), "api_slug");

		if (slug != NULL)
			slugs = lappend(slugs, pstrdup(slug));
	}
	return slugs;
}

/* Is this code, which may be NULL, the error that the caller is prepared for? */
static bool
is_tolerated_code(int status, const char *code, const ApiSubject *subject)
{
	if (code == NULL)
		return false;
	if (subject->tolerates_absence && (status == 403 || status == 404))
		return true;
	if (subject->tolerates_bad_request && status == 400)
		return strcmp(code, "standard_object_disabled") != 0;
	return subject->tolerated != NULL && strcmp(code, subject->tolerated) == 0;
}

/*
 * Is the answer the error that the caller is prepared for?  Only Attio itself
 * says so, with a code; what stands between answers pages.
 */
static bool
is_tolerated(HttpExchange *exchange, const ApiSubject *subject)
{
	JsonTree *answer;

	if (subject == NULL || exchange->length == 0)
		return false;
	answer = json_read(exchange->body, exchange->length);
	if (!is_tolerated_code(exchange->status, json_string_at(answer, "code"), subject))
		return false;
	if (subject->said != NULL)
	{
		const char *message = json_string_at(answer, "message");

		subject->said->status = exchange->status;
		subject->said->message =
			message == NULL ? "(it says nothing)" : clean_text(message, strlen(message), MESSAGE_LIMIT);
	}
	return true;
}

/*
 * Wait for an answer and raise ERROR unless it is a complete HTTP 200 with
 * JSON in it.  The error tells method, path, status, request id, and what to
 * do; interrupts come before all of that.  False only for the tolerated code.
 */
bool
api_check(Session *session, HttpExchange *exchange, const ApiSubject *subject)
{
	const char *type;

	http_wait(exchange);
	/* A cancel that arrived meanwhile is the true reason of a failure. */
	CHECK_FOR_INTERRUPTS();
	if (exchange->failure != HTTP_ANSWERED)
		raise_transport_error(session, exchange);
	if (exchange->status != 200)
	{
		if (is_tolerated(exchange, subject))
			return false;
		raise_status_error(session, exchange, subject, slugs_to_suggest(session, exchange, subject));
	}
	type = http_header(exchange, "content-type");
	if (exchange->length == 0 || type == NULL || pg_strncasecmp(type, "application/json", 16) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR), errmsg("Attio's answer is not JSON"),
				 errdetail("%s Content type: %s. It begins: %s", api_request_detail(exchange),
						   type == NULL ? "none" : clean_text(type, strlen(type), 100), api_answer_text(exchange)),
				 errhint("Something between the database server and Attio may have answered instead; check base_url "
						 "and proxy.")));
	return true;
}

/* Does this answer say that a query names an attribute that there is none of?  All else is left to api_check(). */
bool
api_names_unknown_slug(const HttpExchange *exchange)
{
	const char *code;

	if (exchange->failure != HTTP_ANSWERED || exchange->status != 400 || exchange->length == 0)
		return false;
	code = json_string_at(json_read(exchange->body, exchange->length), "code");
	return code != NULL && strcmp(code, "unknown_filter_attribute_slug") == 0;
}

/* Ask /v2/self, which works with any key; the caller looks at "active". */
JsonTree *
api_self(Session *session)
{
	HttpRequest request = {"GET", "/v2/self", NULL, HTTP_READ, attio_request_timeout};
	HttpExchange *exchange = http_start(session->client, &request);
	JsonTree *answer;

	session->requests++;
	session->definitions++;
	api_check(session, exchange, NULL);
	answer = json_read(exchange->body, exchange->length);
	if (!json_is_boolean(json_at(answer, "active")))
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("Attio's answer has an unknown shape"),
						errdetail("%s", api_request_detail(exchange))));
	http_finish(exchange);
	return answer;
}

/* With option workspace_id, the first request of a session compares. */
static void
check_workspace(Session *session)
{
	JsonTree *self;
	const char *found;

	self = api_self(session);
	found = json_string_at(self, "workspace_id");
	if (!json_bool_at(self, "active") || found == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
						errmsg("the API key for server \"%s\" is not active", session->server_name),
						errhint("%s", hint_text(session, HINT_KEY, NULL, NIL))));
	if (pg_strcasecmp(found, session->workspace_id) != 0)
		ereport(ERROR, (errcode(ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION),
						errmsg("the API key for server \"%s\" belongs to another workspace", session->server_name),
						errdetail("Server option workspace_id is %s, the key's workspace is %s.", session->workspace_id,
								  clean_text(found, strlen(found), 60)),
						errhint("Use a key of the expected workspace, or change the option.")));
	session->workspace_checked = true;
}

static HttpExchange *
start(Session *session, const HttpRequest *request)
{
	if (session->workspace_id != NULL && !session->workspace_checked)
		check_workspace(session);
	session->requests++;
	return http_start(session->client, request);
}

/*
 * Send a request that reads; does not wait for its answer (but, once in a
 * session, for the comparison of workspaces).
 */
HttpExchange *
api_start(Session *session, const char *method, const char *path, const char *body)
{
	return api_start_in_line(session, method, path, body, NULL);
}

/* Likewise, one of many: those of one line wait for the rate limit one after the other. */
HttpExchange *
api_start_in_line(Session *session, const char *method, const char *path, const char *body, const void *line)
{
	HttpRequest request = {method, path, body, HTTP_READ, attio_request_timeout, line};

	charge_budget();
	return start(session, &request);
}

/* Send a request that writes; likewise. */
HttpExchange *
api_write(Session *session, const char *method, const char *path, const char *body, HttpNature nature)
{
	HttpRequest request = {method, path, body, nature, attio_request_timeout};

	charge_budget();
	return start(session, &request);
}

/* GET definitions; does not wait for the answer, which api_get_finish() takes. */
HttpExchange *
api_get_start(Session *session, const char *path)
{
	HttpRequest request = {"GET", path, NULL, HTTP_READ, attio_request_timeout};

	session->definitions++;
	return start(session, &request);
}

/*
 * A small answer, as a tree that belongs to the current memory context; the
 * exchange is gone then.  Raises ERROR for anything but a complete JSON object;
 * NULL only for what the subject tolerates.
 */
JsonTree *
api_get_finish(Session *session, HttpExchange *exchange, const ApiSubject *subject)
{
	JsonTree *answer;

	if (!api_check(session, exchange, subject))
		return NULL;
	answer = json_read(exchange->body, exchange->length);
	if (!json_is_object(answer))
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("Attio's answer is not complete JSON"),
						errdetail("%s It begins: %s", api_request_detail(exchange),
								  clean_text(exchange->body, exchange->length, 200)),
						errhint("Nothing of the answer was used; run the statement again.")));
	http_finish(exchange);
	return answer;
}

/* Both at once. */
JsonTree *
api_get(Session *session, const char *path, const ApiSubject *subject)
{
	return api_get_finish(session, api_get_start(session, path), subject);
}

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
api_missing_scopes(const char *granted, const char *needed)
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
