/*
 * governor.h
 *		Keeps requests inside the rate limit of their key.
 *
 * Requests of one key form two lines, reads and writes.  A request takes the
 * next place in its line and learns when its turn is; nobody waits here.
 * Places are shared by all backends where memory is: the library is preloaded,
 * or the server is 17 or later; else each backend has its own.
 */
#ifndef HTTP_GOVERNOR_H
#define HTTP_GOVERNOR_H

#include "http/limits.h"

typedef struct GovernorRates
{
	int reads;  /* a second */
	int writes; /* a second */
	int minute; /* of both together, a minute; 0 = any number */
} GovernorRates;

/* What is known of one key's lines, for the view. */
typedef struct GovernorInfo
{
	uint64 key;        /* salted hash */
	int64 requests[2]; /* reads, writes: places taken */
	int64 refused;     /* 429s */
	double ahead[2];   /* seconds until the next place's turn */
	LimitLeft limits[LIMIT_KINDS];
} GovernorInfo;

extern void governor_init(void);
extern uint64 governor_key(const char *realm, const char *secret);

/* Take a place: microseconds (as GetCurrentTimestamp counts) from which the request may be sent. */
extern TimestampTz governor_take(uint64 key, bool is_write, const GovernorRates *rates);

/* A place whose request is not sent: whoever comes next may have it. */
extern void governor_give_back(uint64 key, bool is_write, const GovernorRates *rates, TimestampTz turn);

/*
 * The request of a place is about to be sent.  false: it must not be, and the
 * place is still to be given back, because no more than "reserve" requests would
 * be left of the month; *month says what is known.
 */
extern bool governor_spend(uint64 key, int64 reserve, LimitLeft *month);

/* A request that was sent is over: with an answer that told of limits (an array of LIMIT_KINDS), or without (NULL). */
extern void governor_end(uint64 key, const LimitTold *told, TimestampTz sent_at);

/* The limit was hit: nobody with this key goes on before that time. */
extern void governor_drain(uint64 key, TimestampTz until);

extern bool governor_is_shared(void);
extern int governor_list(GovernorInfo *infos, int max);

#endif /* HTTP_GOVERNOR_H */
