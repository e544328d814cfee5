/*
 * client.c
 *		HTTP requests over libcurl's multi interface.
 *
 * Owns: libcurl; the only place that waits.  Must not know what Attio is.
 *
 * No callback of libcurl throws: they set flags and return, and what they mean
 * is decided outside.  Waiting happens on the mux descriptor together with the
 * backend's latch, so every kind of interrupt is served at once.
 */
#include "http/client.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "http/mux.h"
#include "storage/fd.h"
#include "utils/memutils.h"

/* Descriptors a client is counted for: the mux and one connection. */
#define CLIENT_DESCRIPTORS (MUX_DESCRIPTORS + 1)
#define HEADER_LIMIT (64 * 1024)
#define FIRST_BODY_SIZE (64 * 1024)
#define SPARE_BODY_LIMIT (16 * 1024 * 1024)
#define POLL_SLICE_MS 10

struct HttpClient
{
	MemoryContext context;
	CURLM *multi;
	HttpMux mux;
	HttpConfig config;
	bool loopback_only;
	bool closing;    /* free it when the last transfer ends */
	int transfers;   /* exchanges that still hold a handle */
	int descriptors; /* announced to fd.c */
	CURL *idle;      /* one handle kept for the next request */
	char *spare;     /* one body buffer kept likewise */
	size_t spare_size;
};

/* The part of an exchange that libcurl sees. */
typedef struct HttpTransfer
{
	MemoryContextCallback cleanup; /* never cleared: it stays registered */
	HttpExchange *exchange;
	HttpClient *client;
	CURL *easy;
	struct curl_slist *headers;
	size_t body_size; /* allocated */
	char *header_text;
	size_t header_length;
	bool too_large;
	bool no_memory;
	bool not_loopback;
	CURLcode result;
	char error[CURL_ERROR_SIZE];
} HttpTransfer;

static uint32 http_wait_event = 0;

/* Initialize libcurl, once per process. */
void
http_init(void)
{
	if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("could not initialize libcurl")));
}

/* ----- callbacks of libcurl: none throws ----- */

static size_t
on_body(char *data, size_t size, size_t nmemb, void *arg)
{
	HttpTransfer *transfer = (HttpTransfer *) arg;
	HttpExchange *exchange = transfer->exchange;
	size_t length = size * nmemb;
	size_t needed = exchange->length + length + HTTP_BODY_PADDING;

	if (exchange->length + length > (size_t) transfer->client->config.max_response_size)
	{
		transfer->too_large = true;
		return 0;
	}
	if (needed > transfer->body_size)
	{
		size_t grown = Max(Max(transfer->body_size * 2, needed), (size_t) FIRST_BODY_SIZE);
		char *body = (char *) realloc(exchange->body, grown);

		if (body == NULL)
		{
			transfer->no_memory = true;
			return 0;
		}
		exchange->body = body;
		transfer->body_size = grown;
	}
	memcpy(exchange->body + exchange->length, data, length);
	exchange->length += length;
	exchange->body[exchange->length] = '\0';
	return length;
}

/* Collects header lines; a status line starts over (100 Continue, proxies). */
static size_t
on_header(char *data, size_t size, size_t nmemb, void *arg)
{
	HttpTransfer *transfer = (HttpTransfer *) arg;
	size_t length = size * nmemb;
	char *text;

	if (length >= 5 && memcmp(data, "HTTP/", 5) == 0)
		transfer->header_length = 0;
	/* The failure is libcurl's then: a write error, an answer that was cut. */
	if (transfer->header_length + length + 1 > HEADER_LIMIT)
		return 0;
	text = (char *) realloc(transfer->header_text, transfer->header_length + length + 1);
	if (text == NULL)
	{
		transfer->no_memory = true;
		return 0;
	}
	transfer->header_text = text;
	memcpy(text + transfer->header_length, data, length);
	transfer->header_length += length;
	text[transfer->header_length] = '\0';
	return length;
}

static bool
is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return (ntohl(((const struct sockaddr_in *) address)->sin_addr.s_addr) >> 24) == 127;
	if (address->sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *) address)->sin6_addr);
	return false;
}

/* Without TLS, the key must not leave this machine whatever a resolver says. */
static curl_socket_t
on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	HttpTransfer *transfer = (HttpTransfer *) arg;

	(void) purpose;
	if (transfer->client->loopback_only && !is_loopback(&address->addr))
	{
		transfer->not_loopback = true;
		return CURL_SOCKET_BAD;
	}
#ifdef SOCK_CLOEXEC
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
#else
	return socket(address->family, address->socktype, address->protocol);
#endif
}

static int
on_socket(CURL *easy, curl_socket_t socket, int what, void *arg, void *socket_arg)
{
	HttpClient *client = (HttpClient *) arg;

	(void) easy, (void) socket_arg;
	if (what == CURL_POLL_REMOVE)
		return mux_forget(&client->mux, socket) ? 0 : -1;
	return mux_watch(&client->mux, socket, what != CURL_POLL_OUT, what != CURL_POLL_IN) ? 0 : -1;
}

static int
on_timer(CURLM *multi, long timeout_ms, void *arg)
{
	(void) multi;
	return mux_set_timer(&((HttpClient *) arg)->mux, timeout_ms) ? 0 : -1;
}

/* ----- clients ----- */

static void
client_free(HttpClient *client)
{
	if (client->idle != NULL)
		curl_easy_cleanup(client->idle);
	if (client->multi != NULL)
		curl_multi_cleanup(client->multi);
	mux_close(&client->mux);
	free(client->spare);
	while (client->descriptors > 0)
	{
		ReleaseExternalFD();
		client->descriptors--;
	}
	if (client->config.authorization != NULL)
		explicit_bzero(unconstify(char *, client->config.authorization), strlen(client->config.authorization));
	MemoryContextDelete(client->context);
}

static char *
copy_or_null(const char *text)
{
	return text == NULL ? NULL : pstrdup(text);
}

static void
client_copy_config(HttpClient *client, const HttpConfig *config)
{
	MemoryContext saved = MemoryContextSwitchTo(client->context);

	client->config = *config;
	client->config.base_url = pstrdup(config->base_url);
	client->config.authorization = copy_or_null(config->authorization);
	client->config.ca_file = copy_or_null(config->ca_file);
	client->config.proxy = copy_or_null(config->proxy);
	client->config.user_agent = copy_or_null(config->user_agent);
	client->loopback_only = strncmp(config->base_url, "http://", 7) == 0;
	MemoryContextSwitchTo(saved);
}

/* A client for one origin and key.  Raises ERROR for lack of memory or descriptors. */
HttpClient *
http_client_open(const HttpConfig *config)
{
	MemoryContext context = AllocSetContextCreate(TopMemoryContext, "attio_fdw http client", ALLOCSET_SMALL_SIZES);
	HttpClient *client = (HttpClient *) MemoryContextAllocZero(context, sizeof(HttpClient));

	if (http_wait_event == 0)
		http_wait_event = attio_wait_event("AttioHttp");
	client->context = context;
	client->mux.fd = client->mux.timer_fd = -1;
	client_copy_config(client, config);

	while (client->descriptors < CLIENT_DESCRIPTORS && AcquireExternalFD())
		client->descriptors++;
	if (client->descriptors < CLIENT_DESCRIPTORS || !mux_open(&client->mux) ||
		(client->multi = curl_multi_init()) == NULL)
	{
		client_free(client);
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_RESOURCES), errmsg("could not open a connection set: %m")));
	}
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	return client;
}

/* Close a client now, or when the last exchange that uses it ends. */
void
http_client_close(HttpClient *client)
{
	client->closing = true;
	if (client->transfers == 0)
		client_free(client);
}

/* ----- exchanges ----- */

/* Give back what a transfer holds of libcurl; keeps the answer.  Idempotent. */
static void
transfer_release(HttpTransfer *transfer)
{
	HttpClient *client = transfer->client;

	if (transfer->easy == NULL)
		return;
	curl_multi_remove_handle(client->multi, transfer->easy);
	if (client->idle == NULL && !client->closing)
	{
		curl_easy_reset(transfer->easy);
		client->idle = transfer->easy;
	}
	else
		curl_easy_cleanup(transfer->easy);
	transfer->easy = NULL;
	curl_slist_free_all(transfer->headers);
	transfer->headers = NULL;
}

/* Reset callback of the exchange's context, and the body of http_finish(). */
static void
exchange_cleanup(void *arg)
{
	HttpTransfer *transfer = (HttpTransfer *) arg;
	HttpExchange *exchange = transfer->exchange;
	HttpClient *client = transfer->client;

	if (client == NULL)
		return;
	transfer_release(transfer);
	if (exchange->body != NULL && client->spare == NULL && transfer->body_size <= SPARE_BODY_LIMIT)
	{
		client->spare = exchange->body;
		client->spare_size = transfer->body_size;
	}
	else
		free(exchange->body);
	exchange->body = NULL;
	free(transfer->header_text);
	transfer->header_text = NULL;
	transfer->client = NULL;
	if (--client->transfers == 0 && client->closing)
		client_free(client);
}

static void
set_network_options(HttpTransfer *transfer, int timeout_ms)
{
	const HttpConfig *config = &transfer->client->config;
	CURL *easy = transfer->easy;

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long) config->connect_timeout);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long) (timeout_ms > 0 ? timeout_ms : config->request_timeout));
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	/* An explicit proxy, even if empty, keeps the environment's out. */
	curl_easy_setopt(easy, CURLOPT_PROXY, config->proxy != NULL ? config->proxy : "");
	if (config->ca_file != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, config->ca_file);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, transfer->client->loopback_only ? "http" : "https");
#else
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS,
					 (long) (transfer->client->loopback_only ? CURLPROTO_HTTP : CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
	/* Without it, a cancel waits for a resolver thread that hangs. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
}

static bool
add_header(HttpTransfer *transfer, const char *line)
{
	struct curl_slist *longer = curl_slist_append(transfer->headers, line);

	if (longer == NULL)
		return false;
	transfer->headers = longer;
	return true;
}

/* libcurl copies what it is given, so the strings here are short-lived. */
static bool
set_request_options(HttpTransfer *transfer, const char *method, const char *path, const char *body)
{
	const HttpConfig *config = &transfer->client->config;
	CURL *easy = transfer->easy;
	char *url = psprintf("%s%s", config->base_url, path);
	bool good;

	good = curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK;
	pfree(url);
	if (config->user_agent != NULL)
		good = good && curl_easy_setopt(easy, CURLOPT_USERAGENT, config->user_agent) == CURLE_OK;
	good = good && curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method) == CURLE_OK;
	if (config->authorization != NULL)
	{
		char *line = psprintf("Authorization: %s", config->authorization);

		good = good && add_header(transfer, line);
		explicit_bzero(line, strlen(line));
		pfree(line);
	}
	good = good && add_header(transfer, "Accept: application/json");
	if (body != NULL)
	{
		good = good && curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) strlen(body)) == CURLE_OK &&
			   curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, body) == CURLE_OK &&
			   add_header(transfer, "Content-Type: application/json") && add_header(transfer, "Expect:");
	}
	return good && curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK;
}

static HttpFailure
classify(HttpTransfer *transfer)
{
	if (transfer->no_memory)
		return HTTP_NO_MEMORY;
	if (transfer->too_large)
		return HTTP_TOO_LARGE;
	if (transfer->not_loopback)
		return HTTP_NOT_LOOPBACK;
	switch (transfer->result)
	{
		case CURLE_OK:
			return HTTP_ANSWERED;
		case CURLE_OUT_OF_MEMORY:
			return HTTP_NO_MEMORY;
		case CURLE_OPERATION_TIMEDOUT:
			return HTTP_TIMED_OUT;
		case CURLE_COULDNT_RESOLVE_HOST:
		case CURLE_COULDNT_RESOLVE_PROXY:
		case CURLE_COULDNT_CONNECT:
			return HTTP_NOT_CONNECTED;
		case CURLE_SSL_CONNECT_ERROR:
		case CURLE_PEER_FAILED_VERIFICATION:
		case CURLE_SSL_CACERT_BADFILE:
		case CURLE_SSL_CERTPROBLEM:
		case CURLE_SSL_CIPHER:
			return HTTP_TLS_REFUSED;
		default:
			return HTTP_CUT;
	}
}

/* Note how a transfer ended, and give its handle back. */
static void
transfer_complete(HttpTransfer *transfer, CURLcode result)
{
	HttpExchange *exchange = transfer->exchange;
	long status = 0;
	curl_off_t wire = 0;
	curl_off_t micros = 0;

	transfer->result = result;
	exchange->failure = classify(transfer);
	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &wire);
	curl_easy_getinfo(transfer->easy, CURLINFO_TOTAL_TIME_T, &micros);
	exchange->status = (int) status;
	exchange->wire_bytes = (size_t) wire;
	exchange->elapsed = (double) micros / 1000000.0;
	if (exchange->failure == HTTP_TOO_LARGE)
		snprintf(exchange->error, sizeof(exchange->error), "more than %d bytes",
				 transfer->client->config.max_response_size);
	else
		strlcpy(exchange->error, transfer->error[0] != '\0' ? transfer->error : curl_easy_strerror(result),
				sizeof(exchange->error));
	exchange->done = true;
	transfer_release(transfer);
}

/* Let libcurl work on whatever is ready; never waits. */
static void
client_drive(HttpClient *client)
{
	MuxEvent events[16];
	int nevents;
	int running;
	int queued;
	CURLMsg *message;

	if (client->mux.fd < 0)
		curl_multi_perform(client->multi, &running);
	while (client->mux.fd >= 0 && (nevents = mux_ready(&client->mux, events, lengthof(events))) > 0)
	{
		for (int i = 0; i < nevents; i++)
			curl_multi_socket_action(client->multi, events[i].socket < 0 ? CURL_SOCKET_TIMEOUT : events[i].socket,
									 (events[i].readable ? CURL_CSELECT_IN : 0) |
										 (events[i].writable ? CURL_CSELECT_OUT : 0) |
										 (events[i].broken ? CURL_CSELECT_ERR : 0),
									 &running);
		/* A fast peer must not keep us here: interrupts are served between rounds. */
		if (InterruptPending || nevents < (int) lengthof(events))
			break;
	}
	while ((message = curl_multi_info_read(client->multi, &queued)) != NULL)
	{
		HttpTransfer *transfer = NULL;
		CURLcode result = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		transfer_complete(transfer, result);
	}
}

/*
 * Send a request.  "path" is already escaped, "body" NULL or JSON; a
 * timeout_ms of 0 leaves the client's.  Does not wait for the answer.
 */
HttpExchange *
http_start(HttpClient *client, const char *method, const char *path, const char *body, int timeout_ms)
{
	HttpExchange *exchange = (HttpExchange *) palloc0(sizeof(HttpExchange));
	HttpTransfer *transfer = (HttpTransfer *) palloc0(sizeof(HttpTransfer));

	exchange->transfer = transfer;
	exchange->method = pstrdup(method);
	exchange->path = pstrdup(path);
	transfer->exchange = exchange;
	transfer->client = client;
	client->transfers++;
	transfer->cleanup.func = exchange_cleanup;
	transfer->cleanup.arg = transfer;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &transfer->cleanup);

	exchange->body = client->spare;
	transfer->body_size = client->spare_size;
	client->spare = NULL;
	client->spare_size = 0;
	if (exchange->body != NULL)
		exchange->body[0] = '\0';
	transfer->easy = client->idle != NULL ? client->idle : curl_easy_init();
	client->idle = NULL;
	if (transfer->easy == NULL || !set_request_options(transfer, method, path, body))
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	set_network_options(transfer, timeout_ms);
	if (curl_multi_add_handle(client->multi, transfer->easy) != CURLM_OK)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	client_drive(client);
	return exchange;
}

/* Wait until the exchange is done.  Serves interrupts, so it may raise any of them. */
void
http_wait(HttpExchange *exchange)
{
	while (!exchange->done)
	{
		HttpClient *client = exchange->transfer->client;
		int events;

		CHECK_FOR_INTERRUPTS();
		client_drive(client);
		if (exchange->done)
			break;
		if (client->mux.fd >= 0)
			events = WaitLatchOrSocket(MyLatch, WL_LATCH_SET | WL_SOCKET_READABLE | WL_EXIT_ON_PM_DEATH, client->mux.fd,
									   -1L, http_wait_event);
		else
			events =
				WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, POLL_SLICE_MS, http_wait_event);
		if (events & WL_LATCH_SET)
			ResetLatch(MyLatch);
	}
}

/*
 * The value of a response header, trimmed, in the current memory context; NULL
 * when it did not come.
 */
const char *
http_header(HttpExchange *exchange, const char *name)
{
	const char *line = exchange->transfer->header_text;
	size_t name_length = strlen(name);

	while (line != NULL && *line != '\0')
	{
		const char *end = line + strcspn(line, "\r\n");

		if (pg_strncasecmp(line, name, name_length) == 0 && line[name_length] == ':')
		{
			const char *value = line + name_length + 1;

			value += strspn(value, " \t");
			while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
				end--;
			return pnstrdup(value, end > value ? end - value : 0);
		}
		line = end + strspn(end, "\r\n");
	}
	return NULL;
}

/* Release an exchange before its memory context goes.  Its body is gone then. */
void
http_finish(HttpExchange *exchange)
{
	exchange_cleanup(exchange->transfer);
}

/* One path segment, escaped for a URL. */
char *
http_escape(const char *text)
{
	char *escaped = curl_easy_escape(NULL, text, (int) strlen(text));
	char *copy;

	if (escaped == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	copy = (char *) MemoryContextAllocExtended(CurrentMemoryContext, strlen(escaped) + 1, MCXT_ALLOC_NO_OOM);
	if (copy != NULL)
		strcpy(copy, escaped);
	curl_free(escaped);
	if (copy == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	return copy;
}
