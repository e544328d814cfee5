/*
 * limits.h
 *		What answers tell of limits on requests, and what is left of these.
 *
 * Pure: no clock, no lock, no libcurl.  A service says which headers tell
 * (HttpLimits); what they said is kept by the governor, one LimitLeft for each.
 */
#ifndef HTTP_LIMITS_H
#define HTTP_LIMITS_H

#include "base/compat.h"

/* The limits that answers may tell of. */
typedef enum LimitKind
{
	LIMIT_MINUTE, /* how fast requests may follow each other: who is over it waits */
	LIMIT_MONTH   /* how many there may be at all: who is over it stops */
} LimitKind;

#define LIMIT_KINDS 2

/* Response headers that tell of one limit; NULL = none tells. */
typedef struct LimitHeaders
{
	const char *limit;     /* requests in all */
	const char *remaining; /* of these, left */
	const char *reset;     /* seconds until they are counted anew */
} LimitHeaders;

typedef struct HttpLimits
{
	LimitHeaders headers[LIMIT_KINDS];
} HttpLimits;

/* What the headers of one answer said. */
typedef struct LimitTold
{
	int64 limit;     /* -1 = nothing */
	int64 remaining; /* -1 = nothing */
	int64 reset_ms;  /* -1 = nothing */
} LimitTold;

/* What is known of one limit. */
typedef struct LimitLeft
{
	bool known;
	int64 limit; /* as it was told last; -1 = not */
	int64 left;
	TimestampTz until;    /* from then on nothing is known again */
	TimestampTz known_at; /* when the answer came that told it */
} LimitLeft;

/* What the texts of the three headers say, each of which may be NULL; nonsense says nothing. */
extern LimitTold limit_read(LimitKind kind, const char *limit, const char *remaining, const char *reset);

/*
 * An answer came now, to a request that left at "sent_at".  "others": requests
 * that it may not have counted.
 */
extern void
limit_note(LimitLeft *state, LimitKind kind, const LimitTold *told, int64 others, TimestampTz sent_at, TimestampTz now);

/* Forget what is out of date, but the limit itself. */
extern void limit_pass(LimitLeft *state, TimestampTz now);

#endif /* HTTP_LIMITS_H */
