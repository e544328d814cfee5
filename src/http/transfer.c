/*
 * transfer.c
 *		One attempt at a request, as libcurl sees it.
 *
 * Owns: libcurl's options, and what it hands us.  No callback of libcurl throws:
 * they set flags and return, and what they mean is decided outside.
 */
#include "http/private.h"

#include "http/descriptors.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "utils/timestamp.h"

/* Bytes that are taken from a socket at once: pages are large, and each call costs. */
#define RECEIVE_BUFFER (128L * 1024)

#define HEADER_LIMIT (64 * 1024)
#define FIRST_BODY_SIZE (64 * 1024)

/*
 * A connection is dead when nothing is confirmed for half of request_timeout,
 * within these bounds: a firewall that has forgotten it says nothing.
 */
#define SHORTEST_SILENCE_MS 1000
#define LONGEST_SILENCE_MS 30000

/* Idle connections for what must not be sent twice are not used any more after so many seconds. */
#define SINGLE_IDLE_SECONDS 15L

/* ----- callbacks of libcurl: none throws ----- */

static void
note_received(HttpTransfer *transfer)
{
	transfer->progress = transfer->client->received = GetCurrentTimestamp();
}

/* CURLOPT_WRITEFUNCTION: append to the body; 0 ends the transfer, where the body is too large or memory is short. */
static size_t
on_body(char *data, size_t size, size_t nmemb, void *arg)
{
	HttpTransfer *transfer = (HttpTransfer *) arg;
	HttpExchange *exchange = transfer->exchange;
	size_t length = size * nmemb;
	size_t needed = exchange->length + length + HTTP_BODY_PADDING;

	note_received(transfer);
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

/*
 * Collects header lines; a status line starts over (100 Continue, proxies).
 * Interim answers count as well: a server may send any number of them.
 */
static size_t
on_header(char *data, size_t size, size_t nmemb, void *arg)
{
	HttpTransfer *transfer = (HttpTransfer *) arg;
	size_t length = size * nmemb;
	char *text;

	note_received(transfer);
	if (length >= 5 && memcmp(data, "HTTP/", 5) == 0)
		transfer->header_length = 0;
	transfer->header_bytes += length;
	if (transfer->header_bytes >= HEADER_LIMIT)
	{
		transfer->headers_too_large = true;
		return 0;
	}
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

/* How long nothing may be confirmed on a connection. */
static int
longest_silence(const HttpConfig *config)
{
	return Min(Max(config->request_timeout / 2, SHORTEST_SILENCE_MS), LONGEST_SILENCE_MS);
}

/* ----- the sockets that are open ----- */

static void
count_closed(HttpLane *lane)
{
	lane->connections--;
	descriptors_give(1);
}

static void
forget_socket(HttpClient *client, curl_socket_t socket)
{
	int kept = 0;

	for (int i = 0; i < client->nsockets; i++)
		if (client->sockets[i].socket != socket)
			client->sockets[kept++] = client->sockets[i];
	client->nsockets = kept;
}

/* Is it still the socket that was opened under this number? */
static bool
is_open(const HttpSocket *socket)
{
	struct stat now;

	return fstat(socket->socket, &now) == 0 && now.st_dev == socket->device && now.st_ino == socket->inode;
}

/* Count those that are closed by now: libcurl says nothing when it gives up an address that is silent. */
void
transfer_count_sockets(HttpClient *client)
{
	int kept = 0;

	for (int i = 0; i < client->nsockets; i++)
	{
		if (is_open(&client->sockets[i]))
			client->sockets[kept++] = client->sockets[i];
		else
			count_closed(client->sockets[i].lane);
	}
	client->nsockets = kept;
}

/* Note a socket that libcurl has opened, so that it is seen when it is closed. */
static void
remember_socket(HttpLane *lane, curl_socket_t opened)
{
	HttpClient *client = lane->client;
	struct stat now;

	transfer_count_sockets(client);
	descriptors_reserve(1);
	lane->connections++;
	if (client->nsockets < CLIENT_SOCKETS && fstat(opened, &now) == 0)
		client->sockets[client->nsockets++] = (HttpSocket){opened, now.st_dev, now.st_ino, lane};
}

/*
 * Without TLS, the key must not leave this machine whatever a resolver says.
 * The kernel closes a connection that is dead, which frees what waits on it.
 */
static curl_socket_t
on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	HttpTransfer *transfer = (HttpTransfer *) arg;
	int type = address->socktype;
	curl_socket_t opened;

	if (transfer->client->loopback_only && !is_loopback(&address->addr))
	{
		transfer->not_loopback = true;
		return CURL_SOCKET_BAD;
	}
#ifdef SOCK_CLOEXEC
	type |= SOCK_CLOEXEC;
#endif
	if (transfer->opened_at == 0)
		transfer->opened_at = GetCurrentTimestamp();
	opened = socket(address->family, type, address->protocol);
#ifdef TCP_USER_TIMEOUT
	if (opened != CURL_SOCKET_BAD && address->socktype == SOCK_STREAM)
	{
		unsigned int silence = (unsigned int) longest_silence(&transfer->client->config);

		(void) setsockopt(opened, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence, sizeof(silence));
	}
#endif
	if (opened == CURL_SOCKET_BAD)
		return opened;
	/* that there is one to be had was seen to before (pool.c) */
	remember_socket(&transfer->client->lanes[nature_lane(transfer->nature)], opened);
	return opened;
}

/* Of a connection, which outlives the transfer that opened it. */
static int
on_close_socket(void *arg, curl_socket_t socket)
{
	HttpLane *lane = (HttpLane *) arg;

	forget_socket(lane->client, socket);
	count_closed(lane);
	return close(socket);
}

/*
 * libcurl asks between pieces whether to go on.  It reads what a proxy says
 * before a connection is ready, and some of what comes behind, as long as
 * anything comes: neither its time-outs nor our waiting are served meanwhile.  A
 * write that has left goes on, as its answer may be the next piece.
 */
static int
on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal, curl_off_t ulnow)
{
	HttpTransfer *transfer = (HttpTransfer *) arg;
	curl_off_t connected = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
	if (transfer->connected || connected > 0)
		return transfer->nature == HTTP_READ && (QueryCancelPending || ProcDiePending);
	transfer->connects_too_long =
		transfer->opened_at != 0 && TimestampDifferenceExceeds(transfer->opened_at, GetCurrentTimestamp(),
															   transfer->client->config.connect_timeout);
	return transfer->connects_too_long || QueryCancelPending || ProcDiePending;
}

/* ----- options ----- */

/* A text that must not be left out where memory is short; false then.  What a build of libcurl lacks it does not use either. */
static bool
set_text(CURL *easy, CURLoption option, const char *text)
{
	return curl_easy_setopt(easy, option, text) != CURLE_OUT_OF_MEMORY;
}

/*
 * TLS is always verified, by the system's authorities or those of ca_file alone;
 * so is a proxy that is reached by https.  TLS 1.1 and older are not spoken,
 * whatever the TLS library's configuration says.
 */
static bool
set_trust_options(CURL *easy, const HttpConfig *config)
{
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_PROXY_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
	if (config->ca_file == NULL)
		return true;
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
	return set_text(easy, CURLOPT_CAINFO, config->ca_file) && set_text(easy, CURLOPT_PROXY_CAINFO, config->ca_file);
}

/* An explicit proxy and an explicit list of exceptions, even if empty, keep the environment's out. */
static bool
set_proxy_options(CURL *easy, const HttpConfig *config)
{
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	return set_text(easy, CURLOPT_PROXY, config->proxy != NULL ? config->proxy : "") &&
		   set_text(easy, CURLOPT_NOPROXY, "") &&
		   (config->proxy_user == NULL || set_text(easy, CURLOPT_PROXYUSERNAME, config->proxy_user)) &&
		   (config->proxy_password == NULL || set_text(easy, CURLOPT_PROXYPASSWORD, config->proxy_password));
}

/* How a connection is chosen, opened and found to be dead. */
static void
set_connection_options(HttpTransfer *transfer)
{
	const HttpConfig *config = &transfer->client->config;
	CURL *easy = transfer->easy;
	long probe = Max(longest_silence(config) / 3000, 1);

	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long) config->connect_timeout);
	/* while an answer is awaited, or nothing, only probes show that it is dead */
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, probe);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, probe);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, &transfer->client->lanes[nature_lane(transfer->nature)]);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, transfer->fresh ? 1L : 0L);
	/* Several requests share one connection where the server speaks HTTP/2. */
	if (!transfer->client->loopback_only && transfer->nature != HTTP_ONCE)
		curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
	if (transfer->nature == HTTP_ONCE)
		curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, SINGLE_IDLE_SECONDS);
}

/* The options that every transfer has, whatever is requested. */
static void
set_network_options(HttpTransfer *transfer)
{
	CURL *easy = transfer->easy;

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	set_connection_options(transfer);
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
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, transfer);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
}

/* One header more; false where memory is short. */
static bool
add_header(HttpTransfer *transfer, const char *line)
{
	struct curl_slist *longer = curl_slist_append(transfer->headers, line);

	if (longer == NULL)
		return false;
	transfer->headers = longer;
	return true;
}

/* Free what add_header() made; the key is wiped. */
void
transfer_free_headers(HttpTransfer *transfer)
{
	for (struct curl_slist *line = transfer->headers; line != NULL; line = line->next)
		explicit_bzero(line->data, strlen(line->data));
	curl_slist_free_all(transfer->headers);
	transfer->headers = NULL;
}

/* libcurl copies the strings it is given. */
static bool
set_request_options(HttpTransfer *transfer)
{
	const HttpConfig *config = &transfer->client->config;
	CURL *easy = transfer->easy;
	char *url = psprintf("%s%s", config->base_url, transfer->exchange->path);
	bool good;

	good = curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK;
	pfree(url);
	if (config->user_agent != NULL)
		good = good && curl_easy_setopt(easy, CURLOPT_USERAGENT, config->user_agent) == CURLE_OK;
	good = good && curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, transfer->exchange->method) == CURLE_OK;
	if (config->authorization != NULL)
	{
		char *line = psprintf("Authorization: %s", config->authorization);

		good = good && add_header(transfer, line);
		explicit_bzero(line, strlen(line));
		pfree(line);
	}
	good = good && add_header(transfer, "Accept: application/json");
	if (transfer->body != NULL)
		good = good && add_header(transfer, "Content-Type: application/json") && add_header(transfer, "Expect:");
	good = good && sent_set_options(transfer);
	return good && curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK;
}

/* What libcurl's result and our flags mean. */
HttpFailure
transfer_failure(const HttpTransfer *transfer)
{
	/* before a connection was ready, and afterwards */
	static const struct
	{
		CURLcode result;
		HttpFailure before;
		HttpFailure connected;
	} results[] = {
		{CURLE_OPERATION_TIMEDOUT, HTTP_NOT_CONNECTED, HTTP_TIMED_OUT},
		/* also a line of headers beyond libcurl's own limit */
		{CURLE_OUT_OF_MEMORY, HTTP_NO_MEMORY, HTTP_UNREADABLE},
		{(CURLcode) 100 /* CURLE_TOO_LARGE of 8.6 */, HTTP_UNREADABLE, HTTP_UNREADABLE},
		{CURLE_SSL_CONNECT_ERROR, HTTP_HANDSHAKE_FAILED, HTTP_CUT},
		{CURLE_SSL_CIPHER, HTTP_HANDSHAKE_FAILED, HTTP_CUT},
		{CURLE_PEER_FAILED_VERIFICATION, HTTP_UNTRUSTED, HTTP_UNTRUSTED},
		{CURLE_SSL_CACERT_BADFILE, HTTP_UNTRUSTED, HTTP_UNTRUSTED},
		{CURLE_SSL_ISSUER_ERROR, HTTP_UNTRUSTED, HTTP_UNTRUSTED},
		{CURLE_SSL_INVALIDCERTSTATUS, HTTP_UNTRUSTED, HTTP_UNTRUSTED},
	};

	if (transfer->no_memory)
		return HTTP_NO_MEMORY;
	if (transfer->too_large)
		return HTTP_TOO_LARGE;
	if (transfer->headers_too_large)
		return HTTP_UNREADABLE;
	if (transfer->not_loopback)
		return HTTP_NOT_LOOPBACK;
	if (transfer->result == CURLE_OK)
		return HTTP_ANSWERED;
	if (!transfer->connected && transfer->connect_status != 0 && transfer->connect_status / 100 != 2)
		return HTTP_PROXY_REFUSED;
	for (int i = 0; i < (int) lengthof(results); i++)
		if (results[i].result == transfer->result)
			return transfer->connected ? results[i].connected : results[i].before;
	return transfer->connected ? HTTP_CUT : HTTP_NOT_CONNECTED;
}

/* Make its handle ready; false for lack of memory. */
bool
transfer_set_options(HttpTransfer *transfer)
{
	const HttpConfig *config = &transfer->client->config;

	if (!set_request_options(transfer) || !set_trust_options(transfer->easy, config) ||
		!set_proxy_options(transfer->easy, config))
		return false;
	set_network_options(transfer);
	return true;
}

/* Forget what the last attempt answered. */
void
transfer_clear(HttpTransfer *transfer)
{
	transfer->exchange->length = 0;
	if (transfer->exchange->body != NULL)
		transfer->exchange->body[0] = '\0';
	transfer->header_length = transfer->header_bytes = 0;
	if (transfer->header_text != NULL)
		transfer->header_text[0] = '\0';
	transfer->too_large = transfer->headers_too_large = transfer->no_memory = transfer->not_loopback = false;
	transfer->connects_too_long = false;
	transfer->opened_at = 0;
	transfer->error[0] = '\0';
}

/* Is this end of a socket at that address?  Any port will do for 0. */
static bool
is_end(curl_socket_t socket, int (*name)(int, struct sockaddr *, socklen_t *), const char *ip, long port)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	const struct sockaddr_in *v4 = (const struct sockaddr_in *) &address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) &address;
	char text[INET6_ADDRSTRLEN];
	bool is_v6;

	if (name(socket, (struct sockaddr *) &address, &length) != 0 ||
		(address.ss_family != AF_INET && address.ss_family != AF_INET6))
		return false;
	is_v6 = (address.ss_family == AF_INET6);
	if (port != 0 && ntohs(is_v6 ? v6->sin6_port : v4->sin_port) != port)
		return false;
	return inet_ntop(address.ss_family, is_v6 ? (const void *) &v6->sin6_addr : (const void *) &v4->sin_addr, text,
					 sizeof(text)) != NULL &&
		   strcmp(text, ip) == 0;
}

/*
 * Shut down the connection that it is on, so that libcurl gives it up.  libcurl
 * does not tell the socket of a transfer under way, but its ends: one port of
 * this machine may lead to several addresses at once.
 */
void
transfer_shut_down(const HttpTransfer *transfer)
{
	const HttpClient *client = transfer->client;
	CURL *easy = transfer->easy;
	const char *local = NULL;
	const char *remote = NULL;
	long port = 0;

	if (!transfer->connected || curl_easy_getinfo(easy, CURLINFO_LOCAL_PORT, &port) != CURLE_OK || port <= 0 ||
		curl_easy_getinfo(easy, CURLINFO_LOCAL_IP, &local) != CURLE_OK || local == NULL ||
		curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &remote) != CURLE_OK || remote == NULL)
		return;
	for (int i = 0; i < client->nsockets; i++)
		if (is_end(client->sockets[i].socket, getsockname, local, port) &&
			is_end(client->sockets[i].socket, getpeername, remote, 0) && is_open(&client->sockets[i]))
			shutdown(client->sockets[i].socket, SHUT_RDWR);
}
