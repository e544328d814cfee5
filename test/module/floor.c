/*
 * floor.c
 *		The floor of a scan: the same requests by bare libcurl, and the server's
 *		JSON lexer over the bytes.  For benchmarks only.
 */
#include "base/compat.h"

#include <curl/curl.h>

#include "utils/builtins.h"

extern PGDLLEXPORT Datum attio_test_floor(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(attio_test_floor);

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
start(CURLM *multi, FloorPage *page, const char *url, struct curl_slist *headers, int limit, int64 offset)
{
	if (page->easy == NULL)
		page->easy = curl_easy_init();
	snprintf(page->request, sizeof(page->request), "{\"limit\":%d,\"offset\":" INT64_FORMAT "}", limit, offset);
	page->length = 0;
	page->done = false;
	curl_easy_setopt(page->easy, CURLOPT_URL, url);
	curl_easy_setopt(page->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(page->easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(page->easy, CURLOPT_POSTFIELDS, page->request);
	curl_easy_setopt(page->easy, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(page->easy, CURLOPT_WRITEDATA, page);
	curl_easy_setopt(page->easy, CURLOPT_PRIVATE, page);
	curl_multi_add_handle(multi, page->easy);
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

			curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **) &other);
			other->done = true;
			curl_multi_remove_handle(multi, message->easy_handle);
		}
		if (!page->done)
			curl_multi_poll(multi, NULL, 0, 100, NULL);
	}
}

/*
 * attio_test_floor(url, key, pages, limit, window) -> bytes lexed.  The window
 * opens as a scan's does: one page, then twice as many each time.
 */
Datum
attio_test_floor(PG_FUNCTION_ARGS)
{
	char *url = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char *key = text_to_cstring(PG_GETARG_TEXT_PP(1));
	int pages = PG_GETARG_INT32(2);
	int limit = PG_GETARG_INT32(3);
	int window = Min(PG_GETARG_INT32(4), FLOOR_WINDOW);
	FloorPage ring[FLOOR_WINDOW] = {0};
	CURLM *multi = curl_multi_init();
	struct curl_slist *headers = curl_slist_append(NULL, psprintf("Authorization: Bearer %s", key));
	int64 bytes = 0;
	int asked = 0;
	int open = 1;

	headers = curl_slist_append(headers, "Content-Type: application/json");
	for (int i = 0; i < pages; i++)
	{
		while (asked < pages && asked < i + open)
		{
			start(multi, &ring[asked % window], url, headers, limit, (int64) asked * (limit - 1));
			asked++;
		}
		wait_for(multi, &ring[i % window]);
		if (!attio_server_accepts_json(ring[i % window].body, (int) ring[i % window].length, false))
			elog(ERROR, "page %d is not JSON", i);
		bytes += (int64) ring[i % window].length;
		open = Min(open * 2, window);
	}
	for (int i = 0; i < window; i++)
	{
		if (ring[i].easy != NULL)
			curl_easy_cleanup(ring[i].easy);
		free(ring[i].body);
	}
	curl_multi_cleanup(multi);
	curl_slist_free_all(headers);
	PG_RETURN_INT64(bytes);
}
