/*
 * http.h
 *		HTTP requests that wait without blocking interrupts.
 *
 * An HttpClient keeps connections to one origin; an HttpExchange is one
 * request with its answer.  Knows no service.
 *
 * Ownership: an exchange belongs to the memory context that was current in
 * http_start(); when that context goes, by success or by error, the transfer
 * is cancelled and the body freed.  A client lives until http_client_close(),
 * which waits for nothing: exchanges under way keep what they need.
 *
 * Requests wait for their turn (governor.h) and are sent again where that is
 * harmless (retry.h); how the last attempt went stands in the exchange, and only
 * the caller can say what it means.  http_start() raises only for lack of memory or
 * descriptors, and interrupts.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/compat.h"
#include "http/governor.h"

typedef enum HttpFailure
{
	HTTP_ANSWERED,         /* a complete answer, whatever its status */
	HTTP_NOT_CONNECTED,    /* resolver or connection, a time-out of it, or lost before anything left */
	HTTP_PROXY_REFUSED,    /* the proxy does not lead there */
	HTTP_HANDSHAKE_FAILED, /* TLS, but no word about trust */
	HTTP_UNTRUSTED,        /* certificate */
	HTTP_TIMED_OUT,        /* no progress for too long */
	HTTP_TOO_LARGE,        /* body beyond max_response_size */
	HTTP_NOT_LOOPBACK,     /* plain http led to another machine */
	HTTP_CUT,              /* connection lost, body cut or undecodable */
	HTTP_UNREADABLE,       /* an answer that is none, with headers beyond all limits */
	HTTP_NO_MEMORY,
	HTTP_SPENT /* not sent: no more of the month's requests would be left than are kept */
} HttpFailure;

/* What it means to send a request twice. */
typedef enum HttpNature
{
	HTTP_READ,   /* nothing; a place in the line of reads */
	HTTP_REPEAT, /* a write that may be done twice */
	HTTP_ONCE    /* a write that must not: never sent again once it may have left */
} HttpNature;

struct HttpExchange;

/* Told of each request that is over, outside of libcurl's callbacks; "arg" is the caller's. */
typedef void (*HttpListener)(void *arg, struct HttpExchange *exchange);

typedef struct HttpConfig
{
	const char *base_url;       /* scheme, host, port, path prefix; no trailing slash */
	const char *realm;          /* whose keys these are; two of them have no limit in common */
	const char *authorization;  /* value of the header; a secret */
	const char *ca_file;        /* the only authorities; NULL = the system's */
	const char *proxy;          /* NULL = none, whatever the environment says */
	const char *proxy_user;     /* NULL = none */
	const char *proxy_password; /* NULL = none; a secret */
	const char *user_agent;
	int connect_timeout;   /* milliseconds */
	int request_timeout;   /* milliseconds without progress */
	int max_response_size; /* bytes after decompression */
	int max_connections;   /* at once */
	int max_retries;       /* of one request */
	int retry_deadline;    /* milliseconds after which none begins */
	GovernorRates rates;
	const HttpLimits *limits;   /* headers that tell what is left; NULL = none does */
	int month_reserve;          /* requests of the month that are kept */
	const char *const *passing; /* words of refusals (4xx) that may pass; ends with NULL */
	HttpListener listener;      /* NULL = none */
	void *listener_arg;
} HttpConfig;

typedef struct HttpRequest
{
	const char *method;
	const char *path; /* already escaped */
	const char *body; /* JSON, or NULL */
	HttpNature nature;
	int timeout_ms;   /* without progress; 0 = the client's */
	const void *line; /* whose requests stand in the rate limit's line one after the other; NULL = none's */
	bool takes_kept;  /* sent even if the month's requests are spent */
} HttpRequest;

typedef struct HttpClient HttpClient;

/* Readable bytes behind a body; the first is zero, the others undefined. */
#define HTTP_BODY_PADDING 32

typedef struct HttpExchange
{
	/* what was asked */
	const char *method;
	const char *path;

	/* how it went; valid once done */
	bool done;
	HttpFailure failure;
	char error[256];   /* libcurl's words for a failure */
	int status;        /* HTTP status; 0 = no answer */
	char *body;        /* zero-terminated; NULL = empty */
	size_t length;     /* bytes of body */
	size_t wire_bytes; /* bytes received, before decompression */
	double elapsed;    /* seconds in all attempts */
	double governed;   /* seconds waited for the rate limit */
	int retries;
	bool uncertain;     /* something of a write has left, and no answer refused it: it may be done */
	bool score_limited; /* refused with 429 while others passed: too dear by itself */
	bool month_spent;   /* refused because there are no requests left this month */
	LimitLeft month;    /* where that is so, and for HTTP_SPENT: what is known of it */

	struct HttpTransfer *transfer; /* private to this folder */
} HttpExchange;

extern void http_init(void);
extern HttpClient *http_client_open(const HttpConfig *config);
extern void http_client_close(HttpClient *client);
extern HttpExchange *http_start(HttpClient *client, const HttpRequest *request);
extern void http_progress(HttpClient *client);
extern int http_descriptor(const HttpClient *client, uint64 *waking);
extern void http_wait(HttpExchange *exchange);
extern void http_pause(HttpClient *client, int milliseconds);
extern bool http_opens_many(const HttpClient *client);
extern bool http_date(HttpExchange *exchange, TimestampTz *date);
extern const char *http_header(HttpExchange *exchange, const char *name);
extern void http_finish(HttpExchange *exchange);
extern char *http_escape(const char *text);

#endif /* HTTP_HTTP_H */
