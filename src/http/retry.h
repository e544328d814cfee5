/*
 * retry.h
 *		When a request may be sent again, and how long to wait before.
 *
 * Pure policy: no clock, no libcurl, no server.  Times are milliseconds.
 */
#ifndef HTTP_RETRY_H
#define HTTP_RETRY_H

#include "http/http.h"

typedef struct RetryPolicy
{
	int max_retries; /* after no answer or a broken one; 0 = never again, not after a 429 either */
	int deadline;    /* from the first attempt; no attempt begins after it */
} RetryPolicy;

/* How an attempt ended. */
typedef struct RetryOutcome
{
	HttpNature nature;
	HttpFailure failure;
	int status;              /* 0 = no answer */
	int connect_status;      /* the proxy's, where it refused */
	bool uncertain;          /* something has left that may have been done */
	bool has_connected;      /* once there was a connection: what fails now will pass */
	bool passing;            /* refused for a reason that will pass; nothing was done */
	const char *retry_after; /* header, or NULL */
	int64 reset_ms;          /* of a 429: until the limit counts anew; -1 = not known */
	bool spent;              /* of a 429: waiting so long does not help */
	int attempts;            /* so far, this one included, those refused with 429 left out */
	double elapsed;          /* since the first attempt began */
	double now;              /* seconds since 1970, for dates */
	double random;           /* from 0 to 1, the jitter */
} RetryOutcome;

/* Milliseconds to wait before the next attempt; -1 = it stays as it is. */
extern int retry_delay(const RetryPolicy *policy, const RetryOutcome *outcome);

/* Milliseconds that a Retry-After header means: an HTTP date, seconds or ISO 8601; -1 = nothing known. */
extern int retry_after(const char *text, double now);

#endif /* HTTP_RETRY_H */
