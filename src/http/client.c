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
#include "http/private.h"

#include "common/pg_prng.h"
#include "http/governor.h"
#include "http/retry.h"
#include "storage/fd.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define SPARE_BODY_LIMIT (16 * 1024 * 1024)
#define POLL_SLICE_MS 10

static uint32 http_wait_event = 0;

/* Initialize libcurl, once per process. */
void
http_init(void)
{
	if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("could not initialize libcurl")));
}

/* ----- callbacks of libcurl: none throws ----- */

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
	while (client->nidle > 0)
		curl_easy_cleanup(client->idle[--client->nidle]);
	if (client->multi != NULL)
		curl_multi_cleanup(client->multi);
	mux_close(&client->mux);
	while (client->nspares > 0)
		free(client->spares[--client->nspares]);
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
	client->mux.fd = client->mux.timer_fd = client->mux.alarm_fd = -1;
	dlist_init(&client->waiting);
	client_copy_config(client, config);
	client->governed = governor_key(config->authorization != NULL ? config->authorization : config->base_url);

	while (client->descriptors < MUX_DESCRIPTORS + client->config.max_connections && AcquireExternalFD())
		client->descriptors++;
	if (client->descriptors < MUX_DESCRIPTORS + 1 || !mux_open(&client->mux) ||
		(client->multi = curl_multi_init()) == NULL)
	{
		client_free(client);
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_RESOURCES), errmsg("could not open a connection set: %m")));
	}
	/* No more connections than descriptors could be announced. */
	curl_multi_setopt(client->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long) (client->descriptors - MUX_DESCRIPTORS));
	curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long) (client->descriptors - MUX_DESCRIPTORS));
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

	if (transfer->is_waiting)
		dlist_delete(&transfer->node);
	transfer->is_waiting = false;
	if (transfer->easy == NULL)
		return;
	curl_multi_remove_handle(client->multi, transfer->easy);
	if (client->nidle < CLIENT_SPARES && !client->closing)
	{
		curl_easy_reset(transfer->easy);
		client->idle[client->nidle++] = transfer->easy;
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
	if (exchange->body != NULL && client->nspares < CLIENT_SPARES && transfer->body_size <= SPARE_BODY_LIMIT)
	{
		client->spares[client->nspares] = exchange->body;
		client->spare_sizes[client->nspares++] = transfer->body_size;
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

/* ----- attempts ----- */

static double
seconds_between(TimestampTz from, TimestampTz to)
{
	return (double) (to - from) / USECS_PER_SEC;
}

/* The request ends as it is. */
static void
finish(HttpTransfer *transfer)
{
	const HttpConfig *config = &transfer->client->config;

	transfer_release(transfer);
	transfer->exchange->done = true;
	if (config->listener != NULL)
		config->listener(config->server, transfer->exchange);
}

/* Wait for a turn: not before "earliest", and not before the rate limit allows. */
static void
wait_for_turn(HttpTransfer *transfer, TimestampTz earliest)
{
	HttpClient *client = transfer->client;
	TimestampTz turn = governor_take(client->governed, transfer->nature != HTTP_READ, &client->config.rates);
	TimestampTz now = GetCurrentTimestamp();

	transfer->start_at = Max(earliest, turn);
	transfer->exchange->governed += Max(seconds_between(Max(earliest, now), turn), 0);
	transfer->is_waiting = true;
	dlist_push_tail(&client->waiting, &transfer->node);
}

/* Hand it to libcurl.  Lack of memory ends the exchange. */
static void
launch(HttpTransfer *transfer)
{
	HttpClient *client = transfer->client;

	dlist_delete(&transfer->node);
	transfer->is_waiting = false;
	transfer->attempts++;
	transfer->exchange->launched = true;
	if (transfer->attempts == 1)
		transfer->begun_at = GetCurrentTimestamp();
	transfer->easy = client->nidle > 0 ? client->idle[--client->nidle] : curl_easy_init();
	if (transfer->easy != NULL && transfer_set_options(transfer) &&
		curl_multi_add_handle(client->multi, transfer->easy) == CURLM_OK)
		return;
	transfer->exchange->failure = HTTP_NO_MEMORY;
	finish(transfer);
}

/* Launch what may start now, and set the alarm for the next. */
static void
launch_due(HttpClient *client)
{
	dlist_mutable_iter iter;
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz next = DT_NOEND;

	dlist_foreach_modify(iter, &client->waiting)
	{
		HttpTransfer *transfer = dlist_container(HttpTransfer, node, iter.cur);

		if (transfer->start_at <= now)
			launch(transfer);
		else
			next = Min(next, transfer->start_at);
	}
	mux_set_alarm(&client->mux, next == DT_NOEND ? -1 : (long) ((next - now) / 1000 + 1));
}

/*
 * Is it the score of the query that is over a limit (API.md 2)?  Then others
 * pass while this one alone is refused again and again, and waiting does not
 * help.  Where others are refused as well it is the rate.
 */
static bool
is_score_limit(const HttpTransfer *transfer)
{
	const HttpClient *client = transfer->client;
	int64 others_limited = client->limited - transfer->limited_before - transfer->refusals;

	return transfer->refusals >= 3 && client->passed - transfer->passed_before >= 4 * transfer->refusals &&
		   others_limited == 0;
}

/* Count an answer, by what it says of limits. */
static void
note_limits(HttpTransfer *transfer)
{
	HttpClient *client = transfer->client;

	if (transfer->exchange->status != 429)
	{
		client->passed += (transfer->exchange->failure == HTTP_ANSWERED);
		transfer->refusals = 0;
		return;
	}
	if (transfer->refusals == 0)
	{
		transfer->passed_before = client->passed;
		transfer->limited_before = client->limited;
	}
	client->limited++;
	transfer->limited++;
	transfer->refusals++;
}

/* Is it refused for a reason that will pass? */
static bool
says_passing(const HttpClient *client, const HttpExchange *exchange)
{
	const char *const *word = client->config.passing;

	if (exchange->failure != HTTP_ANSWERED || exchange->status < 400 || exchange->status >= 500 ||
		exchange->length == 0)
		return false;
	for (; word != NULL && *word != NULL; word++)
		if (strstr(exchange->body, *word) != NULL)
			return true;
	return false;
}

/* Milliseconds until the next attempt, or -1: none. */
static int
next_attempt(HttpTransfer *transfer)
{
	HttpExchange *exchange = transfer->exchange;
	HttpClient *client = transfer->client;
	TimestampTz now = GetCurrentTimestamp();
	RetryPolicy policy = {client->config.max_retries, client->config.retry_deadline};
	RetryOutcome outcome = {0};

	outcome.nature = transfer->nature;
	outcome.failure = exchange->failure;
	outcome.status = exchange->status;
	outcome.passing = says_passing(client, exchange);
	outcome.retry_after = http_header(exchange, "retry-after");
	note_limits(transfer);
	outcome.attempts = transfer->attempts - transfer->limited;
	outcome.elapsed = seconds_between(transfer->begun_at, now) * 1000;
	outcome.now = (double) now / USECS_PER_SEC + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY;
	outcome.random = pg_prng_double(&pg_global_prng_state);
	exchange->score_limited = is_score_limit(transfer);
	return exchange->score_limited ? -1 : retry_delay(&policy, &outcome);
}

/* Note how an attempt ended; perhaps there is another. */
static void
attempt_complete(HttpTransfer *transfer, CURLcode result)
{
	HttpExchange *exchange = transfer->exchange;
	HttpClient *client = transfer->client;
	TimestampTz now = GetCurrentTimestamp();
	long status = 0;
	curl_off_t wire = 0;
	curl_off_t micros = 0;
	int delay;

	transfer->result = result;
	exchange->failure = transfer_failure(transfer);
	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &wire);
	curl_easy_getinfo(transfer->easy, CURLINFO_TOTAL_TIME_T, &micros);
	exchange->status = (int) status;
	exchange->wire_bytes += (size_t) wire;
	exchange->elapsed += (double) micros / 1000000.0;
	if (exchange->failure == HTTP_TOO_LARGE)
		snprintf(exchange->error, sizeof(exchange->error), "more than %d bytes", client->config.max_response_size);
	else
		strlcpy(exchange->error, transfer->error[0] != '\0' ? transfer->error : curl_easy_strerror(result),
				sizeof(exchange->error));
	delay = client->closing ? -1 : next_attempt(transfer);
	if (exchange->status == 429)
		governor_drain(client->governed, now + Max(delay, 0) * INT64CONST(1000));
	if (delay < 0)
	{
		finish(transfer);
		return;
	}
	exchange->retries++;
	transfer_release(transfer);
	transfer_clear(transfer);
	wait_for_turn(transfer, now + delay * INT64CONST(1000));
}

/* Let libcurl work on whatever is ready, and launch what is due; never waits. */
static void
client_drive(HttpClient *client)
{
	MuxEvent events[16];
	int nevents;
	int running;
	int queued;
	CURLMsg *message;

	launch_due(client);
	if (client->mux.fd < 0)
		curl_multi_perform(client->multi, &running);
	while (client->mux.fd >= 0 && (nevents = mux_ready(&client->mux, events, lengthof(events))) > 0)
	{
		for (int i = 0; i < nevents; i++)
			if (events[i].socket != MUX_ALARM)
				curl_multi_socket_action(
					client->multi, events[i].socket == MUX_TIMER ? CURL_SOCKET_TIMEOUT : events[i].socket,
					(events[i].readable ? CURL_CSELECT_IN : 0) | (events[i].writable ? CURL_CSELECT_OUT : 0) |
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
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **) &transfer);
		attempt_complete(transfer, result);
	}
	if (!dlist_is_empty(&client->waiting))
		launch_due(client);
}

/*
 * Send a request, when its turn comes.  Does not wait for the turn nor for the
 * answer.
 */
HttpExchange *
http_start(HttpClient *client, const HttpRequest *request)
{
	HttpExchange *exchange = (HttpExchange *) palloc0(sizeof(HttpExchange));
	HttpTransfer *transfer = (HttpTransfer *) palloc0(sizeof(HttpTransfer));

	exchange->transfer = transfer;
	exchange->method = pstrdup(request->method);
	exchange->path = pstrdup(request->path);
	transfer->exchange = exchange;
	transfer->client = client;
	transfer->nature = request->nature;
	transfer->body = copy_or_null(request->body);
	transfer->timeout_ms = request->timeout_ms;
	client->transfers++;
	transfer->cleanup.func = exchange_cleanup;
	transfer->cleanup.arg = transfer;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &transfer->cleanup);

	if (client->nspares > 0)
	{
		exchange->body = client->spares[--client->nspares];
		transfer->body_size = client->spare_sizes[client->nspares];
		exchange->body[0] = '\0';
	}
	transfer->asked_at = GetCurrentTimestamp();
	wait_for_turn(transfer, transfer->asked_at);
	client_drive(client);
	return exchange;
}

/* Let all requests of the client go on, without waiting. */
void
http_progress(HttpClient *client)
{
	client_drive(client);
}

/* A descriptor that is readable when http_progress() has something to do; -1 = there is none. */
int
http_descriptor(const HttpClient *client)
{
	return client->mux.fd;
}

/* Until something happens, or so many milliseconds (-1 = any number). */
static void
wait_for_event(HttpClient *client, long timeout)
{
	int flags = WL_LATCH_SET | WL_EXIT_ON_PM_DEATH | (timeout >= 0 ? WL_TIMEOUT : 0);
	int events;

	if (client->mux.fd >= 0)
		events = WaitLatchOrSocket(MyLatch, flags | WL_SOCKET_READABLE, client->mux.fd, timeout, http_wait_event);
	else
		events = WaitLatch(MyLatch, flags | WL_TIMEOUT, POLL_SLICE_MS, http_wait_event);
	if (events & WL_LATCH_SET)
		ResetLatch(MyLatch);
}

/* Wait until the exchange is done.  Serves interrupts, so it may raise any of them. */
void
http_wait(HttpExchange *exchange)
{
	while (!exchange->done)
	{
		HttpClient *client = exchange->transfer->client;

		CHECK_FOR_INTERRUPTS();
		client_drive(client);
		if (!exchange->done)
			wait_for_event(client, -1);
	}
}

/* Wait so long; what is under way goes on.  Serves interrupts, too. */
void
http_pause(HttpClient *client, int milliseconds)
{
	TimestampTz until = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), milliseconds);

	for (;;)
	{
		long left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), until);

		CHECK_FOR_INTERRUPTS();
		client_drive(client);
		if (left <= 0)
			break;
		wait_for_event(client, left);
	}
}

/* The answer's Date, in whole seconds; false when it has none. */
bool
http_date(HttpExchange *exchange, TimestampTz *date)
{
	const char *text = http_header(exchange, "date");
	time_t seconds = text == NULL ? (time_t) -1 : curl_getdate(text, NULL);

	if (seconds == (time_t) -1)
		return false;
	*date = time_t_to_timestamptz(seconds);
	return true;
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
