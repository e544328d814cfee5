/*
 * ahead.c
 *		Definitions that are asked for before they are waited for.
 *
 * Owns: the GETs of definitions that are under way and that nobody has taken.
 * Must not know why they are wanted.
 */
#include "remote/ahead.h"

#include "lib/ilist.h"
#include "utils/memutils.h"

/* Untaken answers of a session, whatever the server's options say. */
#define AHEAD_WINDOW 32

typedef struct AheadGet
{
	dlist_node node;
	MemoryContext context; /* with everything below; its end unlinks it */
	MemoryContextCallback cleanup;
	const Session *session;
	char *path;
	HttpExchange *exchange;
} AheadGet;

/* Of all sessions: an answer may outlive its session by the time in which an error is cleaned up. */
static dlist_head asked = DLIST_STATIC_INIT(asked);

/* Reset callback: it is asked for no more. */
static void
unlink_get(void *arg)
{
	dlist_delete(&((AheadGet *) arg)->node);
}

/* The request under way for this path, or NULL. */
static AheadGet *
find_asked(const Session *session, const char *path)
{
	dlist_iter iter;

	dlist_foreach(iter, &asked)
	{
		AheadGet *get = dlist_container(AheadGet, node, iter.cur);

		if (get->session == session && strcmp(get->path, path) == 0)
			return get;
	}
	return NULL;
}

/* May one more be asked for? */
bool
ahead_has_room(const Session *session)
{
	dlist_iter iter;
	int n = 0;

	dlist_foreach(iter, &asked) n += (dlist_container(AheadGet, node, iter.cur)->session == session);
	return n < Min(session->max_requests, AHEAD_WINDOW);
}

/* Ask for what will be wanted soon; unless it is under way, or too many are. */
void
ahead_ask(Session *session, const char *path, ScanCost *cost)
{
	MemoryContext context;
	MemoryContext saved;
	AheadGet *get;

	if (!ahead_has_room(session) || find_asked(session, path) != NULL)
		return;
	context = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw definitions ahead", ALLOCSET_SMALL_SIZES);
	saved = MemoryContextSwitchTo(context);
	get = (AheadGet *) palloc0(sizeof(AheadGet));
	get->context = context;
	get->session = session;
	get->path = pstrdup(path);
	get->exchange = request_get_start(session, path, cost);
	get->cleanup.func = unlink_get;
	get->cleanup.arg = get;
	MemoryContextRegisterResetCallback(context, &get->cleanup);
	dlist_push_tail(&asked, &get->node);
	MemoryContextSwitchTo(saved);
}

/* As request_get(); what was asked for ahead is taken. */
JsonTree *
ahead_get(Session *session, const char *path, const RequestSubject *subject, ScanCost *cost)
{
	AheadGet *get = find_asked(session, path);
	JsonTree *answer;

	if (get == NULL)
		return request_get(session, path, subject, cost);
	answer = request_get_finish(session, get->exchange, subject);
	MemoryContextDelete(get->context);
	return answer;
}

/* Cancel those whose path begins so. */
void
ahead_drop(const Session *session, const char *beginning)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &asked)
	{
		AheadGet *get = dlist_container(AheadGet, node, iter.cur);

		if (get->session == session && strncmp(get->path, beginning, strlen(beginning)) == 0)
			MemoryContextDelete(get->context);
	}
}
