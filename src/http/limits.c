/*
 * limits.c
 *		What answers tell of limits on requests, and what is left of these.
 *
 * Owns: which of several answers is believed, and for how long.  Must not know
 * requests.
 */
#include "http/limits.h"

#include "utils/timestamp.h"

/* For how long an answer is believed that does not say so, and at most, in milliseconds. */
static const struct
{
	int64 usual;
	int64 longest;
} spans[LIMIT_KINDS] = {
	[LIMIT_MINUTE] = {60 * INT64CONST(1000), 3600 * INT64CONST(1000)},
	[LIMIT_MONTH] = {3600 * INT64CONST(1000), 32 * 24 * 3600 * INT64CONST(1000)},
};

/* A whole number that is not negative; -1 = the text is none. */
static int64
read_count(const char *text)
{
	char *end;
	long long count;

	if (text == NULL || *text < '0' || *text > '9')
		return -1;
	errno = 0;
	count = strtoll(text, &end, 10);
	return errno != 0 || *end != '\0' ? -1 : (int64) count;
}

/* Seconds, in milliseconds; -1 = the text is no such number, or of more than can be meant. */
static int64
read_seconds(const char *text, int64 longest)
{
	size_t length = text == NULL ? 0 : strlen(text);
	double seconds;

	if (length == 0 || strspn(text, "0123456789.") != length || strspn(text, "0123456789") == 0)
		return -1;
	seconds = strtod(text, NULL);
	return seconds * 1000 > (double) longest ? -1 : (int64) (seconds * 1000);
}

LimitTold
limit_read(LimitKind kind, const char *limit, const char *remaining, const char *reset)
{
	LimitTold told = {read_count(limit), read_count(remaining), read_seconds(reset, spans[kind].longest)};

	return told;
}

/* Forget what is out of date, but the limit itself. */
void
limit_pass(LimitLeft *state, TimestampTz now)
{
	if (state->known && now >= state->until)
		state->known = false;
}

/*
 * Of answers to requests that were under way together the one counts that leaves
 * least, as nobody knows which was given last.  One that left when the last
 * answer was there is newer, whatever it says.
 */
void
limit_note(LimitLeft *state, LimitKind kind, const LimitTold *told, int64 others, TimestampTz sent_at, TimestampTz now)
{
	int64 left = Max(told->remaining - others, 0);

	if (told->remaining < 0)
		return;
	limit_pass(state, now);
	if (state->known && sent_at < state->known_at)
		left = Min(left, state->left);
	state->known = true;
	state->left = left;
	state->limit = told->limit;
	state->until = now + (told->reset_ms >= 0 ? told->reset_ms : spans[kind].usual) * 1000;
	state->known_at = now;
}
