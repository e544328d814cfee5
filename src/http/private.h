/*
 * private.h
 *		What the files of this folder share about clients and transfers.
 */
#ifndef HTTP_PRIVATE_H
#define HTTP_PRIVATE_H

#include "http/http.h"

#include <curl/curl.h>

#include "http/mux.h"
#include "lib/ilist.h"

/* Handles and body buffers that a client keeps for later requests. */
#define CLIENT_SPARES 8

/* Sockets that a client remembers, to shut one down that is dead. */
#define CLIENT_SOCKETS 64

/*
 * Connections of a client are of two kinds.  On those of the first lane many
 * requests share a connection, where the server can do that.  On those of the
 * second, which carries what must not be sent twice, a connection has one
 * request at a time: when the server lets a connection go, it says so before
 * or with the answer to that request, so none is caught by it.
 */
typedef enum HttpLaneKind
{
	LANE_SHARED,
	LANE_SINGLE
} HttpLaneKind;

#define HTTP_LANES 2

/* Descriptors that libcurl opens for a lane before any connection. */
#define LANE_DESCRIPTORS 2

typedef struct HttpLane
{
	struct HttpClient *client;
	int owner;       /* its number in the mux */
	CURLM *multi;    /* NULL until it is needed */
	int running;     /* transfers that it has */
	int connections; /* open, each announced to fd.c */
	int limit;       /* of connections, as libcurl knows it */
} HttpLane;

/* A socket that libcurl was given; its number may be another's by now. */
typedef struct HttpSocket
{
	curl_socket_t socket;
	dev_t device;
	ino_t inode;
	HttpLane *lane;
} HttpSocket;

struct HttpClient
{
	MemoryContext context;
	dlist_node node; /* among those that are awake */
	bool awake;      /* it holds descriptors */
	uint64 wakings;  /* how often it has closed them */
	HttpLane lanes[HTTP_LANES];
	HttpMux mux;
	HttpConfig config;
	uint64 governed; /* the governor's name of the key */
	bool loopback_only;
	bool closing;         /* free it when the last transfer ends */
	int transfers;        /* exchanges that still hold a handle or wait for their turn */
	dlist_head waiting;   /* transfers that are to start, by the time they were asked for */
	dlist_head under_way; /* transfers that libcurl has */
	int reads;            /* of these, that read */
	int allowed;          /* reads at once; INT_MAX = any number */
	TimestampTz narrowed; /* when that became fewer */
	TimestampTz received; /* when anything came last */
	TimestampTz alarm;    /* what the mux's alarm is set to; 0 = none */
	TimestampTz nudged;   /* when libcurl looked at connections that do not come about */
	bool has_connected;   /* at least once */
	bool shares;          /* many requests share a connection, as far as it is known */
	bool opens_many;      /* each request under way takes a connection of its own, at the cost of a handshake */
	int64 passed;         /* answers that were no 429 */
	int64 limited;        /* and that were */
	CURL *idle[CLIENT_SPARES];
	int nidle;
	HttpSocket sockets[CLIENT_SOCKETS]; /* that were opened, and are not known to be closed */
	int nsockets;
	char *spares[CLIENT_SPARES];
	size_t spare_sizes[CLIENT_SPARES];
	int nspares;
};

/* In which list of its client a transfer is. */
typedef enum HttpPlace
{
	PLACE_NONE,
	PLACE_WAITING,
	PLACE_UNDER_WAY
} HttpPlace;

/* The part of an exchange that libcurl sees. */
typedef struct HttpTransfer
{
	MemoryContextCallback cleanup; /* never cleared: it stays registered */
	HttpExchange *exchange;
	HttpClient *client;
	HttpNature nature;
	const char *body; /* in the exchange's memory context; NULL = none */
	int timeout_ms;   /* without progress; 0 = the client's */

	dlist_node node;
	HttpPlace place;
	const void *line; /* whose requests take places one after the other; NULL = it takes one at once */
	bool has_place;   /* in the governor's line, and has not used it */
	bool is_spent;    /* the governor counts it as under way */
	bool takes_kept;
	TimestampTz turn;     /* the time of that place */
	TimestampTz start_at; /* not before */
	TimestampTz asked_at; /* when the request was made */
	TimestampTz begun_at; /* of the first attempt */
	int attempts;
	int limited;         /* 429s in all */
	int refusals;        /* 429s in a row */
	int64 passed_before; /* the client's counts at the first of them */
	int64 limited_before;
	bool fresh; /* the next attempt takes a new connection */

	/* the attempt under way */
	CURL *easy;
	struct curl_slist *headers;
	TimestampTz attempt_at;
	TimestampTz progress;
	size_t body_size; /* allocated for the answer */
	char *header_text;
	size_t header_length;
	size_t header_bytes; /* with those of interim answers */
	bool too_large;
	bool headers_too_large;
	bool no_memory;
	bool not_loopback;
	bool connects_too_long;
	TimestampTz opened_at; /* its first socket; 0 = none */
	CURLcode result;
	long connect_status; /* of the proxy; 0 = none */
	char error[CURL_ERROR_SIZE];

	/* sent.c: what of it may have arrived */
	bool connected;        /* a connection was ready for it */
	size_t sent;           /* bytes of the body that libcurl has taken */
	bool uncertain_before; /* exchange->uncertain, when the attempt began */
	uint32 stream;         /* in HTTP/2; 0 = not known */
	bool refused;          /* the server has said that it did not look at that stream */
	bool going_away;       /* it has said which stream is the last that it looks at */
	uint32 last_stream;
} HttpTransfer;

/* Where requests of this nature go. */
static inline HttpLaneKind
nature_lane(HttpNature nature)
{
	return nature == HTTP_ONCE ? LANE_SINGLE : LANE_SHARED;
}

/* May it be under way, as one more read? */
static inline bool
transfer_is_allowed(const HttpTransfer *transfer)
{
	return transfer->nature != HTTP_READ || transfer->client->reads < transfer->client->allowed;
}

/* Has its answer begun? */
static inline bool
transfer_has_answer(const HttpTransfer *transfer)
{
	return transfer->header_length > 0 || transfer->exchange->length > 0;
}

/* transfer.c */
extern bool transfer_set_options(HttpTransfer *transfer);
extern HttpFailure transfer_failure(const HttpTransfer *transfer);
extern void transfer_count_sockets(HttpClient *client);
extern void transfer_clear(HttpTransfer *transfer);
extern void transfer_free_headers(HttpTransfer *transfer);
extern void transfer_shut_down(const HttpTransfer *transfer);

/* sent.c */
extern bool sent_set_options(HttpTransfer *transfer);
extern void sent_note_connected(HttpTransfer *transfer);
extern void sent_begin(HttpTransfer *transfer);
extern void sent_end(HttpTransfer *transfer);

/* answer.c */
extern void answer_limits(const HttpTransfer *transfer, LimitTold *told);
extern bool answer_ends_early(const HttpExchange *exchange);

/* progress.c */
extern void progress_nudge(HttpClient *client);
extern void progress_end_stalled(HttpClient *client);
extern void progress_set_alarm(HttpClient *client);
extern void progress_narrow(HttpTransfer *transfer);

/* attempt.c */
extern void attempt_ask(HttpTransfer *transfer, TimestampTz earliest);
extern void attempt_complete(HttpTransfer *transfer, CURLcode result);
extern void attempt_launch_due(HttpClient *client);
extern void attempt_release(HttpTransfer *transfer);

/* client.c */
extern void client_settle(HttpClient *client);

/* pool.c */
extern HttpLane *client_lane(HttpClient *client, HttpLaneKind kind);
extern bool client_is_idle(const HttpClient *client);
extern void client_wake(HttpClient *client, HttpLaneKind kind);
extern void client_rest(HttpClient *client);

#endif /* HTTP_PRIVATE_H */
