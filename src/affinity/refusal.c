/*
 * refusal.c
 *		What Affinity says with an answer that is not a success.
 *
 * Owns: the map from HTTP status to SQLSTATE, kind and hint, and the forms of
 * errors: nobody documents one, so whatever is a message is taken for one,
 * within bounds.  Makes no request.  Must not know of what was asked more than
 * messages say of it.
 */
#include "affinity/refusal.h"

#include "base/errors.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#define MESSAGE_LIMIT 500

/* More than these say the same of other parameters. */
#define MESSAGES_SHOWN 5

/* What the caller should do; chosen by the table below. */
typedef enum RefusalHint
{
	HINT_NONE,
	HINT_KEY,
	HINT_RIGHTS,
	HINT_ABSENT,
	HINT_PARAMETER,
	HINT_WAIT,
	HINT_AFFINITY
} RefusalHint;

/* The first row that fits counts. */
static const struct
{
	int status; /* 0 = any */
	int sqlstate;
	RefusalHint hint;
	int kinds; /* RefusalKind */
} refusal_rows[] = {
	{400, ERRCODE_INVALID_PARAMETER_VALUE, HINT_NONE, REFUSAL_REQUEST},
	{401, ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION, HINT_KEY, 0},
	{403, ERRCODE_INSUFFICIENT_PRIVILEGE, HINT_RIGHTS, REFUSAL_ABSENT},
	{404, ERRCODE_NO_DATA_FOUND, HINT_ABSENT, REFUSAL_ABSENT | REFUSAL_GONE},
	{409, ERRCODE_T_R_SERIALIZATION_FAILURE, HINT_NONE, REFUSAL_CONFLICT},
	{413, ERRCODE_PROGRAM_LIMIT_EXCEEDED, HINT_NONE, 0},
	{422, ERRCODE_INVALID_PARAMETER_VALUE, HINT_PARAMETER, REFUSAL_REQUEST},
	{429, ERRCODE_CONFIGURATION_LIMIT_EXCEEDED, HINT_WAIT, 0},
	{0, ERRCODE_FDW_ERROR, HINT_AFFINITY, 0},
};

/* The sentence for a hint, or NULL; "asked_by" is the subject's. */
static const char *
hint_text(const Session *session, RefusalHint hint, const char *asked_by)
{
	switch (hint)
	{
		case HINT_KEY:
			return psprintf("The API key may be wrong or revoked; run ALTER USER MAPPING ... SERVER %s OPTIONS (SET "
							"api_key '...').",
							quote_identifier(session->server_name));
		case HINT_RIGHTS:
			return "The key's user may lack the right, or the account's plan does not cover this.";
		case HINT_ABSENT:
			return asked_by == NULL
					   ? "It may be deleted, or the key cannot see it."
					   : psprintf("Affinity was asked for %s, which may be deleted, or which the key cannot "
								  "see: leave it out.",
								  asked_by);
		case HINT_PARAMETER:
			return asked_by == NULL
					   ? NULL
					   : psprintf("Affinity was asked for %s; it may not know it, or not allow it.", asked_by);
		case HINT_WAIT:
			return "The user or the account is over its rate limit; run the statement again later.";
		case HINT_AFFINITY:
			return "The cause is in Affinity or in the network on the way to it; run the statement again.";
		case HINT_NONE:
			break;
	}
	return NULL;
}

/* ----- what it says ----- */

/* A member that is a text, or NULL. */
static const char *
text_member(JsonTree *tree, const char *name)
{
	return json_is_object(tree) ? json_string_at(json_member(tree, name), "") : NULL;
}

/* The message of one error: a text, or an object with one; NULL = none. */
static const char *
one_message(JsonTree *error)
{
	static const char *const names[] = {"message", "detail", "error", "title", "code"};
	const char *text = json_string_at(error, "");

	for (int i = 0; text == NULL && i < (int) lengthof(names); i++)
		text = text_member(error, names[i]);
	return text;
}

/* Behind what is there already. */
static void
append_message(StringInfo out, JsonTree *error)
{
	const char *message = one_message(error);
	const char *param = text_member(error, "param");

	if (message == NULL)
		return;
	appendStringInfo(out, "%s%s", out->len > 0 ? "; " : "", clean_text(message, strlen(message), MESSAGE_LIMIT));
	if (param != NULL)
		appendStringInfo(out, " (%s)", clean_text(param, strlen(param), 100));
}

/* Those of a list. */
static void
append_messages(StringInfo out, JsonTree *list)
{
	int n = json_length_at(list, "");

	for (int i = 0; i < Min(n, MESSAGES_SHOWN); i++)
		append_message(out, json_element(list, i));
	if (n > MESSAGES_SHOWN)
		appendStringInfo(out, "; and %d more", n - MESSAGES_SHOWN);
}

/*
 * All that the answer says, in whatever form: {"message"}, {"detail"},
 * {"error"}, {"error": {"message"}}, {"errors": [...]} of texts or objects, or
 * such a list alone.  NULL: nothing that Affinity would say.
 */
static const char *
answer_message(JsonTree *answer)
{
	StringInfoData out;

	initStringInfo(&out);
	if (json_is_array(answer))
		append_messages(&out, answer);
	else if (json_is_object(answer))
	{
		append_message(&out, answer);
		append_message(&out, json_is_object(json_member(answer, "error")) ? json_member(answer, "error") : NULL);
		if (json_is_array(json_member(answer, "errors")))
			append_messages(&out, json_member(answer, "errors"));
		if (json_is_array(json_member(answer, "detail")))
			append_messages(&out, json_member(answer, "detail"));
	}
	if (out.len > MESSAGE_LIMIT)
		return clean_text(out.data, out.len, MESSAGE_LIMIT);
	return out.len > 0 ? out.data : NULL;
}

void
affinity_explain_refusal(Session *session, HttpExchange *exchange, const RequestSubject *subject, Refusal *refusal)
{
	JsonTree *answer = json_read(exchange->body, exchange->length);
	const char *message = answer_message(answer);
	int row = 0;

	while (refusal_rows[row].status != 0 && refusal_rows[row].status != exchange->status)
		row++;
	refusal->of_service = json_is_object(answer) || json_is_array(answer);
	refusal->kinds = refusal_rows[row].kinds;
	refusal->sqlstate = refusal_rows[row].sqlstate;
	refusal->message = message != NULL        ? message
					   : exchange->length > 0 ? request_answer_text(exchange)
											  : "(no message)";
	refusal->reasons = "";
	refusal->hint = hint_text(session, refusal_rows[row].hint, subject == NULL ? NULL : subject->asked_by);
}
