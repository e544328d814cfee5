/*
 * sent.c
 *		What of a request may have reached the server.
 *
 * Owns: the hand-over of bodies to libcurl, and the proof that a request which
 * left was not processed.  A request that must not be done twice is sent again
 * only where nothing of its body was handed over, or where the server itself
 * says that it did not look at it: in HTTP/2 a GOAWAY names the last stream that
 * was or may be processed, and a stream may be refused (RFC 9113, 6.8 and 8.7).
 *
 * libcurl tells the numbers of streams only in the texts that it makes for
 * people who look for faults.  Three kinds of them are read; all else that comes
 * with them, the key among it, is dropped unread.  Where libcurl words them
 * otherwise there is no proof, and what was sent is unknown.  So it is where a
 * server goes away because of an error, or names a stream that cannot be.
 */
#include "http/private.h"

#include "utils/timestamp.h"

/* ----- callbacks of libcurl: none throws ----- */

/* Hand over the next piece of the body. */
static size_t
on_send(char *buffer, size_t size, size_t nmemb, void *arg)
{
	HttpTransfer *transfer = (HttpTransfer *) arg;
	size_t length = Min(strlen(transfer->body + transfer->sent), size * nmemb);

	transfer->exchange->uncertain = true;
	memcpy(buffer, transfer->body + transfer->sent, length);
	transfer->sent += length;
	transfer->progress = GetCurrentTimestamp();
	return length;
}

/*
 * Has the server said that it did not process the request?  The streams before
 * it were answered, as a connection has one at a time: who names an earlier one
 * as the last does not know what it did.
 */
static bool
was_refused(const HttpTransfer *transfer)
{
	if (transfer->stream == 0)
		return false;
	return transfer->refused || (transfer->going_away && transfer->stream > transfer->last_stream &&
								 transfer->stream - transfer->last_stream <= 2);
}

/* Another stream, perhaps on another connection: what was said of the one before does not count. */
static void
forget_stream(HttpTransfer *transfer)
{
	transfer->stream = transfer->last_stream = 0;
	transfer->going_away = transfer->refused = false;
}

/*
 * libcurl wants to send the body again, on another connection.  It may where
 * that is harmless; else it gives up.
 */
static int
on_rewind(void *arg, curl_off_t offset, int origin)
{
	HttpTransfer *transfer = (HttpTransfer *) arg;

	if (offset != 0 || origin != SEEK_SET)
		return CURL_SEEKFUNC_FAIL;
	if (transfer->nature == HTTP_ONCE && transfer->sent > 0 && !was_refused(transfer))
		return CURL_SEEKFUNC_FAIL;
	if (transfer->nature == HTTP_ONCE)
		transfer->exchange->uncertain = transfer->uncertain_before;
	transfer->sent = 0;
	forget_stream(transfer);
	return CURL_SEEKFUNC_OK;
}

#if LIBCURL_VERSION_NUM >= 0x075000
#define KNOWS_WHEN_CONNECTED

/* A connection is ready; the request goes next. */
static int
on_ready(void *arg, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
	HttpTransfer *transfer = (HttpTransfer *) arg;

	transfer->connected = true;
	forget_stream(transfer);
	if (transfer->body == NULL && transfer->nature != HTTP_READ)
		transfer->exchange->uncertain = true;
	return CURL_PREREQFUNC_OK;
}

/* Skip these words where they stand; false where others do. */
static bool
skip_words(const char **at, const char *end, const char *words)
{
	size_t length = strlen(words);

	if ((size_t) (end - *at) < length || memcmp(*at, words, length) != 0)
		return false;
	*at += length;
	return true;
}

/* Skip a number, which becomes the result; false where there is none. */
static bool
skip_number(const char **at, const char *end, uint32 *number)
{
	const char *begin = *at;
	uint64 value = 0;

	while (*at < end && **at >= '0' && **at <= '9' && value <= PG_INT32_MAX)
		value = value * 10 + (uint64) (*(*at)++ - '0');
	*number = (uint32) value;
	return *at > begin && value <= PG_INT32_MAX;
}

/*
 * One of libcurl's texts: on which stream a request goes, which stream is the
 * last that the server looks at, or that it has refused this one.  Reading ends
 * where it is none of these.
 */
static int
on_text(CURL *easy, curl_infotype type, char *data, size_t size, void *arg)
{
	/* words, a number, words; those of 7.x and 8.x */
	static const struct
	{
		const char *before;
		const char *behind;
		enum
		{
			STREAM,
			GOAWAY,
			REFUSED
		} what;
	} texts[] = {
		{"Using Stream ID: ", "", STREAM},
		{"[HTTP/2] [", "] OPENED stream", STREAM},
		{"recveived GOAWAY, error=", ", last_stream=", GOAWAY},
		{"received GOAWAY, error=", ", last_stream=", GOAWAY},
		{"HTTP/2 stream ", " refused by server", REFUSED},
	};
	HttpTransfer *transfer = (HttpTransfer *) arg;
	const char *end = data + size;

	for (int i = 0; type == CURLINFO_TEXT && i < (int) lengthof(texts); i++)
	{
		const char *at = data;
		uint32 number;
		uint32 last;

		if (!skip_words(&at, end, texts[i].before) || !skip_number(&at, end, &number) ||
			!skip_words(&at, end, texts[i].behind))
			continue;
		if (texts[i].what == STREAM)
			transfer->stream = number;
		else if (texts[i].what == REFUSED)
			transfer->refused = (number == transfer->stream);
		else if (skip_number(&at, end, &last))
		{
			transfer->going_away = (number == 0);
			transfer->last_stream = last;
		}
		break;
	}
	return 0;
}
#endif

/* ----- what the others call ----- */

/* The body stays ours, as long as the exchange lives.  False for lack of memory. */
bool
sent_set_options(HttpTransfer *transfer)
{
	CURL *easy = transfer->easy;
	bool good = true;

#ifdef KNOWS_WHEN_CONNECTED
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_ready);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
	if (transfer->nature == HTTP_ONCE)
	{
		curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
		curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_text);
		curl_easy_setopt(easy, CURLOPT_DEBUGDATA, transfer);
	}
#endif
	if (transfer->body == NULL)
		return true;
	good = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) strlen(transfer->body)) == CURLE_OK;
	if (transfer->nature == HTTP_READ)
		return good && curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->body) == CURLE_OK;
	return good && curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
		   curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_send) == CURLE_OK &&
		   curl_easy_setopt(easy, CURLOPT_READDATA, transfer) == CURLE_OK &&
		   curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_rewind) == CURLE_OK &&
		   curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer) == CURLE_OK;
}

/* An attempt begins. */
void
sent_begin(HttpTransfer *transfer)
{
	transfer->connected = false;
	transfer->sent = 0;
	forget_stream(transfer);
	transfer->uncertain_before = transfer->exchange->uncertain;
#ifndef KNOWS_WHEN_CONNECTED
	if (transfer->body == NULL && transfer->nature != HTTP_READ)
		transfer->exchange->uncertain = true;
#endif
}

/* An attempt has ended: was a connection ready for it? */
void
sent_note_connected(HttpTransfer *transfer)
{
#ifndef KNOWS_WHEN_CONNECTED
	curl_off_t micros = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &micros);
	transfer->connected = micros > 0;
#endif
	transfer->client->has_connected |= transfer->connected;
}

/*
 * An attempt has ended; its failure and status are noted.  A refusal (4xx) says
 * that nothing was done, and so does a GOAWAY that came instead of an answer.
 */
void
sent_end(HttpTransfer *transfer)
{
	HttpExchange *exchange = transfer->exchange;
	bool refused = exchange->failure == HTTP_ANSWERED && exchange->status >= 400 && exchange->status < 500;

	if (refused || (was_refused(transfer) && !transfer_has_answer(transfer)))
		exchange->uncertain = transfer->uncertain_before;
}
