/*
 * request.c
 *		Requests, and the one place where their answers arrive.
 *
 * Owns: the budget of a statement, the wait for an answer, what it adds to a
 * cost, and the errors of requests that got no answer.  What an answer means that
 * is not a success, the service explains.  Must not know plans or pages.
 */
#include "remote/request.h"

#include "access/xact.h"
#include "base/errors.h"
#include "base/guc.h"
#include "remote/resource.h"
#include "utils/timestamp.h"

#define BEGINNING_LIMIT 200

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

/* Count one more request of this statement.  Raises ERROR beyond attio_fdw.max_requests, before the request is sent. */
static void
charge_budget(const Session *session)
{
	if (setting_max_requests > 0 && *used_requests() >= setting_max_requests)
		ereport(
			ERROR,
			(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
			 errmsg("the statement needs more than %d requests to %s", setting_max_requests, session->service->title),
			 errdetail("The setting attio_fdw.max_requests allows no more; no part of the result is returned."),
			 errhint("EXPLAIN shows what is requested; conditions that are sent to %s, or LIMIT, reduce it.",
					 session->service->title)));
	++*used_requests();
}

/* ----- what an answer was ----- */

/* The name that the service gave to the request, harmless; NULL = none. */
const char *
request_id(const Session *session, HttpExchange *exchange)
{
	const char *id = session->service->request_id == NULL ? NULL : http_header(exchange, session->service->request_id);

	return id == NULL ? NULL : clean_text(id, strlen(id), 100);
}

/* Method, path and, when there was an answer, status and request id: a sentence for an error's DETAIL. */
const char *
request_detail(const Session *session, HttpExchange *exchange)
{
	const char *id;

	if (exchange->status == 0)
		return psprintf("%s %s got no answer.", exchange->method, exchange->path);
	id = request_id(session, exchange);
	if (id == NULL)
		return psprintf("%s %s returned HTTP %d.", exchange->method, exchange->path, exchange->status);
	return psprintf("%s %s returned HTTP %d, request id %s.", exchange->method, exchange->path, exchange->status, id);
}

/* How an answer begins that is not understood, in words. */
const char *
request_answer_text(const HttpExchange *exchange)
{
	return exchange->length == 0 ? "(empty)" : page_text(exchange->body, exchange->length, BEGINNING_LIMIT);
}

/* A good answer without what belongs to it; "detail" is a sentence more, or NULL.  Does not return. */
void
request_raise_shape(const Session *session, HttpExchange *exchange, const char *detail)
{
	request_raise_shape_of(session, request_detail(session, exchange), detail);
}

/* The same of an answer that is kept without its exchange: only what request_detail() said of it is known. */
void
request_raise_shape_of(const Session *session, const char *request, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_ERROR), errmsg("%s's answer has an unexpected structure", session->service->title),
			 errdetail("%s%s%s", request, detail == NULL ? "" : " ", detail == NULL ? "" : detail)));
}

/* ----- errors ----- */

typedef struct TransportError
{
	HttpFailure failure;
	int sqlstate;
	const char *message; /* "%s" is the service */
	const char *hint;    /* likewise; NULL = none */
} TransportError;

/* clang-format off */
static const TransportError transport_errors[] = {
	{HTTP_NOT_CONNECTED, ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION, "could not connect to %s",
	 "Check that the database server can reach this address, and the server options base_url, proxy and "
	 "connect_timeout."},
	{HTTP_PROXY_REFUSED, ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION, "the proxy could not connect to %s",
	 "Check the server option proxy, and the options proxy_user and proxy_password of the user mapping."},
	{HTTP_HANDSHAKE_FAILED, ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION, "could not set up TLS with %s",
	 "Check that the server at base_url and any proxy on the way to it support TLS."},
	{HTTP_UNTRUSTED, ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION, "could not verify the server's certificate",
	 "Certificates are always verified; server option ca_file names certificate authorities to trust "
	 "instead of the system's."},
	{HTTP_TIMED_OUT, ERRCODE_CONNECTION_FAILURE, "%s did not answer in time",
	 "Raise the server option request_timeout, or the setting attio_fdw.request_timeout."},
	{HTTP_TOO_LARGE, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "the answer is larger than max_response_size",
	 "Raise the server option max_response_size."},
	{HTTP_NOT_LOOPBACK, ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION, "plain http is allowed only to a loopback address",
	 "Use an https address as base_url."},
	{HTTP_CUT, ERRCODE_CONNECTION_FAILURE, "the connection was lost before %s's answer was complete",
	 "No part of the incomplete answer was used; run the statement again."},
	{HTTP_UNREADABLE, ERRCODE_FDW_ERROR, "could not read %s's answer",
	 "Something between the database server and %s may have answered instead; check base_url and proxy."},
	{HTTP_NO_MEMORY, ERRCODE_OUT_OF_MEMORY, "out of memory or file descriptors for a request to %s", NULL},
};
/* clang-format on */

/* How many requests the month has left, by the last answer. */
static char *
month_left(const Session *session, const LimitLeft *month)
{
	char *of = month->limit > 0 ? psprintf(" of " INT64_FORMAT, month->limit) : "";

	return psprintf("%s allows " INT64_FORMAT "%s more requests until %s", session->service->title, Max(month->left, 0),
					of, timestamptz_to_str(month->until));
}

/*
 * No more of the month's requests may be used: before one was sent, or because
 * the service said so.  Does not return.
 */
static void
raise_spent(const Session *session, HttpExchange *exchange)
{
	const char *title = session->service->title;
	const char *option = session->service->reserve_option;
	bool was_sent = exchange->month_spent;

	ereport(ERROR,
			(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
			 was_sent ? errmsg("%s refused the request: this month's requests are used up", title)
					  : errmsg("this month's requests to %s are used up%s", title,
							   exchange->month.left > 0 ? " but for those that are kept" : ""),
			 was_sent ? errdetail("%s %s.", request_detail(session, exchange), month_left(session, &exchange->month))
					  : errdetail("%s %s was not sent: %s.", exchange->method, exchange->path,
								  month_left(session, &exchange->month)),
			 errhint("%sThe view attio_fdw_rate shows what is left; attio_fdw_check('%s') requests it again.",
					 exchange->month.left > 0 && option != NULL
						 ? psprintf("The server option %s says how many requests are kept. ", option)
						 : "",
					 session->server_name)));
}

/* The request got no complete answer.  Does not return. */
static void
raise_transport_error(const Session *session, HttpExchange *exchange)
{
	const char *title = session->service->title;

	for (int i = 0; i < (int) lengthof(transport_errors); i++)
	{
		const TransportError *error = &transport_errors[i];

		if (error->failure == exchange->failure)
			ereport(ERROR, (errcode(error->sqlstate),
							errmsg("%s: %s", psprintf(error->message, title),
								   clean_text(exchange->error, strlen(exchange->error), 200)),
							errdetail("%s %s at %s.", exchange->method, exchange->path, session->base_url),
							error->hint != NULL ? errhint("%s", psprintf(error->hint, title)) : 0));
	}
	elog(ERROR, "unknown HTTP failure %d", (int) exchange->failure);
}

/* The service, or something on the way to it, refused the request.  Does not return. */
static void
raise_refusal(const Session *session, HttpExchange *exchange, const RequestSubject *subject, const Refusal *refusal)
{
	const char *title = session->service->title;
	const char *hint = refusal->hint;

	if (hint == NULL && exchange->status == 400 && subject != NULL)
		hint = subject->bad_request_hint;
	ereport(ERROR, (errcode(refusal->sqlstate),
					exchange->status < 400 ? errmsg("%s returned an unexpected answer: %s", title, refusal->message)
					: subject != NULL && subject->what != NULL
						? errmsg("%s refused the request for %s: %s", title, subject->what, refusal->message)
						: errmsg("%s refused the request: %s", title, refusal->message),
					errdetail("%s%s%s", request_detail(session, exchange),
							  refusal->code != NULL ? psprintf(" Code: %s.", refusal->code) : "", refusal->reasons),
					hint != NULL ? errhint("%s", hint) : 0));
}

/* A success must be JSON.  Does not return unless it says so. */
static void
check_is_json(const Session *session, HttpExchange *exchange)
{
	const char *type = http_header(exchange, "content-type");

	if (exchange->length == 0 || type == NULL || pg_strncasecmp(type, "application/json", 16) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR), errmsg("%s's answer is not JSON", session->service->title),
				 errdetail("%s Content type: %s. It begins: %s", request_detail(session, exchange),
						   type == NULL ? "none" : clean_text(type, strlen(type), 100), request_answer_text(exchange)),
				 errhint("Something between the database server and %s may have answered instead; check base_url "
						 "and proxy.",
						 session->service->title)));
}

/* ----- requests ----- */

/*
 * Send a request; does not wait for its answer (but, once in a session, for
 * those of the check of its account).  It belongs to the current memory context.
 * Adds it to the cost, which may be NULL.  Raises ERROR where the budget is spent
 * or the account is another than it should be.
 */
HttpExchange *
request_start(Session *session, const Request *request, ScanCost *cost)
{
	HttpRequest sent = {request->method,         request->path, request->body,      request->nature,
						setting_request_timeout, request->line, request->takes_kept};

	if (request->purpose == FOR_ROWS)
		charge_budget(session);
	if (request->purpose != FOR_ACCOUNT && !session->is_checked)
	{
		if (session->service->check_session != NULL)
			session->service->check_session(session, cost);
		session->is_checked = true;
	}
	if (cost != NULL && request->purpose == FOR_ROWS)
		cost->requests++;
	else if (cost != NULL)
		cost->definitions++;
	return http_start(session->client, &sent);
}

/*
 * Wait for an answer, and add what it took to the cost, which may be NULL.
 * Serves interrupts, and raises ERROR for these only: a cancel that arrived
 * meanwhile is the true reason of a failure.
 */
void
request_await(HttpExchange *exchange, ScanCost *cost)
{
	http_wait(exchange);
	CHECK_FOR_INTERRUPTS();
	if (cost == NULL)
		return;
	cost->wire_bytes += exchange->wire_bytes;
	cost->bytes += exchange->length;
	cost->waited += exchange->elapsed;
	cost->retries += exchange->retries;
	cost->governed += exchange->governed;
}

bool
request_is_success(const HttpExchange *exchange, int status)
{
	if (exchange->failure != HTTP_ANSWERED)
		return false;
	if (status == STATUS_OK_OR_CREATED)
		return exchange->status == 200 || exchange->status == 201;
	return exchange->status == (status == 0 ? 200 : status);
}

/* Which answer is it to this subject?  ANSWER_GOOD: none, it is an error. */
static Answer
tolerated_answer(const RequestSubject *subject, const Refusal *refusal)
{
	int kinds;

	if (subject == NULL || !refusal->of_service)
		return ANSWER_GOOD;
	kinds = refusal->kinds & subject->tolerates;
	if ((kinds & REFUSAL_NAME) != 0)
		return ANSWER_NAME;
	if ((kinds & REFUSAL_REQUEST) != 0)
		return ANSWER_REFUSED;
	if (kinds != 0)
		return ANSWER_TOLERATED;
	return subject->tolerated != NULL && refusal->code != NULL && strcmp(subject->tolerated, refusal->code) == 0
			   ? ANSWER_TOLERATED
			   : ANSWER_GOOD;
}

/*
 * What an answer that was awaited is: good (of the subject's status, with JSON in it), or a
 * refusal that the subject (may be NULL) tolerates.  Everything else raises an
 * ERROR that tells method, path, status, request id, and what to do.  Makes no
 * request.  Only what the service itself says is tolerated; what stands on the
 * way to it answers pages.
 */
Answer
request_judge(Session *session, HttpExchange *exchange, const RequestSubject *subject)
{
	Refusal refusal = {.sqlstate = ERRCODE_FDW_ERROR, .reasons = ""};
	Answer answer;

	Assert(exchange->done);
	if (exchange->failure == HTTP_SPENT || exchange->month_spent)
		raise_spent(session, exchange);
	if (exchange->failure != HTTP_ANSWERED)
		raise_transport_error(session, exchange);
	if (request_is_success(exchange, subject == NULL ? 0 : subject->status))
	{
		if (exchange->status != 204)
			check_is_json(session, exchange);
		return ANSWER_GOOD;
	}
	session->service->explain_refusal(session, exchange, subject, &refusal);
	answer = tolerated_answer(subject, &refusal);
	if (answer == ANSWER_GOOD)
		raise_refusal(session, exchange, subject, &refusal);
	if (subject->said != NULL)
		*subject->said = refusal;
	return answer;
}

bool
request_is_tolerated(Session *session, HttpExchange *exchange, const RequestSubject *subject)
{
	Refusal refusal = {.sqlstate = ERRCODE_FDW_ERROR, .reasons = ""};

	if (exchange->failure != HTTP_ANSWERED || request_is_success(exchange, subject->status))
		return false;
	session->service->explain_refusal(session, exchange, subject, &refusal);
	return tolerated_answer(subject, &refusal) != ANSWER_GOOD;
}

/* ----- small answers ----- */

/* GET definitions; does not wait for the answer, which request_get_finish() takes. */
HttpExchange *
request_get_start(Session *session, const char *path, ScanCost *cost)
{
	Request request = {.method = "GET", .path = path, .nature = HTTP_READ, .purpose = FOR_DEFINITIONS};

	return request_start(session, &request, cost);
}

/*
 * The answer to a small request, as a tree in the current memory context; the
 * exchange is released.  Raises ERROR for anything but a complete JSON object;
 * returns NULL only for what the subject tolerates.
 */
JsonTree *
request_get_finish(Session *session, HttpExchange *exchange, const RequestSubject *subject)
{
	JsonTree *answer;

	request_await(exchange, NULL);
	if (request_judge(session, exchange, subject) != ANSWER_GOOD)
		return NULL;
	answer = json_read(exchange->body, exchange->length);
	if (!json_is_object(answer))
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("%s's answer is not complete JSON", session->service->title),
						errdetail("%s It begins: %s", request_detail(session, exchange),
								  clean_text(exchange->body, exchange->length, 200)),
						errhint("No part of the answer was used; run the statement again.")));
	http_finish(exchange);
	return answer;
}

/* Both at once. */
JsonTree *
request_get(Session *session, const char *path, const RequestSubject *subject, ScanCost *cost)
{
	return request_get_finish(session, request_get_start(session, path, cost), subject);
}
