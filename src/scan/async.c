/*
 * async.c
 *		Several scans below one Append, side by side.
 *
 * Owns: the descriptors by which Append waits for a scan.  All scans of a session
 * share one client, so one may receive what another waits for: each scan has a
 * copy of the client's descriptor, and another that is always readable for
 * answers that have come already.
 */
#include "scan/async.h"

#include <unistd.h>
#ifdef __linux__
#include <sys/eventfd.h>
#endif

#include "executor/execAsync.h"
#include "http/client.h"
#include "scan/scan.h"
#include "scan/state.h"
#include "storage/fd.h"
#include "storage/latch.h"

/* Scans of one Append that have begun and not ended: each may hold a page, and two descriptors. */
#define SCANS_AT_ONCE 24

typedef struct ScanDescriptors
{
	MemoryContextCallback cleanup;
	int of_client; /* copy of the client's descriptor */
	int ready;     /* always readable */
	int announced; /* to fd.c */
} ScanDescriptors;

static void
close_descriptors(void *arg)
{
	ScanDescriptors *descriptors = (ScanDescriptors *) arg;

	if (descriptors->of_client >= 0)
		close(descriptors->of_client);
	if (descriptors->ready >= 0)
		close(descriptors->ready);
	descriptors->of_client = descriptors->ready = -1;
	for (; descriptors->announced > 0; descriptors->announced--)
		ReleaseExternalFD();
}

/* The scan's own descriptors, closed at its end or when its memory context goes. */
static ScanDescriptors *
get_descriptors(AttioScan *state)
{
	ScanDescriptors *descriptors = state->descriptors;

	if (descriptors != NULL && descriptors->announced > 0)
		return descriptors;
	if (descriptors == NULL)
	{
		descriptors = (ScanDescriptors *) MemoryContextAllocZero(state->context, sizeof(ScanDescriptors));
		descriptors->of_client = descriptors->ready = -1;
		descriptors->cleanup.func = close_descriptors;
		descriptors->cleanup.arg = descriptors;
		MemoryContextRegisterResetCallback(state->context, &descriptors->cleanup);
		state->descriptors = descriptors;
	}
	while (descriptors->announced < 2 && AcquireExternalFD())
		descriptors->announced++;
	if (descriptors->announced == 2)
	{
		descriptors->of_client = dup(http_descriptor(state->session->client));
#ifdef __linux__
		descriptors->ready = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
#endif
	}
	if (descriptors->of_client < 0 || descriptors->ready < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_RESOURCES), errmsg("could not open a descriptor to wait on: %m"),
				 errhint("ALTER SERVER ... OPTIONS (ADD async_capable 'false') scans one table after another.")));
	return descriptors;
}

static AttioScan *
scan_of(const AsyncRequest *request)
{
	return (AttioScan *) ((ForeignScanState *) request->requestee)->fdw_state;
}

/*
 * May the scan go on, or begin?  Where it may not, others of the same Append are
 * under way; before Append waits it asks again.
 */
static bool
may_go_on(const AsyncRequest *request)
{
	const AppendState *append = (const AppendState *) request->requestor;
	int under_way = 0;
	int i = -1;

	if (scan_of(request)->under_way)
		return true;
	while ((i = bms_next_member(append->as_asyncplans, i)) >= 0)
	{
		const AsyncRequest *other = append->as_asyncrequests[i];

		/* since Append was last run again it has asked for rows of these */
		if ((other->callback_pending || other->request_complete) &&
			attio_is_ours(((const ForeignScanState *) other->requestee)->fdwroutine))
			under_way += scan_of(other)->under_way;
	}
	return under_way < SCANS_AT_ONCE;
}

/* Hand a row to Append, or the end; or say that it takes waiting. */
static void
produce(AsyncRequest *request)
{
	ForeignScanState *node = (ForeignScanState *) request->requestee;
	AttioScan *state = (AttioScan *) node->fdw_state;
	TupleTableSlot *slot;

	if (!may_go_on(request))
	{
		ExecAsyncRequestPending(request);
		return;
	}
	state->under_way = state->async = true;
	state->starved = false;
	/* Counting rows and time is the caller's. */
	slot = node->ss.ps.ExecProcNodeReal((PlanState *) node);
	state->async = false;
	if (TupIsNull(slot) && state->starved)
	{
		ExecAsyncRequestPending(request);
		return;
	}
	if (TupIsNull(slot))
	{
		state->under_way = false;
		if (state->descriptors != NULL)
			close_descriptors(state->descriptors);
	}
	ExecAsyncRequestDone(request, slot);
}

/* ForeignAsyncRequest */
void
attio_async_request(AsyncRequest *request)
{
	produce(request);
}

/* ForeignAsyncConfigureWait */
void
attio_async_configure_wait(AsyncRequest *request)
{
	ForeignScanState *node = (ForeignScanState *) request->requestee;
	AttioScan *state = (AttioScan *) node->fdw_state;
	WaitEventSet *set = ((AppendState *) request->requestor)->as_eventset;
	ScanDescriptors *descriptors;
	bool waits;

	if (!may_go_on(request))
		return;
	state->under_way = true;
	if (state->pager == NULL)
		scan_open(state, node);
	descriptors = get_descriptors(state);
	/* one that reads all of its rows first waits by itself */
	waits = !state->reads_first && pager_would_wait(state->pager);
	AddWaitEventToSet(set, WL_SOCKET_READABLE, waits ? descriptors->of_client : descriptors->ready, NULL, request);
}

/* ForeignAsyncNotify */
void
attio_async_notify(AsyncRequest *request)
{
	produce(request);
}
