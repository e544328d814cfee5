/*
 * floor.c
 *		The floor of a scan: the same requests by bare libcurl, and perhaps the
 *		server's JSON lexer over the bytes.  For benchmarks only.
 */
#include "base/compat.h"

#include <curl/curl.h>

#include "utils/builtins.h"
#include "utils/timestamp.h"

extern PGDLLEXPORT Datum attio_test_floor(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_test_curl(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(attio_test_floor);
PG_FUNCTION_INFO_V1(attio_test_curl);

#define FLOOR_WINDOW 32

typedef struct FloorPage
{
	CURL *easy;
	char *body;
	size_t length;
	size_t size;
	char request[128];
	bool done;
} FloorPage;

typedef struct Floor
{
	const char *url;
	const char *ca_file; /* NULL = without TLS */
	bool http2;
	bool compressed;
	bool opens_at_once; /* after the first page, all that are allowed; else twice as many each time */
	bool reads;         /* with the server's lexer */
	int limit;
	int window;
	CURLM *multi;
	struct curl_slist *headers;
	FloorPage ring[FLOOR_WINDOW];
} Floor;

static size_t
keep(char *data, size_t size, size_t nmemb, void *arg)
{
	FloorPage *page = (FloorPage *) arg;
	size_t length = size * nmemb;

	if (page->length + length + 1 > page->size)
	{
		page->size = Max(page->size * 2, page->length + length + 65536);
		page->body = (char *) realloc(page->body, page->size);
	}
	memcpy(page->body + page->length, data, length);
	page->length += length;
	return length;
}

static void
start(Floor *floor, FloorPage *page, int limit, int64 offset)
{
	if (page->easy == NULL)
		page->easy = curl_easy_init();
	snprintf(page->request, sizeof(page->request), "{\"limit\":%d,\"offset\":" INT64_FORMAT "}", limit, offset);
	page->length = 0;
	page->done = false;
	curl_easy_setopt(page->easy, CURLOPT_URL, floor->url);
	curl_easy_setopt(page->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(page->easy, CURLOPT_HTTPHEADER, floor->headers);
	curl_easy_setopt(page->easy, CURLOPT_POSTFIELDS, page->request);
	curl_easy_setopt(page->easy, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(page->easy, CURLOPT_WRITEDATA, page);
	curl_easy_setopt(page->easy, CURLOPT_PRIVATE, page);
	if (floor->ca_file != NULL)
	{
		curl_easy_setopt(page->easy, CURLOPT_CAINFO, floor->ca_file);
		curl_easy_setopt(page->easy, CURLOPT_PIPEWAIT, floor->http2 ? 1L : 0L);
	}
	if (floor->compressed)
		curl_easy_setopt(page->easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_multi_add_handle(floor->multi, page->easy);
}

static void
wait_for(CURLM *multi, FloorPage *page)
{
	while (!page->done)
	{
		int running;
		int queued;
		CURLMsg *message;

		CHECK_FOR_INTERRUPTS();
		curl_multi_perform(multi, &running);
		while ((message = curl_multi_info_read(multi, &queued)) != NULL)
		{
			FloorPage *other;

			if (message->data.result != CURLE_OK)
				elog(ERROR, "%s", curl_easy_strerror(message->data.result));
			curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **) &other);
			other->done = true;
			curl_multi_remove_handle(multi, message->easy_handle);
		}
		if (!page->done)
			curl_multi_poll(multi, NULL, 0, 100, NULL);
	}
}

static void
open_floor(Floor *floor, const char *key)
{
	floor->multi = curl_multi_init();
	floor->headers = curl_slist_append(NULL, psprintf("Authorization: Bearer %s", key));
	floor->headers = curl_slist_append(floor->headers, "Content-Type: application/json");
	floor->window = Min(floor->window, FLOOR_WINDOW);
}

static void
close_floor(Floor *floor)
{
	for (int i = 0; i < FLOOR_WINDOW; i++)
	{
		if (floor->ring[i].easy != NULL)
			curl_easy_cleanup(floor->ring[i].easy);
		free(floor->ring[i].body);
	}
	curl_multi_cleanup(floor->multi);
	curl_slist_free_all(floor->headers);
}

/* Get so many pages, as a scan does: one, then more of them each time; their bytes. */
static int64
get_pages(Floor *floor, int pages)
{
	int64 bytes = 0;
	int asked = 0;
	int open = 1;

	for (int i = 0; i < pages; i++)
	{
		FloorPage *page = &floor->ring[i % floor->window];

		while (asked < pages && asked < i + open)
		{
			start(floor, &floor->ring[asked % floor->window], floor->limit, (int64) asked * (floor->limit - 1));
			asked++;
		}
		wait_for(floor->multi, page);
		if (floor->reads && !compat_server_accepts_json(page->body, (int) page->length, false))
			elog(ERROR, "page %d is not JSON", i);
		bytes += (int64) page->length;
		open = floor->opens_at_once ? floor->window : Min(open * 2, floor->window);
	}
	return bytes;
}

/* attio_test_floor(url, key, pages, limit, window) -> bytes lexed */
Datum
attio_test_floor(PG_FUNCTION_ARGS)
{
	Floor *floor = (Floor *) palloc0(sizeof(Floor));
	int64 bytes;

	floor->url = text_to_cstring(PG_GETARG_TEXT_PP(0));
	floor->limit = PG_GETARG_INT32(3);
	floor->window = PG_GETARG_INT32(4);
	floor->reads = true;
	open_floor(floor, text_to_cstring(PG_GETARG_TEXT_PP(1)));
	bytes = get_pages(floor, PG_GETARG_INT32(2));
	close_floor(floor);
	PG_RETURN_INT64(bytes);
}

/*
 * attio_test_curl(url, key, pages, limit, window, ca_file, http2, compressed) ->
 * milliseconds that the pages take, over TLS, with one connection open before.
 */
Datum
attio_test_curl(PG_FUNCTION_ARGS)
{
	Floor *floor = (Floor *) palloc0(sizeof(Floor));
	TimestampTz begin;
	TimestampTz end;

	floor->url = text_to_cstring(PG_GETARG_TEXT_PP(0));
	floor->limit = PG_GETARG_INT32(3);
	floor->window = PG_GETARG_INT32(4);
	floor->ca_file = text_to_cstring(PG_GETARG_TEXT_PP(5));
	floor->http2 = PG_GETARG_BOOL(6);
	floor->compressed = PG_GETARG_BOOL(7);
	floor->opens_at_once = !floor->http2;
	open_floor(floor, text_to_cstring(PG_GETARG_TEXT_PP(1)));
	start(floor, &floor->ring[0], 1, 0);
	wait_for(floor->multi, &floor->ring[0]);
	begin = GetCurrentTimestamp();
	(void) get_pages(floor, PG_GETARG_INT32(2));
	end = GetCurrentTimestamp();
	close_floor(floor);
	PG_RETURN_FLOAT8((double) (end - begin) / 1000);
}
