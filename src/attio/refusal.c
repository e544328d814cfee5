/*
 * refusal.c
 *		What Attio says with an answer that is not a success.
 *
 * Owns: the map from HTTP status and Attio's code to SQLSTATE, kind and hint.
 * Makes no request: what an error suggests is what the session knows.  Must not
 * know what was asked.
 */
#include "attio/refusal.h"

#include "attio/reasons.h"
#include "attio/target.h"
#include "base/errors.h"
#include "utils/builtins.h"

#define MESSAGE_LIMIT 500

/* What the caller should do; chosen by the table below. */
typedef enum RefusalHint
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
} RefusalHint;

typedef struct RefusalRow
{
	int status;       /* 0 = any */
	const char *code; /* NULL = any */
	int sqlstate;
	RefusalHint hint;
	const char *begins; /* the message, in whatever case, where one code says several things; NULL = any */
} RefusalRow;

/* The first row that fits counts.  Sources: docs/attio-api.md 10.2 and 10.3. */
static const RefusalRow refusal_rows[] = {
	{400, "standard_object_disabled", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, HINT_ENABLE},
	{0, "uniqueness_conflict", ERRCODE_UNIQUE_VIOLATION, HINT_NONE},
	{409, "slug_conflict", ERRCODE_UNIQUE_VIOLATION, HINT_NONE},
	{400, "system_edit_unauthorized", ERRCODE_INSUFFICIENT_PRIVILEGE, HINT_NONE},
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

/*
 * So begin messages of what is not found, though no row is gone: a path that
 * Attio does not know, an object, a list or an attribute that the statement names.
 */
static const char *const not_of_rows[] = {"Could not find endpoint", "Object with slug/ID", "List with slug/ID",
										  "Attribute with slug/ID"};

/* What a refusal is about: all rows that fit.  Only what Attio itself says has a code. */
static const struct
{
	int status;       /* 0 = any */
	const char *code; /* NULL = any; "!..." = any other */
	int kinds;
} refusal_kinds[] = {
	{400, "!standard_object_disabled", REFUSAL_REQUEST},
	{400, "unknown_filter_attribute_slug", REFUSAL_NAME},
	{403, NULL, REFUSAL_ABSENT},
	{404, NULL, REFUSAL_ABSENT},
	{0, "not_found", REFUSAL_GONE}, /* but see not_of_rows */
	{0, "standard_object_disabled", REFUSAL_DISABLED},
	{0, "uniqueness_conflict", REFUSAL_CONFLICT},
	{409, "slug_conflict", REFUSAL_CONFLICT},
};

/* A name that was not found, and the nearest that the session knows. */
static const char *
nearest_hint(Session *session, const RequestSubject *subject)
{
	const char *nearest;

	if (subject == NULL || subject->name == NULL)
		return NULL;
	nearest = closest_in_list(subject->name, targets_known_slugs(session, subject->among, subject->name));
	if (nearest != NULL)
		return psprintf("Perhaps you meant \"%s\".", nearest);
	return "It may be misspelled, renamed or deleted, or the key cannot see it.";
}

/* The sentence for a hint, or NULL. */
static const char *
hint_text(Session *session, RefusalHint hint, const RequestSubject *subject)
{
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
			return nearest_hint(session, subject);
		case HINT_WAIT:
			return "The workspace is over its rate limit; run the statement again in a moment. A query that is refused "
				   "each time may be too expensive by itself: try SET attio_fdw.push_sort = off or SET "
				   "attio_fdw.push_filter = off.";
		case HINT_SCORE:
			return "Other requests succeeded in the meantime: this query is too expensive for Attio by itself. Use SET "
				   "attio_fdw.push_sort = off to sort locally, or SET attio_fdw.push_filter = off to read all rows.";
		case HINT_ATTIO:
			return "The cause is in Attio or in the network on the way to it; run the statement again.";
		case HINT_BETWEEN:
			return "The answer did not come from Attio: something between, perhaps a proxy or a firewall, refused the "
				   "request. Check base_url and proxy.";
		case HINT_NONE:
			break;
	}
	return NULL;
}

/* Does this row of the table fit?  Code and message may be NULL. */
static bool
row_fits(const RefusalRow *error, int status, const char *code, const char *message)
{
	if (error->status != 0 && error->status != status)
		return false;
	if (error->code != NULL && (code == NULL || strcmp(error->code, code) != 0))
		return false;
	return error->begins == NULL ||
		   (message != NULL && pg_strncasecmp(message, error->begins, strlen(error->begins)) == 0);
}

/* The first row of the table that fits. */
static const RefusalRow *
find_row(const HttpExchange *exchange, const char *code, const char *message)
{
	const RefusalRow *error = refusal_rows;

	while (!row_fits(error, exchange->status, code, message))
		error++;
	return error;
}

/* What an answer with this status and code is about: RefusalKind. */
static int
kinds_of(int status, const char *code)
{
	int kinds = 0;

	for (int i = 0; code != NULL && i < (int) lengthof(refusal_kinds); i++)
	{
		const char *wanted = refusal_kinds[i].code;
		bool except = wanted != NULL && wanted[0] == '!';

		if ((refusal_kinds[i].status == 0 || refusal_kinds[i].status == status) &&
			(wanted == NULL || (strcmp(wanted + except, code) == 0) != except))
			kinds |= refusal_kinds[i].kinds;
	}
	return kinds;
}

/*
 * Explain an answer that is not a success, in the current memory context.  Makes
 * no request and raises no error.  Only what Attio itself says is about keys and
 * scopes.
 */
void
attio_explain_refusal(Session *session, HttpExchange *exchange, const RequestSubject *subject, Refusal *refusal)
{
	JsonTree *answer = json_read(exchange->body, exchange->length);
	const char *code = json_string_at(answer, "code");
	const char *message = json_string_at(answer, "message");
	const RefusalRow *row = find_row(exchange, code, message);
	RefusalHint hint = row->hint;

	if (code == NULL && message == NULL && exchange->status < 500 && exchange->status != 429)
		hint = HINT_BETWEEN;
	if (exchange->score_limited)
		hint = HINT_SCORE;
	refusal->of_service = (code != NULL);
	refusal->kinds = kinds_of(exchange->status, code);
	for (int i = 0; message != NULL && i < (int) lengthof(not_of_rows); i++)
		if (strncmp(message, not_of_rows[i], strlen(not_of_rows[i])) == 0)
			refusal->kinds &= ~REFUSAL_GONE;
	refusal->sqlstate = row->sqlstate;
	refusal->code = code == NULL ? NULL : clean_text(code, strlen(code), 100);
	if (message != NULL)
		refusal->message = clean_text(message, strlen(message), MESSAGE_LIMIT);
	else
		refusal->message = exchange->length > 0 ? request_answer_text(exchange) : "(no message)";
	refusal->reasons = reasons_text(answer);
	refusal->hint = hint_text(session, hint, subject);
}
