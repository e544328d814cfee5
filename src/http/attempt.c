/*
 * attempt.c
 *		One attempt after the other, until a request is answered or given up.
 *
 * Owns: when a transfer starts, and what follows from how it ended.  Must not
 * know libcurl's options.
 */
#include "http/private.h"

#include "common/pg_prng.h"
#include "http/governor.h"
#include "http/retry.h"
#include "utils/timestamp.h"

static double
seconds_between(TimestampTz from, TimestampTz to)
{
	return (double) (to - from) / USECS_PER_SEC;
}

/* ----- lists ----- */

static void
leave_list(HttpTransfer *transfer)
{
	if (transfer->place != PLACE_NONE)
		dlist_delete(&transfer->node);
	if (transfer->place == PLACE_UNDER_WAY && transfer->nature == HTTP_READ)
		transfer->client->reads--;
	transfer->place = PLACE_NONE;
}

/* ----- turns ----- */

/* Take a turn of the rate limit; the attempt begins then, and not before "earliest". */
static void
take_place(HttpTransfer *transfer, TimestampTz earliest)
{
	HttpClient *client = transfer->client;
	TimestampTz now = GetCurrentTimestamp();

	transfer->turn = governor_take(client->governed, transfer->nature != HTTP_READ, &client->config.rates);
	transfer->has_place = true;
	transfer->start_at = Max(earliest, transfer->turn);
	transfer->exchange->governed += Max(seconds_between(Max(earliest, now), transfer->turn), 0);
}

/* One that waits in this line for its first attempt, with a place or without; NULL = there is none. */
static HttpTransfer *
first_in_line(HttpClient *client, const void *line, bool has_place)
{
	dlist_iter iter;

	dlist_foreach(iter, &client->waiting)
	{
		HttpTransfer *transfer = dlist_container(HttpTransfer, node, iter.cur);

		if (transfer->line == line && transfer->attempts == 0 && transfer->has_place == has_place)
			return transfer;
	}
	return NULL;
}

/* A place of this line was used or given back: the next that waits takes one. */
static void
pass_on(HttpClient *client, const void *line)
{
	HttpTransfer *next = line == NULL ? NULL : first_in_line(client, line, false);

	if (next != NULL && first_in_line(client, line, true) == NULL)
		take_place(next, next->asked_at);
}

/* It is not sent: give its place back. */
static void
give_place_back(HttpTransfer *transfer)
{
	HttpClient *client = transfer->client;

	if (!transfer->has_place)
		return;
	transfer->has_place = false;
	governor_give_back(client->governed, transfer->nature != HTTP_READ, &client->config.rates, transfer->turn);
}

/* What it was is over for the governor, too, whatever it told. */
static void
end_spending(HttpTransfer *transfer, const LimitTold *told)
{
	if (transfer->is_spent)
		governor_end(transfer->client->governed, told, transfer->attempt_at);
	transfer->is_spent = false;
}

/* Those that were asked for first come first, also when they are sent again. */
static void
join_waiting(HttpTransfer *transfer)
{
	dlist_head *list = &transfer->client->waiting;
	dlist_node *before = list->head.prev;

	while (before != &list->head && dlist_container(HttpTransfer, node, before)->asked_at > transfer->asked_at)
		before = before->prev;
	dlist_insert_after(before, &transfer->node);
	transfer->place = PLACE_WAITING;
}

static void
join_under_way(HttpTransfer *transfer)
{
	dlist_push_tail(&transfer->client->under_way, &transfer->node);
	transfer->place = PLACE_UNDER_WAY;
	if (transfer->nature == HTTP_READ)
		transfer->client->reads++;
}

/* Give back what a transfer holds of libcurl; keeps the answer.  Idempotent. */
void
attempt_release(HttpTransfer *transfer)
{
	HttpClient *client = transfer->client;
	HttpLane *lane = &client->lanes[nature_lane(transfer->nature)];

	lane->running -= (transfer->place == PLACE_UNDER_WAY);
	end_spending(transfer, NULL);
	if (transfer->place == PLACE_WAITING)
	{
		leave_list(transfer);
		give_place_back(transfer);
		pass_on(client, transfer->line);
	}
	leave_list(transfer);
	if (transfer->easy == NULL)
		return;
	if (lane->multi != NULL)
		curl_multi_remove_handle(lane->multi, transfer->easy);
	if (client->nidle < CLIENT_SPARES && !client->closing)
	{
		curl_easy_reset(transfer->easy);
		client->idle[client->nidle++] = transfer->easy;
	}
	else
		curl_easy_cleanup(transfer->easy);
	transfer->easy = NULL;
	transfer_free_headers(transfer);
}

/*
 * The request ends as it is.  One that must not be done twice and surely was
 * not done has found no connection, however that showed.
 */
static void
attempt_finish(HttpTransfer *transfer)
{
	HttpExchange *exchange = transfer->exchange;
	const HttpConfig *config = &transfer->client->config;

	attempt_release(transfer);
	if (transfer->nature == HTTP_ONCE && !exchange->uncertain &&
		(exchange->failure == HTTP_CUT || exchange->failure == HTTP_TIMED_OUT))
		exchange->failure = HTTP_NOT_CONNECTED;
	exchange->done = true;
	if (config->listener != NULL && transfer->attempts > 0)
		config->listener(config->listener_arg, exchange);
}

/* ----- beginning ----- */

/*
 * Wait for a turn: not before "earliest", and not before the rate limit allows.
 * Behind others of its line that wait, too, it has no place yet, so that who asks
 * for much stands in the governor's line once.
 */
void
attempt_ask(HttpTransfer *transfer, TimestampTz earliest)
{
	if (transfer->line == NULL || transfer->attempts > 0 ||
		first_in_line(transfer->client, transfer->line, true) == NULL)
		take_place(transfer, earliest);
	join_waiting(transfer);
}

/*
 * May it be sent, as far as the month's requests go?  Otherwise it ends as it is:
 * what an attempt before it may have done stays to be said.
 */
static bool
attempt_spend(HttpTransfer *transfer)
{
	HttpExchange *exchange = transfer->exchange;
	const HttpConfig *config = &transfer->client->config;
	int64 reserve = transfer->takes_kept ? PG_INT64_MIN : config->month_reserve;

	transfer->is_spent = governor_spend(transfer->client->governed, reserve, &exchange->month);
	if (transfer->is_spent)
		return true;
	exchange->failure = HTTP_SPENT;
	exchange->status = 0;
	attempt_finish(transfer);
	return false;
}

/* Hand it to libcurl.  Lack of memory ends the exchange. */
static void
attempt_launch(HttpTransfer *transfer)
{
	HttpClient *client = transfer->client;
	HttpLane *lane = client_lane(client, nature_lane(transfer->nature));

	leave_list(transfer);
	transfer->has_place = false;
	transfer->attempts++;
	pass_on(client, transfer->line);
	transfer->attempt_at = transfer->progress = GetCurrentTimestamp();
	if (transfer->attempts == 1)
		transfer->begun_at = transfer->attempt_at;
	sent_begin(transfer);
	transfer->easy = lane == NULL ? NULL : client->nidle > 0 ? client->idle[--client->nidle] : curl_easy_init();
	if (transfer->easy != NULL && transfer_set_options(transfer) &&
		curl_multi_add_handle(lane->multi, transfer->easy) == CURLM_OK)
	{
		join_under_way(transfer);
		lane->running++;
		return;
	}
	transfer->exchange->failure = HTTP_NO_MEMORY;
	attempt_finish(transfer);
}

/* Launch what may start now. */
void
attempt_launch_due(HttpClient *client)
{
	dlist_mutable_iter iter;
	TimestampTz now;

	if (dlist_is_empty(&client->waiting))
		return;
	now = GetCurrentTimestamp();
	dlist_foreach_modify(iter, &client->waiting)
	{
		HttpTransfer *transfer = dlist_container(HttpTransfer, node, iter.cur);

		if (transfer->has_place && transfer->start_at <= now && transfer_is_allowed(transfer) &&
			attempt_spend(transfer))
			attempt_launch(transfer);
	}
}

/* ----- ending ----- */

/*
 * Is it the score of the query that is over a limit?  Then others pass while
 * this one alone is refused again and again, and waiting does not help.  Where
 * others are refused as well it is the rate.
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
may_pass_later(const HttpClient *client, const HttpExchange *exchange)
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

/* A 429 that nothing but the end of the month ends. */
static bool
note_spent(HttpTransfer *transfer, const LimitTold *told)
{
	HttpExchange *exchange = transfer->exchange;

	exchange->month_spent = exchange->status == 429 && told[LIMIT_MONTH].remaining == 0;
	if (exchange->month_spent)
		limit_note(&exchange->month, LIMIT_MONTH, &told[LIMIT_MONTH], 0, transfer->attempt_at, GetCurrentTimestamp());
	return exchange->month_spent;
}

/* Milliseconds until the next attempt, or -1: none. */
static int
next_attempt(HttpTransfer *transfer, const LimitTold *told)
{
	HttpExchange *exchange = transfer->exchange;
	HttpClient *client = transfer->client;
	TimestampTz now = GetCurrentTimestamp();
	RetryPolicy policy = {client->config.max_retries, client->config.retry_deadline};
	RetryOutcome outcome = {0};

	outcome.nature = transfer->nature;
	outcome.failure = exchange->failure;
	outcome.status = exchange->status;
	outcome.connect_status = (int) transfer->connect_status;
	outcome.uncertain = exchange->uncertain;
	outcome.has_connected = client->has_connected;
	outcome.passing = may_pass_later(client, exchange);
	outcome.retry_after = http_header(exchange, "retry-after");
	/* where requests are left, it is another limit, whose end nobody knows */
	outcome.reset_ms = told[LIMIT_MINUTE].remaining > 0 ? -1 : told[LIMIT_MINUTE].reset_ms;
	outcome.spent = note_spent(transfer, told);
	note_limits(transfer);
	outcome.attempts = transfer->attempts - transfer->limited;
	outcome.elapsed = seconds_between(transfer->begun_at, now) * 1000;
	outcome.now = (double) now / USECS_PER_SEC + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY;
	outcome.random = pg_prng_double(&pg_global_prng_state);
	exchange->score_limited = is_score_limit(transfer);
	return exchange->score_limited ? -1 : retry_delay(&policy, &outcome);
}

/* Read out of libcurl how the attempt went. */
static void
note_result(HttpTransfer *transfer, CURLcode result)
{
	HttpExchange *exchange = transfer->exchange;
	HttpClient *client = transfer->client;
	long status = 0;
	long version = 0;
	curl_off_t wire = 0;

	transfer->result = result;
	transfer->connect_status = 0;
	curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &transfer->connect_status);
	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
	curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &wire);
	exchange->status = (int) status;
	sent_note_connected(transfer);
	exchange->failure = transfer_failure(transfer);
	if (exchange->failure == HTTP_ANSWERED && answer_ends_early(exchange))
	{
		exchange->failure = HTTP_CUT;
		strlcpy(transfer->error, "the answer ends too early", sizeof(transfer->error));
	}
	sent_end(transfer);
	exchange->wire_bytes += (size_t) wire;
	exchange->elapsed += seconds_between(transfer->attempt_at, GetCurrentTimestamp());
	if (exchange->failure != HTTP_ANSWERED)
		return;
	client->shares = (version != CURL_HTTP_VERSION_1_0 && version != CURL_HTTP_VERSION_1_1);
	if (!client->loopback_only)
		client->opens_many = (version == CURL_HTTP_VERSION_1_0 || version == CURL_HTTP_VERSION_1_1);
	if (client->allowed < INT_MAX)
		client->allowed++;
}

/* What happened, in words that hold no secret. */
static void
note_error(HttpTransfer *transfer)
{
	HttpExchange *exchange = transfer->exchange;
	const HttpConfig *config = &transfer->client->config;
	const char *words = transfer->error[0] != '\0' ? transfer->error : curl_easy_strerror(transfer->result);

	/* libcurl repeats an address that it cannot read, with what stands in it */
	if (config->proxy != NULL && strchr(config->proxy, '@') != NULL && !transfer->connected &&
		transfer->connect_status == 0)
		words = curl_easy_strerror(transfer->result);
	if (exchange->failure == HTTP_TOO_LARGE)
		snprintf(exchange->error, sizeof(exchange->error), "more than %d bytes", config->max_response_size);
	else if (transfer->connects_too_long)
		snprintf(exchange->error, sizeof(exchange->error), "no connection within %d ms", config->connect_timeout);
	else if (transfer->headers_too_large)
		strlcpy(exchange->error, "its headers are too large", sizeof(exchange->error));
	else if (exchange->failure == HTTP_UNREADABLE && transfer->result == CURLE_OUT_OF_MEMORY)
		strlcpy(exchange->error, "a line of its headers is too long", sizeof(exchange->error));
	else
		strlcpy(exchange->error, words, sizeof(exchange->error));
}

/* Note how an attempt ended; perhaps there is another. */
void
attempt_complete(HttpTransfer *transfer, CURLcode result)
{
	HttpExchange *exchange = transfer->exchange;
	HttpClient *client = transfer->client;
	TimestampTz now = GetCurrentTimestamp();
	LimitTold told[LIMIT_KINDS];
	int delay;

	note_result(transfer, result);
	note_error(transfer);
	answer_limits(transfer, told);
	end_spending(transfer, exchange->failure == HTTP_ANSWERED ? told : NULL);
	if (exchange->failure == HTTP_TIMED_OUT)
		progress_narrow(transfer);
	delay = client->closing ? -1 : next_attempt(transfer, told);
	if (exchange->status == 429)
		governor_drain(client->governed, now + Max(delay, 0) * INT64CONST(1000));
	if (delay < 0)
	{
		attempt_finish(transfer);
		return;
	}
	exchange->retries++;
	attempt_release(transfer);
	transfer_clear(transfer);
	attempt_ask(transfer, now + delay * INT64CONST(1000));
}
