/*
 * retry.c
 *		When a request may be sent again, and how long to wait before.
 *
 * Owns: the rules of DESIGN.md 8.  A 429 was not processed, so it may always be
 * repeated; what got no answer only where doing it twice is doing it once.
 */
#include "http/retry.h"

#include <curl/curl.h>
#include <math.h>

#define FIRST_DELAY_MS 250
#define LONGEST_DELAY_MS 8000

/* Where 429 does not say how long. */
#define LIMITED_DELAY_MS 1000

static bool
is_repeatable(const RetryOutcome *outcome)
{
	if (outcome->failure == HTTP_ANSWERED && (outcome->status == 429 || outcome->passing))
		return true;
	if (outcome->nature == HTTP_ONCE)
		/* it never left: no connection was made */
		return outcome->failure == HTTP_NOT_CONNECTED;
	switch (outcome->failure)
	{
		case HTTP_ANSWERED:
			return outcome->status >= 500;
		case HTTP_NOT_CONNECTED:
		case HTTP_TIMED_OUT:
		case HTTP_CUT:
			return true;
		default:
			return false;
	}
}

int
retry_after(const char *text, double now)
{
	char *end;
	double seconds;
	time_t date;
	int year;
	int month;
	int day;
	int hour;
	int minute;
	double second;
	char http_date[64];

	if (text == NULL)
		return -1;
	seconds = strtod(text, &end);
	if (end != text && *end == '\0')
		return seconds < 0 ? 0 : (int) Min(ceil(seconds * 1000), INT_MAX / 2);
	if (sscanf(text, "%d-%d-%dT%d:%d:%lf", &year, &month, &day, &hour, &minute, &second) == 6)
	{
		/* as the one form that libcurl reads */
		snprintf(http_date, sizeof(http_date), "%04d%02d%02d %02d:%02d:%02d", year, month, day, hour, minute,
				 (int) second);
		text = http_date;
	}
	date = curl_getdate(text, NULL);
	if (date == (time_t) -1)
		return -1;
	return (int) Min(Max(ceil(((double) date - now) * 1000), 0), INT_MAX / 2);
}

int
retry_delay(const RetryPolicy *policy, const RetryOutcome *outcome)
{
	bool limited = outcome->failure == HTTP_ANSWERED && outcome->status == 429;
	double delay;
	int said;

	/* a 429 costs nothing but time: the deadline ends that */
	if (policy->max_retries == 0 || (!limited && outcome->attempts > policy->max_retries) || !is_repeatable(outcome))
		return -1;
	delay = Min(FIRST_DELAY_MS * pow(2, Min(Max(outcome->attempts, 1) - 1, 20)), LONGEST_DELAY_MS);
	/* half of it is chance, so that many do not come back together */
	delay = delay / 2 + delay / 2 * outcome->random;
	if (outcome->failure == HTTP_ANSWERED && (outcome->status == 429 || outcome->status == 503))
	{
		said = retry_after(outcome->retry_after, outcome->now);
		delay = said >= 0 ? said + 50 * outcome->random : Max(delay, outcome->status == 429 ? LIMITED_DELAY_MS : 0);
	}
	if (outcome->elapsed + delay > policy->deadline)
		return -1;
	return (int) delay;
}
