/*
 * retry.c
 *		When a request may be sent again, and how long to wait before.
 *
 * Owns: the rules of repeating.  A 429 was not processed, so it may always be
 * repeated, where time helps; what got no answer only where doing it twice is
 * doing it once.
 */
#include "http/retry.h"

#include <curl/curl.h>
#include <math.h>

/* Delays grow from the first by a factor: the smallest of these limits with which they fill the time there is. */
#define FIRST_DELAY_MS 250
#define SMALLEST_FACTOR 2.0
#define LARGEST_FACTOR 4.0
#define LONGEST_DELAY_MS 8000
#define LONGEST_SPREAD_DELAY_MS 30000

/* Where 429 does not say how long. */
#define LIMITED_DELAY_MS 1000

/* Did it fail for a reason that may pass? */
static bool
is_transient(const RetryOutcome *outcome)
{
	switch (outcome->failure)
	{
		case HTTP_ANSWERED:
			return outcome->status >= 500;
		case HTTP_PROXY_REFUSED:
			return outcome->connect_status >= 500;
		case HTTP_NOT_CONNECTED:
		case HTTP_HANDSHAKE_FAILED:
		case HTTP_TIMED_OUT:
		case HTTP_CUT:
			return true;
		default:
			return false;
	}
}

/* May a request of this nature be sent again after this outcome? */
static bool
is_repeatable(const RetryOutcome *outcome)
{
	if (outcome->failure == HTTP_ANSWERED && outcome->status == 429 && outcome->spent)
		return false;
	if (outcome->failure == HTTP_ANSWERED && (outcome->status == 429 || outcome->passing))
		return true;
	if (outcome->nature == HTTP_ONCE && (outcome->uncertain || outcome->failure == HTTP_ANSWERED))
		return false;
	return is_transient(outcome);
}

/* ----- Retry-After ----- */

/* So many digits, within bounds; the text moves on. */
static bool
read_retry_digits(const char **at, int digits, int low, int high, int *value)
{
	*value = 0;
	for (int i = 0; i < digits; i++)
	{
		if (**at < '0' || **at > '9')
			return false;
		*value = *value * 10 + (*(*at)++ - '0');
	}
	return *value >= low && *value <= high;
}

static bool
read_character(const char **at, const char *legal)
{
	if (**at == '\0' || strchr(legal, **at) == NULL)
		return false;
	(*at)++;
	return true;
}

/* Z, an offset, or nothing, which is UTC as well; in seconds. */
static bool
read_offset(const char *at, int *offset)
{
	int sign = *at == '-' ? -1 : 1;
	int hours;
	int minutes = 0;

	*offset = 0;
	if (*at == '\0' || strcmp(at, "Z") == 0 || strcmp(at, "z") == 0)
		return true;
	if (!read_character(&at, "+-") || !read_retry_digits(&at, 2, 0, 23, &hours))
		return false;
	(void) read_character(&at, ":");
	if (*at != '\0' && !read_retry_digits(&at, 2, 0, 59, &minutes))
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return *at == '\0';
}

/* An ISO 8601 timestamp, to the second, in seconds since 1970; false where the text is none. */
static bool
read_iso(const char *at, double *moment)
{
	int year;
	int month;
	int day;
	int hour;
	int minute;
	int second;
	int offset;
	char http_date[64];
	time_t date;

	if (!read_retry_digits(&at, 4, 1970, 9999, &year) || !read_character(&at, "-") ||
		!read_retry_digits(&at, 2, 1, 12, &month) || !read_character(&at, "-") ||
		!read_retry_digits(&at, 2, 1, 31, &day) || !read_character(&at, "Tt ") ||
		!read_retry_digits(&at, 2, 0, 23, &hour) || !read_character(&at, ":") ||
		!read_retry_digits(&at, 2, 0, 59, &minute) || !read_character(&at, ":") ||
		!read_retry_digits(&at, 2, 0, 60, &second))
		return false;
	if (read_character(&at, "."))
		at += strspn(at, "0123456789");
	if (!read_offset(at, &offset))
		return false;
	/* as the one form that libcurl reads */
	snprintf(http_date, sizeof(http_date), "%04d%02d%02d %02d:%02d:%02d", year, month, day, hour, minute, second);
	date = curl_getdate(http_date, NULL);
	*moment = (double) date - offset;
	return date != (time_t) -1;
}

int
retry_after(const char *text, double now)
{
	double moment;
	double delay;
	size_t length;

	if (text == NULL)
		return -1;
	length = strlen(text);
	if (length > 0 && strspn(text, "0123456789.") == length && strspn(text, "0123456789") > 0)
		delay = ceil(strtod(text, NULL) * 1000);
	else if (read_iso(text, &moment))
		delay = ceil((moment - now) * 1000);
	else
	{
		time_t date = curl_getdate(text, NULL);

		if (date == (time_t) -1)
			return -1;
		delay = ceil(((double) date - now) * 1000);
	}
	return (int) Min(Max(delay, 0), INT_MAX / 2);
}

/* ----- delays ----- */

/* The time that so many delays take. */
static double
sum_of_delays(int n, double factor)
{
	double sum = 0;
	double delay = FIRST_DELAY_MS;

	for (int i = 0; i < n; i++)
	{
		sum += Min(delay, LONGEST_SPREAD_DELAY_MS);
		delay = Min(delay * factor, LONGEST_SPREAD_DELAY_MS);
	}
	return sum;
}

/*
 * What has worked and fails now will work again: so many attempts are spread over
 * the time there is.  What never worked, or has already taken the time of a
 * time-out, is tried again soon.
 */
static double
delay_of(const RetryPolicy *policy, const RetryOutcome *outcome)
{
	bool spread = outcome->failure == HTTP_ANSWERED ? outcome->status >= 500
													: outcome->has_connected && outcome->failure != HTTP_TIMED_OUT;
	int before = Min(Max(outcome->attempts, 1) - 1, 20);
	double factor = SMALLEST_FACTOR;

	if (!spread)
		return Min(FIRST_DELAY_MS * pow(factor, before), LONGEST_DELAY_MS);
	while (factor < LARGEST_FACTOR && sum_of_delays(policy->max_retries, factor) < policy->deadline * 0.9)
		factor += 0.25;
	return Min(FIRST_DELAY_MS * pow(factor, before), LONGEST_SPREAD_DELAY_MS);
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
	delay = delay_of(policy, outcome);
	/* half of it is chance, so that many do not come back together */
	delay = delay / 2 + delay / 2 * outcome->random;
	if (outcome->failure == HTTP_ANSWERED && (outcome->status == 429 || outcome->status == 503))
	{
		said = retry_after(outcome->retry_after, outcome->now);
		/* the end of the limit's time is given in whole seconds */
		if (said < 0 && limited && outcome->reset_ms >= 0)
			said = (int) Min(Max(outcome->reset_ms, LIMITED_DELAY_MS), INT_MAX / 2);
		delay = said >= 0 ? said + 50 * outcome->random : Max(delay, outcome->status == 429 ? LIMITED_DELAY_MS : 0);
	}
	if (outcome->elapsed + delay > policy->deadline)
		return -1;
	return (int) delay;
}
