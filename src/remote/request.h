/*
 * request.h
 *		Requests, and the one place where their answers arrive.
 *
 * A request is started, awaited and judged here, for every service: the budget
 * of the statement is charged, the session's account is checked before its first
 * request, what an answer took is added to a cost, and an answer that is not a
 * success becomes an error, by what the service says of it.
 */
#ifndef REMOTE_REQUEST_H
#define REMOTE_REQUEST_H

#include "base/json.h"
#include "remote/session.h"

/* What the requests of a scan cost; EXPLAIN (ANALYZE) shows it. */
typedef struct ScanCost
{
	int64 requests;    /* for rows */
	int64 definitions; /* requests for definitions */
	int64 pages;
	int64 rows; /* received, repeated ones too */
	int64 wire_bytes;
	int64 bytes;     /* decompressed */
	double waited;   /* seconds */
	int64 refused;   /* filters that were refused; asked again without */
	int64 unsorted;  /* sorts that were refused; asked again without, or without the id */
	int64 retries;   /* requests sent again */
	double governed; /* seconds waited for the rate limit */
} ScanCost;

/* What a refusal is about; several may hold. */
typedef enum RefusalKind
{
	REFUSAL_REQUEST = 1,   /* the request as it is: its filter, its sorts, its offset */
	REFUSAL_NAME = 2,      /* it names an attribute that does not exist */
	REFUSAL_ABSENT = 4,    /* what it is about does not exist, or not for this key */
	REFUSAL_GONE = 8,      /* what it is about does not exist */
	REFUSAL_DISABLED = 16, /* what it is about is switched off */
	REFUSAL_CONFLICT = 32  /* there is a row with the same value of a unique attribute */
} RefusalKind;

/* What a service says with an answer that is not a success. */
typedef struct Refusal
{
	int kinds;       /* RefusalKind */
	bool of_service; /* the service itself answered, not something on the way to it */
	int sqlstate;
	const char *code;    /* harmless; NULL = none */
	const char *message; /* harmless */
	const char *reasons; /* sentences, each with a blank in front; "" = none */
	const char *hint;    /* NULL = none */
} Refusal;

/* What a request is about; shapes its errors, and says which refusals are none. */
typedef struct RequestSubject
{
	const char *what;             /* "object \"people\"", for messages; may be NULL */
	const char *name;             /* what may be misspelt in it; may be NULL */
	const char *among;            /* "objects", "lists": what it is a name of; may be NULL */
	const char *scopes;           /* scopes the request needs, separated by blanks */
	const char *bad_request_hint; /* for a refused request that nothing else explains; may be NULL */
	const char *asked_by;         /* "company_id 1": what rows of the listing are asked for by, and show; may be NULL */
	int status;                   /* of a success; 0 = 200, and 204 has no body */
	int tolerates;                /* RefusalKind: such a refusal is an answer too */
	const char *tolerated;        /* the code of another; may be NULL */
	Refusal *said;                /* filled where the refusal is an answer; may be NULL */
} RequestSubject;

typedef enum Answer
{
	ANSWER_GOOD,
	ANSWER_REFUSED,  /* the request as it is was refused: REFUSAL_REQUEST */
	ANSWER_NAME,     /* it was refused for a name: REFUSAL_NAME */
	ANSWER_TOLERATED /* any other refusal that the subject tolerates */
} Answer;

/* What a request is for: who pays, and what comes before it. */
typedef enum RequestPurpose
{
	FOR_ROWS,        /* counts against attio_fdw.max_requests */
	FOR_DEFINITIONS, /* does not: what a session knows already must not decide whether a statement may run */
	FOR_ACCOUNT      /* likewise, and is itself the check that comes before the first request */
} RequestPurpose;

typedef struct Request
{
	const char *method;
	const char *path;
	const char *body; /* NULL = none */
	HttpNature nature;
	RequestPurpose purpose;
	const void *line; /* whose requests wait for the rate limit one after the other; NULL = nobody's */
	bool takes_kept;  /* sent even if the month's requests are spent: it is about what is left */
} Request;

extern HttpExchange *request_start(Session *session, const Request *request, ScanCost *cost);
extern void request_await(HttpExchange *exchange, ScanCost *cost);
extern Answer request_judge(Session *session, HttpExchange *exchange, const RequestSubject *subject);

/* Is it an answer of this status (0 = 200)? */
extern bool request_is_success(const HttpExchange *exchange, int status);

/* Is the answer, which was awaited, a refusal that the subject tolerates? */
extern bool request_is_tolerated(Session *session, HttpExchange *exchange, const RequestSubject *subject);

extern HttpExchange *request_get_start(Session *session, const char *path, ScanCost *cost);
extern JsonTree *request_get_finish(Session *session, HttpExchange *exchange, const RequestSubject *subject);
extern JsonTree *request_get(Session *session, const char *path, const RequestSubject *subject, ScanCost *cost);

extern const char *request_detail(const Session *session, HttpExchange *exchange);
extern const char *request_id(const Session *session, HttpExchange *exchange);
extern const char *request_answer_text(const HttpExchange *exchange);
extern void
request_raise_shape(const Session *session, HttpExchange *exchange, const char *detail) __attribute__((noreturn));
extern void
request_raise_shape_of(const Session *session, const char *request, const char *detail) __attribute__((noreturn));

#endif /* REMOTE_REQUEST_H */
