/*
 * progress.c
 *		How long a request may be without progress, and what is done then.
 *
 * Owns: time-outs, the alarm that wakes the client for them, and how many reads
 * may be under way after one.  Must not know what is sent, nor what follows from
 * the end of an attempt.
 */
#include "http/private.h"

#include "utils/timestamp.h"

/* An alarm that is served so late was not listened to: nobody knows what has come meanwhile. */
#define LATE_ALARM USECS_PER_SEC

/* How often libcurl looks at connections that do not come about. */
#define NUDGE_INTERVAL (USECS_PER_SEC / 2)

/* Milliseconds that it may be without progress. */
static int
timeout_of(const HttpTransfer *transfer)
{
	return transfer->timeout_ms > 0 ? transfer->timeout_ms : transfer->client->config.request_timeout;
}

/*
 * Until when it may be without progress.  What others receive counts, too: they
 * may share a narrow line, or the connections, and the server chooses whose turn
 * it is.  They end, so that one which is really stuck ends as well.
 */
static TimestampTz
stalls_at(const HttpTransfer *transfer)
{
	return Max(transfer->progress, transfer->client->received) + timeout_of(transfer) * INT64CONST(1000);
}

/* When connections that do not come about are looked at next; DT_NOEND = there are none. */
static TimestampTz
nudge_at(HttpClient *client)
{
	dlist_iter iter;

	dlist_foreach(iter, &client->under_way)
	{
		if (!dlist_container(HttpTransfer, node, iter.cur)->connected)
			return client->nudged + NUDGE_INTERVAL;
	}
	return DT_NOEND;
}

/*
 * Let libcurl look at connections that do not come about.  When a name's first
 * address was silent for its part of the time it closes that socket, and opens one
 * to the next address only when it is called again, of which no timer of its own
 * takes care (7.88).  This call is old, but the only one that says so.
 */
void
progress_nudge(HttpClient *client)
{
	TimestampTz now = GetCurrentTimestamp();
	int running;

	if (nudge_at(client) > now)
		return;
	client->nudged = now;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	for (int i = 0; i < HTTP_LANES; i++)
		if (client->lanes[i].multi != NULL)
			curl_multi_socket_all(client->lanes[i].multi, &running);
#pragma GCC diagnostic pop
}

/* Set the mux's alarm for what is to happen next. */
void
progress_set_alarm(HttpClient *client)
{
	dlist_iter iter;
	TimestampTz next = DT_NOEND;
	TimestampTz now = GetCurrentTimestamp();

	dlist_foreach(iter, &client->waiting)
	{
		HttpTransfer *transfer = dlist_container(HttpTransfer, node, iter.cur);

		/* where too many are under way, the end of one of them is the sign */
		if (transfer->has_place && transfer_is_allowed(transfer))
			next = Min(next, transfer->start_at);
	}
	dlist_foreach(iter, &client->under_way)
	{
		next = Min(next, stalls_at(dlist_container(HttpTransfer, node, iter.cur)));
	}
	next = Min(next, nudge_at(client));
	client->alarm = next == DT_NOEND ? 0 : next;
	mux_set_timer(&client->mux, MUX_ALARM, next == DT_NOEND ? -1 : Max((long) ((next - now) / 1000 + 1), 0));
}

/*
 * A connection on which nothing came in all that time is given up, so that no
 * later request waits on it as well.  Where others have received something
 * meanwhile, only this request goes elsewhere.
 */
static void
give_up_connection(HttpTransfer *transfer)
{
	if (transfer_has_answer(transfer))
		return;
	transfer->fresh = true;
	if (transfer->client->received <= transfer->attempt_at)
		transfer_shut_down(transfer);
}

/* After a time-out fewer pages share the line: half of them, once for all that began before. */
void
progress_narrow(HttpTransfer *transfer)
{
	HttpClient *client = transfer->client;

	if (transfer->nature != HTTP_READ || transfer->attempt_at < client->narrowed)
		return;
	client->allowed = Max(client->reads / 2, 1);
	client->narrowed = GetCurrentTimestamp();
}

/* End what has been without progress for too long, as a time-out. */
void
progress_end_stalled(HttpClient *client)
{
	dlist_mutable_iter iter;
	TimestampTz now = GetCurrentTimestamp();
	bool was_deaf = client->alarm != 0 && now - client->alarm > LATE_ALARM;

	dlist_foreach_modify(iter, &client->under_way)
	{
		HttpTransfer *transfer = dlist_container(HttpTransfer, node, iter.cur);

		if (stalls_at(transfer) > now)
			continue;
		if (was_deaf)
		{
			transfer->progress = now;
			continue;
		}
		snprintf(transfer->error, sizeof(transfer->error), "nothing was received for %d ms", timeout_of(transfer));
		give_up_connection(transfer);
		attempt_complete(transfer, CURLE_OPERATION_TIMEDOUT);
	}
}
