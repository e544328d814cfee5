/*
 * reasons.c
 *		The reasons that an answer of Attio's gives for an error.
 *
 * Owns: their form.  "message" often names no more than the attribute; what is
 * wrong with its value stands in "validation_errors", and which part of a filter
 * is meant in "path".  Must not know what was asked.
 */
#include "attio/reasons.h"

#include "base/errors.h"
#include "lib/stringinfo.h"

/* More than these say the same of other rows. */
#define REASONS_SHOWN 5
#define REASON_LIMIT 300
#define PATH_STEPS 16

static const char *
harmless_reason(const char *text)
{
	return clean_text(text, strlen(text), REASON_LIMIT);
}

/* A path as in a program: data.values.phone_numbers[0]; NULL = there is none. */
static const char *
path_text(JsonTree *path)
{
	StringInfoData out;
	int n = Min(json_length_at(path, ""), PATH_STEPS);

	initStringInfo(&out);
	for (int i = 0; i < n; i++)
	{
		JsonTree *step = json_element(path, i);
		const char *name = json_string_at(step, "");

		if (name != NULL)
			appendStringInfo(&out, "%s%s", out.len > 0 ? "." : "", name);
		else if (step != NULL)
			appendStringInfo(&out, "[%s]", json_write(step));
	}
	if (json_length_at(path, "") > PATH_STEPS)
		appendStringInfoString(&out, "...");
	return out.len > 0 ? harmless_reason(out.data) : NULL;
}

/* One reason as a sentence, with a blank in front. */
static void
append_reason(StringInfo out, JsonTree *reason)
{
	const char *path = path_text(json_member(reason, "path"));
	const char *message = json_string_at(reason, "message");
	const char *expected = json_string_at(reason, "expected");
	const char *received = json_string_at(reason, "received");

	if (message == NULL)
		message = json_string_at(reason, "code");
	if (message == NULL && path == NULL)
		return;
	appendStringInfo(out, " %s%s%s", path != NULL ? path : "", path != NULL && message != NULL ? ": " : "",
					 message != NULL ? harmless_reason(message) : "");
	if (expected != NULL && received != NULL)
		appendStringInfo(out, " (expected %s, received %s)", harmless_reason(expected), harmless_reason(received));
	if (strchr(".!?", out->data[out->len - 1]) == NULL)
		appendStringInfoChar(out, '.');
}

/*
 * All reasons, each a sentence with a blank in front; empty where the answer
 * gives none.  In the current memory context.
 */
char *
reasons_text(JsonTree *answer)
{
	JsonTree *reasons = json_at(answer, "validation_errors");
	const char *path = path_text(json_at(answer, "path"));
	int n = json_length_at(reasons, "");
	StringInfoData out;

	initStringInfo(&out);
	if (path != NULL)
		appendStringInfo(&out, " At: %s.", path);
	for (int i = 0; i < Min(n, REASONS_SHOWN); i++)
		append_reason(&out, json_element(reasons, i));
	if (n > REASONS_SHOWN)
		appendStringInfo(&out, " And %d more.", n - REASONS_SHOWN);
	return out.data;
}
