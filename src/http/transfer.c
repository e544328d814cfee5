/*
 * transfer.c
 *		One attempt at a request, as libcurl sees it.
 *
 * Owns: libcurl's options, and what it hands us.  No callback of libcurl throws:
 * they set flags and return, and what they mean is decided outside.
 */
#include "http/private.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define HEADER_LIMIT (64 * 1024)
#define FIRST_BODY_SIZE (64 * 1024)

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

/* The body of a request that must not be sent twice: without a way to rewind, libcurl gives up instead. */
static size_t
on_send(char *buffer, size_t size, size_t nmemb, void *arg)
{
	HttpTransfer *transfer = (HttpTransfer *) arg;
	size_t length = Min(strlen(transfer->body + transfer->sent), size * nmemb);

	memcpy(buffer, transfer->body + transfer->sent, length);
	transfer->sent += length;
	return length;
}

/* ----- options ----- */

static void
set_network_options(HttpTransfer *transfer)
{
	const HttpConfig *config = &transfer->client->config;
	CURL *easy = transfer->easy;

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long) config->connect_timeout);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
					 (long) (transfer->timeout_ms > 0 ? transfer->timeout_ms : config->request_timeout));
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
	/* Several requests share one connection where the server speaks HTTP/2. */
	if (!transfer->client->loopback_only)
		curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
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

/* The body stays ours, as long as the exchange lives. */
static bool
set_body(HttpTransfer *transfer)
{
	CURL *easy = transfer->easy;
	curl_off_t length = (curl_off_t) strlen(transfer->body);

	if (transfer->nature != HTTP_ONCE)
		return curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, length) == CURLE_OK &&
			   curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->body) == CURLE_OK;
	transfer->sent = 0;
	return curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
		   curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, length) == CURLE_OK &&
		   curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_send) == CURLE_OK &&
		   curl_easy_setopt(easy, CURLOPT_READDATA, transfer) == CURLE_OK;
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
		good = good && add_header(transfer, "Content-Type: application/json") && add_header(transfer, "Expect:") &&
			   set_body(transfer);
	return good && curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK;
}

/* What libcurl's result and our flags mean. */
HttpFailure
transfer_failure(const HttpTransfer *transfer)
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

/* Make its handle ready; false for lack of memory. */
bool
transfer_set_options(HttpTransfer *transfer)
{
	if (!set_request_options(transfer))
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
	transfer->header_length = 0;
	if (transfer->header_text != NULL)
		transfer->header_text[0] = '\0';
	transfer->too_large = transfer->no_memory = transfer->not_loopback = false;
	transfer->error[0] = '\0';
}
