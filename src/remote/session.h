/*
 * session.h
 *		Sessions with a service: one for each user mapping, kept across statements.
 *
 * A session holds the HTTP client with its key, what the server options say,
 * and what it has learned (remote/known.h).  It is dropped when server or mapping
 * change.  Pointers to a session are valid until the next session_get(),
 * unless it is pinned; a pinned one survives invalidation until it is unpinned.
 */
#ifndef REMOTE_SESSION_H
#define REMOTE_SESSION_H

#include "base/compat.h"
#include "http/http.h"
#include "remote/service.h"

/* What a session saw of the service's sorts. */
typedef enum SortTrust
{
	SORTS_TRUSTED,
	SORTS_WITHOUT_ID, /* refused where the id is among the keys, and taken without */
	SORTS_UNTRUSTED   /* a page was in another order than it was asked for, or sorts are refused */
} SortTrust;

typedef struct Session
{
	Oid mapping; /* hash key: user mapping */
	Oid server;
	const Service *service; /* whose server it is */
	char server_name[NAMEDATALEN];
	MemoryContext context; /* everything below; dies with the session */
	HttpClient *client;
	char *base_url;
	List *options;      /* of the server (DefElem) */
	bool is_checked;    /* the account is the right one */
	int metadata_ttl;   /* milliseconds */
	int max_requests;   /* under way at once */
	int max_retries;    /* of one request */
	uint32 server_hash; /* syscache hash values, for invalidation */
	uint32 mapping_hash;
	bool invalid;
	int pins;
	int64 writes;                 /* made so far */
	TimestampTz wrote_at;         /* of the last write, by the service's clock; 0 = none that a read waits for */
	int read_after_write_timeout; /* milliseconds */
	bool ignores_orders;          /* pages were not in the order that a parameter asked for */
	SortTrust sorts;
	int page_limit;        /* rows that the service returns for one query, at most */
	int page_seen;         /* rows of the largest page that it returned */
	List *known;           /* owned by known.c */
	MemoryContext retired; /* what is known no more, but may be looked at by who has the session in use */
} Session;

extern Session *session_get(Oid server, Oid user);
extern Oid session_server_named(const char *server_name);
extern Oid session_server_of_caller(const char *server_name);
extern Session *session_of_caller(const char *server_name);
extern Session *session_peek(Oid server, Oid user);
extern void session_pin(Session *session);
extern void session_wrote(Session *session, HttpExchange *exchange);
extern bool session_is_open(const char *server_name);
extern int session_disconnect(const char *server_name);

#endif /* REMOTE_SESSION_H */
