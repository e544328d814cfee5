/*
 * pool.c
 *		Which clients hold descriptors, and who gives way.
 *
 * Owns: the opening and closing of a client's mux and lanes.  A client opens
 * them at a request.  Where the server has none left, the client that was used
 * longest ago closes its connections; it keeps its key, and opens them again at
 * its next request.
 */
#include "http/private.h"

#include "http/descriptors.h"

/* Those that hold any; the one that was used last comes first. */
static dlist_head awake = DLIST_STATIC_INIT(awake);

/* ----- callbacks of libcurl: none throws ----- */

static int
on_socket(CURL *easy, curl_socket_t socket, int what, void *arg, void *socket_arg)
{
	HttpLane *lane = (HttpLane *) arg;
	HttpMux *mux = &lane->client->mux;

	if (what == CURL_POLL_REMOVE)
		return mux_forget(mux, socket) ? 0 : -1;
	return mux_watch(mux, lane->owner, socket, what != CURL_POLL_OUT, what != CURL_POLL_IN) ? 0 : -1;
}

static int
on_timer(CURLM *multi, long timeout_ms, void *arg)
{
	HttpLane *lane = (HttpLane *) arg;

	return mux_set_timer(&lane->client->mux, lane->owner, timeout_ms) ? 0 : -1;
}

/* ----- lanes ----- */

/* No more connections at once than there are descriptors for; one in any case. */
static void
limit_connections(HttpLane *lane)
{
	int most = lane->client->config.max_connections;
	int limit = lane->connections + descriptors_left(DESCRIPTORS_LEFT_WIDE, Max(most - lane->connections, 0));

	limit = Max(Min(limit, most), 1);
	if (limit == lane->limit)
		return;
	lane->limit = limit;
	curl_multi_setopt(lane->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long) limit);
	curl_multi_setopt(lane->multi, CURLMOPT_MAXCONNECTS, (long) limit);
}

/* Its connections are closed; nothing is under way in it. */
static void
lane_close(HttpLane *lane)
{
	if (lane->multi == NULL)
		return;
	curl_multi_cleanup(lane->multi);
	transfer_count_sockets(lane->client);
	lane->multi = NULL;
	lane->limit = 0;
	(void) mux_set_timer(&lane->client->mux, lane->owner, -1);
	descriptors_give(LANE_DESCRIPTORS);
}

/*
 * One of the client's lanes, for one request more; opened when it is closed.
 * NULL where memory is short.  Does not raise.
 */
HttpLane *
client_lane(HttpClient *client, HttpLaneKind kind)
{
	HttpLane *lane = &client->lanes[kind];
	CURLM *multi;

	if (lane->multi == NULL)
	{
		if ((multi = curl_multi_init()) == NULL)
			return NULL;
		descriptors_reserve(LANE_DESCRIPTORS);
		lane->multi = multi;
		curl_multi_setopt(multi, CURLMOPT_PIPELINING,
						  (long) (kind == LANE_SHARED ? CURLPIPE_MULTIPLEX : CURLPIPE_NOTHING));
		curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
		curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, lane);
		curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
		curl_multi_setopt(multi, CURLMOPT_TIMERDATA, lane);
	}
	limit_connections(lane);
	return lane;
}

/* ----- clients ----- */

/* Is nothing under way, nor waiting for its turn? */
bool
client_is_idle(const HttpClient *client)
{
	return dlist_is_empty(unconstify(dlist_head *, &client->waiting)) &&
		   dlist_is_empty(unconstify(dlist_head *, &client->under_way));
}

/* Close an idle client's connections and its mux; harmless when they are closed. */
void
client_rest(HttpClient *client)
{
	if (!client->awake)
		return;
	for (int i = 0; i < HTTP_LANES; i++)
		lane_close(&client->lanes[i]);
	mux_close(&client->mux);
	descriptors_give(MUX_DESCRIPTORS);
	dlist_delete(&client->node);
	client->awake = false;
	client->alarm = 0;
	client->wakings++;
}

/* The client that was used longest ago; any, or one that is idle.  NULL = there is none. */
static HttpClient *
find_oldest(const HttpClient *except, bool must_be_idle)
{
	dlist_iter iter;

	dlist_reverse_foreach(iter, &awake)
	{
		HttpClient *client = dlist_container(HttpClient, node, iter.cur);

		if (client != except && (!must_be_idle || client_is_idle(client)))
			return client;
	}
	return NULL;
}

/*
 * Let another give way: one that is idle, else this client's other lane, else
 * one whose requests are waited for.  False when there is none.
 */
static bool
make_room(HttpClient *client, HttpLaneKind kind)
{
	HttpClient *oldest = find_oldest(client, true);
	HttpLane *other = &client->lanes[1 - kind];

	if (oldest == NULL && other->multi != NULL && other->running == 0)
	{
		lane_close(other);
		return true;
	}
	if (oldest == NULL && (oldest = find_oldest(client, false)) != NULL)
		client_settle(oldest);
	if (oldest == NULL)
		return false;
	client_rest(oldest);
	return true;
}

/* Descriptors that a request in this lane needs before it can be sent. */
static int
descriptors_needed(const HttpClient *client, HttpLaneKind kind)
{
	const HttpLane *lane = &client->lanes[kind];

	return (client->awake ? 0 : MUX_DESCRIPTORS) + (lane->multi != NULL ? 0 : LANE_DESCRIPTORS) +
		   (lane->connections > 0 ? 0 : 1);
}

static void
raise_shortage(void)
{
	ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_RESOURCES), errmsg("no file descriptor is left for a connection"),
					errhint("Raise max_files_per_process.")));
}

/* Where each request takes a connection of its own: idle clients make room for one more. */
static void
make_room_for_more(HttpClient *client, const HttpLane *lane)
{
	HttpClient *oldest;

	if (client->shares && lane->owner == LANE_SHARED)
		return;
	while (lane->running >= lane->connections && lane->connections < client->config.max_connections &&
		   descriptors_left(DESCRIPTORS_LEFT_WIDE, 1) == 0 && (oldest = find_oldest(client, true)) != NULL)
		client_rest(oldest);
}

/*
 * Make the client ready for a request in this lane.  It may wait until other
 * clients give up their descriptors, and serves interrupts.  Raises ERROR if
 * there is no descriptor even then.
 */
void
client_wake(HttpClient *client, HttpLaneKind kind)
{
	int n;

	while ((n = descriptors_needed(client, kind)) > 0 && descriptors_left(DESCRIPTORS_LEFT, n) < n)
		if (!make_room(client, kind))
			raise_shortage();
	if (client->awake)
		dlist_delete(&client->node);
	else
	{
		if (!mux_open(&client->mux))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_RESOURCES), errmsg("could not create a set of descriptors: %m")));
		descriptors_reserve(MUX_DESCRIPTORS);
		client->awake = true;
	}
	dlist_push_head(&awake, &client->node);
	make_room_for_more(client, &client->lanes[kind]);
	if (client_lane(client, kind) == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
}
