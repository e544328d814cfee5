/*
 * activity.c
 *		What was asked of services: totals, the last requests, and what runs now.
 *
 * Owns: that table, in shared memory where there is any.  Must not know what the
 * requests were for.
 */
#include "remote/activity.h"

#include "base/errors.h"
#include "base/guc.h"
#include "base/shared.h"
#include "storage/lwlock.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define ACTIVITY_NAME "attio_fdw activity"

typedef struct ActivityTable
{
	LWLock lock;
	int tranche;
	ActivityTotals totals[ACTIVITY_SERVERS];
	ActivityRequest requests[ACTIVITY_REQUESTS];
	int next; /* place of the next request */
	ActivityScan scans[ACTIVITY_SCANS];
} ActivityTable;

struct ActivityHandle
{
	MemoryContextCallback cleanup;
	int place;
};

static ActivityTable *table = NULL;
static bool is_shared = false;

static void
activity_init_table(void *memory)
{
	ActivityTable *fresh = (ActivityTable *) memory;

	memset(fresh, 0, sizeof(*fresh));
	fresh->tranche = LWLockNewTrancheId();
	LWLockInitialize(&fresh->lock, fresh->tranche);
}

/* Called once per process, from _PG_init. */
void
activity_init(void)
{
	shared_announce(ACTIVITY_NAME, sizeof(ActivityTable), activity_init_table);
}

/* The table that all sessions share, or this session's own where there is no shared memory. */
static ActivityTable *
activity_get_table(void)
{
	if (table != NULL)
		return table;
	table = (ActivityTable *) shared_memory(ACTIVITY_NAME, sizeof(ActivityTable), activity_init_table);
	is_shared = (table != NULL);
	if (table == NULL)
	{
		table = (ActivityTable *) MemoryContextAlloc(TopMemoryContext, sizeof(ActivityTable));
		activity_init_table(table);
	}
	LWLockRegisterTranche(table->tranche, ACTIVITY_NAME);
	return table;
}

/* Do all backends see the same totals? */
bool
activity_is_shared(void)
{
	(void) activity_get_table();
	return is_shared;
}

/* The totals of a server of this database, under the lock; NULL when there is no room. */
static ActivityTotals *
find_totals(ActivityTable *activity, Oid server)
{
	for (int i = 0; i < ACTIVITY_SERVERS; i++)
	{
		ActivityTotals *totals = &activity->totals[i];

		if (totals->server == server && totals->database == MyDatabaseId)
			return totals;
		if (!OidIsValid(totals->server))
		{
			totals->server = server;
			totals->database = MyDatabaseId;
			return totals;
		}
	}
	return NULL;
}

/* Into the totals and the last requests. */
static void
note_request(Oid server, HttpExchange *exchange, const char *id_header)
{
	ActivityTable *activity = activity_get_table();
	const char *id = id_header == NULL ? NULL : http_header(exchange, id_header);
	ActivityRequest request = {0};
	ActivityTotals *totals;

	request.at = GetCurrentTimestamp();
	request.pid = MyProcPid;
	request.role = GetUserId();
	request.database = MyDatabaseId;
	request.server = server;
	strlcpy(request.method, exchange->method, sizeof(request.method));
	strlcpy(request.path, clean_text(exchange->path, strlen(exchange->path), ACTIVITY_PATH - 4), ACTIVITY_PATH);
	if (id != NULL)
		strlcpy(request.request_id, clean_text(id, strlen(id), ACTIVITY_REQUEST_ID - 4), ACTIVITY_REQUEST_ID);
	request.status = exchange->status;
	request.retries = exchange->retries;
	request.wire_bytes = (int64) exchange->wire_bytes;
	request.bytes = (int64) exchange->length;
	request.seconds = exchange->elapsed;

	LWLockAcquire(&activity->lock, LW_EXCLUSIVE);
	activity->requests[activity->next] = request;
	activity->next = (activity->next + 1) % ACTIVITY_REQUESTS;
	totals = find_totals(activity, server);
	if (totals != NULL)
	{
		totals->requests += 1 + exchange->retries;
		totals->retries += exchange->retries;
		totals->refused += (exchange->status == 429);
		totals->failed += (exchange->failure != HTTP_ANSWERED || exchange->status >= 400) && exchange->status != 429;
		totals->wire_bytes += request.wire_bytes;
		totals->bytes += request.bytes;
		totals->seconds += exchange->elapsed;
		totals->governed += exchange->governed;
	}
	LWLockRelease(&activity->lock);
}

/*
 * Note a request whose answer is complete, whether or not somebody waits for
 * it.  "id_header" is the header of the response that has the request's id, and
 * may be NULL.
 */
void
activity_note(Oid server, HttpExchange *exchange, const char *id_header)
{
	note_request(server, exchange, id_header);
	if (setting_log_requests)
		ereport(LOG, (errmsg("attio_fdw: %s %s: HTTP %d, %zu bytes, %.3f s", exchange->method, exchange->path,
							 exchange->status, exchange->length, exchange->elapsed),
					  errhidestmt(true), errhidecontext(true)));
}

/* Copies of what is known; each returns how many. */

int
activity_totals(ActivityTotals *totals)
{
	ActivityTable *activity = activity_get_table();
	int n = 0;

	LWLockAcquire(&activity->lock, LW_SHARED);
	while (n < ACTIVITY_SERVERS && OidIsValid(activity->totals[n].server))
		n++;
	memcpy(totals, activity->totals, sizeof(ActivityTotals) * n);
	LWLockRelease(&activity->lock);
	return n;
}

/* The newest first. */
int
activity_requests(ActivityRequest *requests)
{
	ActivityTable *activity = activity_get_table();
	int n = 0;

	LWLockAcquire(&activity->lock, LW_SHARED);
	for (int i = 1; i <= ACTIVITY_REQUESTS; i++)
	{
		const ActivityRequest *request =
			&activity->requests[(activity->next - i + ACTIVITY_REQUESTS) % ACTIVITY_REQUESTS];

		if (request->at != 0)
			requests[n++] = *request;
	}
	LWLockRelease(&activity->lock);
	return n;
}

int
activity_scans(ActivityScan *scans)
{
	ActivityTable *activity = activity_get_table();
	int n = 0;

	LWLockAcquire(&activity->lock, LW_SHARED);
	for (int i = 0; i < ACTIVITY_SCANS; i++)
		if (activity->scans[i].pid != 0)
			scans[n++] = activity->scans[i];
	LWLockRelease(&activity->lock);
	return n;
}

/* Forget totals and requests. */
void
activity_reset(void)
{
	ActivityTable *activity = activity_get_table();

	LWLockAcquire(&activity->lock, LW_EXCLUSIVE);
	memset(activity->totals, 0, sizeof(activity->totals));
	memset(activity->requests, 0, sizeof(activity->requests));
	activity->next = 0;
	LWLockRelease(&activity->lock);
}

/* ----- running scans ----- */

/* Reset callback: the scan's place is free. */
static void
activity_end_scan(void *arg)
{
	ActivityHandle *handle = (ActivityHandle *) arg;

	LWLockAcquire(&table->lock, LW_EXCLUSIVE);
	memset(&table->scans[handle->place], 0, sizeof(ActivityScan));
	LWLockRelease(&table->lock);
}

/* A place that is free; -1 = none.  Under the lock. */
static int
free_place(const ActivityTable *activity)
{
	for (int i = 0; i < ACTIVITY_SCANS; i++)
		if (activity->scans[i].pid == 0)
			return i;
	return -1;
}

ActivityHandle *
activity_begin(Oid foreign_table)
{
	ActivityTable *activity = activity_get_table();
	ActivityHandle *handle = (ActivityHandle *) palloc0(sizeof(ActivityHandle));
	ActivityScan scan = {0};

	scan.pid = MyProcPid;
	scan.role = GetUserId();
	scan.database = MyDatabaseId;
	scan.table = foreign_table;
	scan.started = GetCurrentTimestamp();
	LWLockAcquire(&activity->lock, LW_EXCLUSIVE);
	handle->place = free_place(activity);
	if (handle->place >= 0)
		activity->scans[handle->place] = scan;
	LWLockRelease(&activity->lock);
	if (handle->place < 0)
		return NULL;
	handle->cleanup.func = activity_end_scan;
	handle->cleanup.arg = handle;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &handle->cleanup);
	return handle;
}

/* A page of a running scan came. */
void
activity_page(ActivityHandle *handle, int64 rows, int64 bytes)
{
	if (handle == NULL)
		return;
	LWLockAcquire(&table->lock, LW_EXCLUSIVE);
	table->scans[handle->place].pages++;
	table->scans[handle->place].rows += rows;
	table->scans[handle->place].bytes += bytes;
	LWLockRelease(&table->lock);
}

/* A running scan begins or ends to wait for an answer. */
void
activity_waits(ActivityHandle *handle, bool waiting)
{
	if (handle == NULL)
		return;
	LWLockAcquire(&table->lock, LW_EXCLUSIVE);
	table->scans[handle->place].waiting = waiting;
	LWLockRelease(&table->lock);
}
