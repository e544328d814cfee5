/*
 * client.c
 *		HTTP requests over libcurl's multi interface.
 *
 * Owns: libcurl; the only place that waits.  Must not know any service.
 *
 * No callback of libcurl throws: they set flags and return, and what they mean
 * is decided outside.  Waiting happens on the mux descriptor together with the
 * backend's latch, so every kind of interrupt is served at once.
 */
#include "http/private.h"

#include "http/governor.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define SPARE_BODY_LIMIT (16 * 1024 * 1024)
#define POLL_SLICE_MS 10

static uint32 http_wait_event = 0;

/*
 * Initialize libcurl, once per process.  It would write the keys of TLS into a
 * file that the environment names.
 */
void
http_init(void)
{
	const char *key_log = getenv("SSLKEYLOGFILE");
	char *hidden = key_log == NULL ? NULL : pstrdup(key_log);
	CURLcode result;

	if (hidden != NULL)
		unsetenv("SSLKEYLOGFILE");
	result = curl_global_init(CURL_GLOBAL_ALL);
	if (hidden != NULL)
		setenv("SSLKEYLOGFILE", hidden, 1);
	if (result != CURLE_OK)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("could not initialize libcurl")));
}

/* ----- clients ----- */

static void
wipe_secret(const char *secret)
{
	if (secret != NULL)
		explicit_bzero(unconstify(char *, secret), strlen(secret));
}

/* Reset callback of a client's context. */
static void
wipe_secrets(void *arg)
{
	const HttpConfig *config = (const HttpConfig *) arg;

	wipe_secret(config->authorization);
	wipe_secret(config->proxy);
	wipe_secret(config->proxy_password);
}

/* Nothing uses the client any more. */
static void
client_free(HttpClient *client)
{
	while (client->nidle > 0)
		curl_easy_cleanup(client->idle[--client->nidle]);
	client_rest(client);
	while (client->nspares > 0)
		free(client->spares[--client->nspares]);
	MemoryContextDelete(client->context);
}

static char *
copy_or_null(const char *text)
{
	return text == NULL ? NULL : pstrdup(text);
}

/* What is secret in it is wiped when the client's context goes, also where an error ends this. */
static void
client_copy_config(HttpClient *client, const HttpConfig *config)
{
	MemoryContext saved = MemoryContextSwitchTo(client->context);
	MemoryContextCallback *callback = (MemoryContextCallback *) palloc(sizeof(MemoryContextCallback));

	callback->func = wipe_secrets;
	callback->arg = &client->config;
	MemoryContextRegisterResetCallback(client->context, callback);
	client->config = *config;
	client->config.authorization = client->config.proxy = client->config.proxy_password = NULL;
	client->config.base_url = pstrdup(config->base_url);
	client->config.authorization = copy_or_null(config->authorization);
	client->config.ca_file = copy_or_null(config->ca_file);
	client->config.proxy = copy_or_null(config->proxy);
	client->config.proxy_user = copy_or_null(config->proxy_user);
	client->config.proxy_password = copy_or_null(config->proxy_password);
	client->config.user_agent = copy_or_null(config->user_agent);
	client->loopback_only = strncmp(config->base_url, "http://", 7) == 0;
	MemoryContextSwitchTo(saved);
}

/*
 * A client for one origin and key.  It connects, and takes descriptors, at its
 * first request.  Raises ERROR for lack of memory; nothing is left of it then.
 */
HttpClient *
http_client_open(const HttpConfig *config)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw http client", ALLOCSET_SMALL_SIZES);
	HttpClient *client = (HttpClient *) MemoryContextAllocZero(context, sizeof(HttpClient));

	if (http_wait_event == 0)
		http_wait_event = compat_wait_event("RemoteHttp");
	client->context = context;
	client->allowed = INT_MAX;
	mux_init(&client->mux);
	dlist_init(&client->waiting);
	dlist_init(&client->under_way);
	for (int i = 0; i < HTTP_LANES; i++)
	{
		client->lanes[i].client = client;
		client->lanes[i].owner = i;
	}
	client_copy_config(client, config);
	client->governed =
		governor_key(config->realm, config->authorization != NULL ? config->authorization : config->base_url);
	/* complete: from now on it goes when it is closed */
	MemoryContextSetParent(context, TopMemoryContext);
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

/* Reset callback of the exchange's context, and the body of http_finish(). */
static void
exchange_cleanup(void *arg)
{
	HttpTransfer *transfer = (HttpTransfer *) arg;
	HttpExchange *exchange = transfer->exchange;
	HttpClient *client = transfer->client;

	if (client == NULL)
		return;
	attempt_release(transfer);
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

/* Let libcurl work on one socket or timer that is ready. */
static void
drive_event(HttpClient *client, const MuxEvent *event)
{
	int running;
	int what = (event->readable ? CURL_CSELECT_IN : 0) | (event->writable ? CURL_CSELECT_OUT : 0) |
			   (event->broken ? CURL_CSELECT_ERR : 0);

	if (event->owner >= HTTP_LANES || client->lanes[event->owner].multi == NULL)
		return;
	if (event->socket < 0)
		curl_multi_socket_action(client->lanes[event->owner].multi, CURL_SOCKET_TIMEOUT, 0, &running);
	else
		curl_multi_socket_action(client->lanes[event->owner].multi, event->socket, what, &running);
}

/* Note what has ended in a lane. */
static void
read_messages(const HttpLane *lane)
{
	CURLMsg *message;
	int queued;

	while (lane->multi != NULL && (message = curl_multi_info_read(lane->multi, &queued)) != NULL)
	{
		HttpTransfer *transfer = NULL;
		CURLcode result = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **) &transfer);
		attempt_complete(transfer, result);
	}
}

/* Let libcurl work on whatever is ready, and launch what is due; never waits. */
static void
client_drive(HttpClient *client)
{
	MuxEvent events[16];
	int nevents;
	int running;

	attempt_launch_due(client);
	for (int i = 0; i < HTTP_LANES && client->mux.fd < 0; i++)
		if (client->lanes[i].multi != NULL)
			curl_multi_perform(client->lanes[i].multi, &running);
	while (client->mux.fd >= 0 && (nevents = mux_ready(&client->mux, events, lengthof(events))) > 0)
	{
		for (int i = 0; i < nevents; i++)
			drive_event(client, &events[i]);
		/* A fast peer must not keep us here: interrupts are served between rounds. */
		if (InterruptPending || nevents < (int) lengthof(events) - MUX_TIMERS)
			break;
	}
	progress_nudge(client);
	for (int i = 0; i < HTTP_LANES; i++)
		read_messages(&client->lanes[i]);
	progress_end_stalled(client);
	attempt_launch_due(client);
	progress_set_alarm(client);
}

/*
 * Send a request, when its turn comes.  Does not wait for the turn nor for the
 * answer; where descriptors are short it may wait until other clients have
 * theirs.
 */
HttpExchange *
http_start(HttpClient *client, const HttpRequest *request)
{
	HttpExchange *exchange = (HttpExchange *) palloc0(sizeof(HttpExchange));
	HttpTransfer *transfer = (HttpTransfer *) palloc0(sizeof(HttpTransfer));

	client_wake(client, nature_lane(request->nature));
	exchange->transfer = transfer;
	exchange->method = pstrdup(request->method);
	exchange->path = pstrdup(request->path);
	transfer->exchange = exchange;
	transfer->client = client;
	transfer->nature = request->nature;
	transfer->body = copy_or_null(request->body);
	transfer->timeout_ms = request->timeout_ms;
	transfer->line = request->line;
	transfer->takes_kept = request->takes_kept;
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
	attempt_ask(transfer, transfer->asked_at);
	client_drive(client);
	return exchange;
}

/* Let all requests of the client go on, without waiting. */
void
http_progress(HttpClient *client)
{
	client_drive(client);
}

/*
 * A descriptor that is readable when http_progress() has something to do; -1 =
 * there is none, or nothing is under way.  Another takes its place when the
 * client has closed its connections meanwhile: *waking is another number then.
 */
int
http_descriptor(const HttpClient *client, uint64 *waking)
{
	*waking = client->wakings;
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
		events = WaitLatch(MyLatch, flags | WL_TIMEOUT, client->awake ? POLL_SLICE_MS : timeout, http_wait_event);
	if (events & WL_LATCH_SET)
		ResetLatch(MyLatch);
}

/* Wait until nothing is under way.  Serves interrupts, so it may raise any of them. */
void
client_settle(HttpClient *client)
{
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		client_drive(client);
		if (client_is_idle(client))
			break;
		wait_for_event(client, -1);
	}
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

/* Does each request under way take a connection of its own, which costs a handshake? */
bool
http_opens_many(const HttpClient *client)
{
	return client->opens_many;
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
