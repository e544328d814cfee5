/*
 * client.h
 *		HTTP requests that wait without blocking interrupts.
 *
 * An HttpClient keeps connections to one origin; an HttpExchange is one
 * request with its answer.  Knows nothing of Attio.
 *
 * Ownership: an exchange belongs to the memory context that was current in
 * http_start(); when that context goes, by success or by error, the transfer
 * is cancelled and the body freed.  A client lives until http_client_close(),
 * which waits for nothing: exchanges under way keep what they need.
 *
 * Errors: http_start() raises only for lack of memory or descriptors.  How the
 * transfer went stands in the exchange; only the caller can say what it means.
 */
#ifndef ATTIO_CLIENT_H
#define ATTIO_CLIENT_H

#include "base/compat.h"

typedef enum HttpFailure
{
	HTTP_ANSWERED,      /* a complete answer, whatever its status */
	HTTP_NOT_CONNECTED, /* resolver, connection or proxy */
	HTTP_TLS_REFUSED,   /* certificate or handshake */
	HTTP_TIMED_OUT,
	HTTP_TOO_LARGE,    /* body beyond max_response_size */
	HTTP_NOT_LOOPBACK, /* plain http led to another machine */
	HTTP_CUT,          /* connection lost, body cut or undecodable */
	HTTP_NO_MEMORY
} HttpFailure;

typedef struct HttpConfig
{
	const char *base_url;      /* scheme, host, port, path prefix; no trailing slash */
	const char *authorization; /* value of the header; a secret */
	const char *ca_file;       /* NULL = the system's */
	const char *proxy;         /* NULL = none, whatever the environment says */
	const char *user_agent;
	int connect_timeout;   /* milliseconds */
	int request_timeout;   /* milliseconds */
	int max_response_size; /* bytes after decompression */
} HttpConfig;

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
	double elapsed;    /* seconds */

	struct HttpTransfer *transfer; /* private to client.c */
} HttpExchange;

extern void http_init(void);
extern HttpClient *http_client_open(const HttpConfig *config);
extern void http_client_close(HttpClient *client);
extern HttpExchange *
http_start(HttpClient *client, const char *method, const char *path, const char *body, int timeout_ms);
extern void http_wait(HttpExchange *exchange);
extern const char *http_header(HttpExchange *exchange, const char *name);
extern void http_finish(HttpExchange *exchange);
extern char *http_escape(const char *text);

#endif /* ATTIO_CLIENT_H */
