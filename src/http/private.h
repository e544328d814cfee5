/*
 * private.h
 *		What client.c and transfer.c share.
 */
#ifndef ATTIO_HTTP_PRIVATE_H
#define ATTIO_HTTP_PRIVATE_H

#include "http/client.h"

#include <curl/curl.h>

#include "http/mux.h"
#include "lib/ilist.h"

/* Handles and body buffers that a client keeps for later requests. */
#define CLIENT_SPARES 8

struct HttpClient
{
	MemoryContext context;
	CURLM *multi;
	HttpMux mux;
	HttpConfig config;
	uint64 governed; /* the governor's name of the key */
	bool loopback_only;
	bool closing;       /* free it when the last transfer ends */
	int transfers;      /* exchanges that still hold a handle or wait for their turn */
	int descriptors;    /* announced to fd.c */
	dlist_head waiting; /* transfers whose time has not come */
	int64 passed;       /* answers that were no 429 */
	int64 limited;      /* and that were */
	CURL *idle[CLIENT_SPARES];
	int nidle;
	char *spares[CLIENT_SPARES];
	size_t spare_sizes[CLIENT_SPARES];
	int nspares;
};

/* The part of an exchange that libcurl sees. */
typedef struct HttpTransfer
{
	MemoryContextCallback cleanup; /* never cleared: it stays registered */
	HttpExchange *exchange;
	HttpClient *client;
	HttpNature nature;
	const char *body; /* in the exchange's memory context; NULL = none */
	size_t sent;      /* bytes of it, of HTTP_ONCE */
	int timeout_ms;   /* 0 = the client's */

	dlist_node node; /* in client->waiting */
	bool is_waiting;
	TimestampTz start_at; /* not before */
	TimestampTz asked_at; /* when the request was made */
	TimestampTz begun_at; /* of the first attempt */
	int attempts;
	int limited;         /* 429s in all */
	int refusals;        /* 429s in a row */
	int64 passed_before; /* the client's counts at the first of them */
	int64 limited_before;

	CURL *easy;
	struct curl_slist *headers;
	size_t body_size; /* allocated for the answer */
	char *header_text;
	size_t header_length;
	bool too_large;
	bool no_memory;
	bool not_loopback;
	CURLcode result;
	char error[CURL_ERROR_SIZE];
} HttpTransfer;

extern bool transfer_set_options(HttpTransfer *transfer);
extern HttpFailure transfer_failure(const HttpTransfer *transfer);
extern void transfer_clear(HttpTransfer *transfer);

#endif /* ATTIO_HTTP_PRIVATE_H */
