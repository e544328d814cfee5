/*
 * async.c
 *		Several scans below one Append, side by side.
 *
 * Owns: the descriptors by which Append waits for a scan.  All scans of a session
 * share one client, so one may receive what another waits for: each scan has a
 * copy of the client's descriptor, and another that is always readable for
 * answers that have come already.  Where the server has no descriptors left, the
 * scans without take turns: each reads its next row while Append waits for none.
 */
#include "scan/async.h"

#include <unistd.h>
#ifdef __linux__
#include <sys/eventfd.h>
#endif

#include "executor/execAsync.h"
#include "executor/instrument.h"
#include "http/descriptors.h"
#include "http/http.h"
#include "scan/foreign_scan.h"
#include "scan/scan.h"
#include "scan/scan_state.h"
#include "storage/latch.h"

/* Scans of one Append that have begun and not ended: each may hold a page, and two descriptors. */
#define SCANS_AT_ONCE 24

#define SCAN_DESCRIPTORS 2

/* Left by scans to the connections that they read from, besides what is left to the server. */
#define LEFT_TO_CONNECTIONS (DESCRIPTORS_LEFT_WIDE + 16)

typedef struct ScanDescriptors
{
	MemoryContextCallback cleanup;
	int of_client; /* copy of the client's descriptor */
	uint64 waking; /* of which it is a copy */
	int ready;     /* always readable */
	bool taken;    /* announced */
} ScanDescriptors;

/* Reset callback: the descriptors of a scan go with its memory. */
static void
close_descriptors(void *arg)
{
	ScanDescriptors *descriptors = (ScanDescriptors *) arg;

	if (descriptors->of_client >= 0)
		close(descriptors->of_client);
	if (descriptors->ready >= 0)
		close(descriptors->ready);
	descriptors->of_client = descriptors->ready = -1;
	if (descriptors->taken)
		descriptors_give(SCAN_DESCRIPTORS);
	descriptors->taken = false;
}

/* The scan's own descriptors, closed at its end or when its memory context goes. */
static ScanDescriptors *
make_descriptors(RemoteScan *state)
{
	ScanDescriptors *descriptors = (ScanDescriptors *) MemoryContextAllocZero(state->context, sizeof(ScanDescriptors));

	descriptors->of_client = descriptors->ready = -1;
	descriptors->cleanup.func = close_descriptors;
	descriptors->cleanup.arg = descriptors;
	MemoryContextRegisterResetCallback(state->context, &descriptors->cleanup);
	return descriptors;
}

/* Open those that are closed; the client's may have changed.  False where none is to be had. */
static bool
open_descriptors(RemoteScan *state)
{
	uint64 waking;
	int of_client = http_descriptor(state->table.session->client, &waking);
	ScanDescriptors *descriptors;

	if (state->descriptors == NULL)
		state->descriptors = make_descriptors(state);
	descriptors = state->descriptors;
	if (!descriptors->taken && !(descriptors->taken = descriptors_take(SCAN_DESCRIPTORS, LEFT_TO_CONNECTIONS)))
		return false;
#ifdef __linux__
	if (descriptors->ready < 0)
		descriptors->ready = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
#endif
	if (descriptors->of_client >= 0 && descriptors->waking != waking)
	{
		close(descriptors->of_client);
		descriptors->of_client = -1;
	}
	if (descriptors->of_client < 0 && of_client >= 0)
		descriptors->of_client = dup(of_client);
	descriptors->waking = waking;
	if (descriptors->ready >= 0)
		return true;
	close_descriptors(descriptors);
	return false;
}

static RemoteScan *
scan_of(const AsyncRequest *request)
{
	return (RemoteScan *) ((ForeignScanState *) request->requestee)->fdw_state;
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
	while (under_way < SCANS_AT_ONCE && (i = bms_next_member(append->as_asyncplans, i)) >= 0)
	{
		const AsyncRequest *other = append->as_asyncrequests[i];

		/* since Append was last run again it has asked for rows of these */
		if ((other->callback_pending || other->request_complete) &&
			is_our_routine(((const ForeignScanState *) other->requestee)->fdwroutine))
			under_way += scan_of(other)->under_way;
	}
	return under_way < SCANS_AT_ONCE;
}

/* Hand a row to Append, or the end; or say that it takes waiting, unless this waits. */
static void
produce_row(AsyncRequest *request, bool may_wait)
{
	ForeignScanState *node = (ForeignScanState *) request->requestee;
	RemoteScan *state = (RemoteScan *) node->fdw_state;
	TupleTableSlot *slot;

	if (!may_go_on(request))
	{
		ExecAsyncRequestPending(request);
		return;
	}
	state->under_way = true;
	state->async = !may_wait;
	state->answer = PAGER_ROW;
	/* Counting rows and time is the caller's. */
	slot = node->ss.ps.ExecProcNodeReal((PlanState *) node);
	state->async = false;
	if (TupIsNull(slot) && state->answer == PAGER_WAIT)
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
foreign_async_request(AsyncRequest *request)
{
	produce_row(request, false);
}

/*
 * A scan without descriptors: its row now, and Append has it as if it had been
 * waited for.
 */
static void
take_turn(AsyncRequest *request)
{
	request->callback_pending = false;
	produce_row(request, true);
	ExecAsyncResponse(request);
	if (request->requestee->instrument != NULL)
		InstrUpdateTupleCount(request->requestee->instrument, TupIsNull(request->result) ? 0.0 : 1.0);
}

/* ForeignAsyncConfigureWait */
void
foreign_async_configure_wait(AsyncRequest *request)
{
	ForeignScanState *node = (ForeignScanState *) request->requestee;
	AppendState *append = (AppendState *) request->requestor;
	RemoteScan *state = (RemoteScan *) node->fdw_state;
	WaitEventSet *set = append->as_eventset;
	bool waits;
	int descriptor;

	/* what another scan has read in this round waits for nobody */
	if (append->as_nasyncresults > 0 || !may_go_on(request))
		return;
	state->under_way = true;
	if (state->pager == NULL)
		scan_open(state, node);
	/* one that reads all of its rows first, or has read them, waits by itself */
	waits = !state->reads_first && state->once == NULL && pager_prefetch(state->pager);
	descriptor = !open_descriptors(state) ? -1 : waits ? state->descriptors->of_client : state->descriptors->ready;
	if (descriptor >= 0)
		AddWaitEventToSet(set, WL_SOCKET_READABLE, descriptor, NULL, request);
	/* Append has added the postmaster's death */
	else if (GetNumRegisteredWaitEvents(set) == 1)
		take_turn(request);
}

/* ForeignAsyncNotify */
void
foreign_async_notify(AsyncRequest *request)
{
	produce_row(request, false);
}
