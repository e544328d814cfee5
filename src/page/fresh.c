/*
 * fresh.c
 *		Does an answer know of what this session wrote?
 *
 * Queries may lag behind writes by a second (docs/attio-api.md 3.5); the header
 * x-accurate-at says of which moment an answer is (docs/invariants.md 3.8).
 */
#include "page/fresh.h"

#include "base/timestamps.h"
#include "remote/activity.h"
#include "utils/timestamp.h"

#define PAUSE_MS 100

/* The moment the answer is of; false where it does not say. */
static bool
accurate_at(const Session *session, HttpExchange *exchange, TimestampTz *moment)
{
	const char *text =
		session->service->accurate_at == NULL ? NULL : http_header(exchange, session->service->accurate_at);

	return text != NULL && parse_iso_timestamp(text, strlen(text), moment);
}

bool
fresh_ask_again(Session *session, HttpExchange *exchange, TimestampTz *since)
{
	TimestampTz moment;
	TimestampTz now;

	if (session->wrote_at == 0 || exchange->failure != HTTP_ANSWERED || exchange->status != 200 ||
		!accurate_at(session, exchange, &moment) || moment >= session->wrote_at)
		return false;
	now = GetCurrentTimestamp();
	if (*since == 0)
		*since = now;
	if (TimestampDifferenceExceeds(*since, now, session->read_after_write_timeout))
	{
		/* told once */
		session->wrote_at = 0;
		ereport(WARNING, (errmsg("%s's answer may not yet show what was written before", session->service->title),
						  errdetail("After %d ms the answer was still as of %s.", session->read_after_write_timeout,
									timestamptz_to_str(moment)),
						  errhint("Read again in a moment, or raise the server option read_after_write_timeout.")));
		return false;
	}
	http_pause(session->client, PAUSE_MS);
	return true;
}
