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
#include "scan/state.h"
#include "storage/fd.h"
#include "storage/latch.h"

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

/* The scan's own descriptors, closed when its memory context goes. */
static ScanDescriptors *
get_descriptors(AttioScan *state)
{
	ScanDescriptors *descriptors = state->descriptors;

	if (descriptors != NULL)
		return descriptors;
	descriptors = (ScanDescriptors *) MemoryContextAllocZero(state->context, sizeof(ScanDescriptors));
	descriptors->of_client = descriptors->ready = -1;
	descriptors->cleanup.func = close_descriptors;
	descriptors->cleanup.arg = descriptors;
	MemoryContextRegisterResetCallback(state->context, &descriptors->cleanup);
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
	state->descriptors = descriptors;
	return descriptors;
}

/* Hand a row to Append, or the end; or say that it takes waiting. */
static void
produce(AsyncRequest *request)
{
	ForeignScanState *node = (ForeignScanState *) request->requestee;
	AttioScan *state = (AttioScan *) node->fdw_state;
	TupleTableSlot *slot;

	state->async = true;
	state->starved = false;
	/* Counting rows and time is the caller's. */
	slot = node->ss.ps.ExecProcNodeReal((PlanState *) node);
	state->async = false;
	if (TupIsNull(slot) && state->starved)
		ExecAsyncRequestPending(request);
	else
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
	ScanDescriptors *descriptors = get_descriptors(state);
	bool waits = pager_would_wait(state->pager);

	AddWaitEventToSet(set, WL_SOCKET_READABLE, waits ? descriptors->of_client : descriptors->ready, NULL, request);
}

/* ForeignAsyncNotify */
void
attio_async_notify(AsyncRequest *request)
{
	produce(request);
}
