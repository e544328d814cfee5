/*
 * monitor.c
 *		The views of what was asked of services.
 *
 * Owns: their SQL side, and who may see whose rows.
 */
#include "base/compat.h"

#include "catalog/pg_authid.h"
#include "funcapi.h"
#include "http/governor.h"
#include "remote/activity.h"
#include "storage/procarray.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

extern PGDLLEXPORT Datum attio_fdw_stats(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_requests(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_progress(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_rate(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_stats_reset(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(attio_fdw_stats);
PG_FUNCTION_INFO_V1(attio_fdw_requests);
PG_FUNCTION_INFO_V1(attio_fdw_progress);
PG_FUNCTION_INFO_V1(attio_fdw_rate);
PG_FUNCTION_INFO_V1(attio_fdw_stats_reset);

#define GOVERNED_KEYS 64

/* Own rows, and for members of pg_read_all_stats all. */
static bool
may_see(Oid role)
{
	return has_privs_of_role(GetUserId(), role) || has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS);
}

/* One row of the function's result. */
static void
put_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* attio_fdw_stats() -> totals of each server of this database */
Datum
attio_fdw_stats(PG_FUNCTION_ARGS)
{
	ActivityTotals totals[ACTIVITY_SERVERS];
	int n = activity_totals(totals);

	compat_materialize(fcinfo);
	for (int i = 0; i < n; i++)
	{
		Datum values[11];
		bool nulls[11] = {0};
		int k = 0;

		if (totals[i].database != MyDatabaseId)
			continue;
		values[k++] = ObjectIdGetDatum(totals[i].server);
		values[k++] = Int64GetDatum(totals[i].requests);
		values[k++] = Int64GetDatum(totals[i].retries);
		values[k++] = Int64GetDatum(totals[i].refused);
		values[k++] = Int64GetDatum(totals[i].failed);
		values[k++] = Int64GetDatum(totals[i].wire_bytes);
		values[k++] = Int64GetDatum(totals[i].bytes);
		values[k++] = Float8GetDatum(totals[i].seconds * 1000);
		values[k++] = Float8GetDatum(totals[i].governed * 1000);
		values[k++] = BoolGetDatum(activity_is_shared());
		put_row(fcinfo, values, nulls);
	}
	return (Datum) 0;
}

/* attio_fdw_requests() -> the last requests, the newest first */
Datum
attio_fdw_requests(PG_FUNCTION_ARGS)
{
	ActivityRequest *requests = (ActivityRequest *) palloc(sizeof(ActivityRequest) * ACTIVITY_REQUESTS);
	int n = activity_requests(requests);

	compat_materialize(fcinfo);
	for (int i = 0; i < n; i++)
	{
		const ActivityRequest *request = &requests[i];
		Datum values[12];
		bool nulls[12] = {0};
		int k = 0;

		if (request->database != MyDatabaseId || !may_see(request->role))
			continue;
		values[k++] = TimestampTzGetDatum(request->at);
		values[k++] = Int32GetDatum(request->pid);
		values[k++] = ObjectIdGetDatum(request->role);
		values[k++] = ObjectIdGetDatum(request->server);
		values[k++] = CStringGetTextDatum(request->method);
		values[k++] = CStringGetTextDatum(request->path);
		nulls[k] = request->status == 0;
		values[k++] = Int32GetDatum(request->status);
		values[k++] = Int32GetDatum(request->retries);
		values[k++] = Int64GetDatum(request->wire_bytes);
		values[k++] = Int64GetDatum(request->bytes);
		values[k++] = Float8GetDatum(request->seconds * 1000);
		nulls[k] = request->request_id[0] == '\0';
		values[k++] = CStringGetTextDatum(request->request_id);
		put_row(fcinfo, values, nulls);
	}
	return (Datum) 0;
}

/* attio_fdw_progress() -> the scans that run now */
Datum
attio_fdw_progress(PG_FUNCTION_ARGS)
{
	ActivityScan *scans = (ActivityScan *) palloc(sizeof(ActivityScan) * ACTIVITY_SCANS);
	int n = activity_scans(scans);

	compat_materialize(fcinfo);
	for (int i = 0; i < n; i++)
	{
		const ActivityScan *scan = &scans[i];
		Datum values[8];
		bool nulls[8] = {0};
		int k = 0;

		if (scan->database != MyDatabaseId || !may_see(scan->role) || BackendPidGetProc(scan->pid) == NULL)
			continue;
		values[k++] = Int32GetDatum(scan->pid);
		values[k++] = ObjectIdGetDatum(scan->role);
		values[k++] = ObjectIdGetDatum(scan->table);
		values[k++] = TimestampTzGetDatum(scan->started);
		values[k++] = Int64GetDatum(scan->pages);
		values[k++] = Int64GetDatum(scan->rows);
		values[k++] = Int64GetDatum(scan->bytes);
		values[k++] = BoolGetDatum(scan->waiting);
		put_row(fcinfo, values, nulls);
	}
	return (Datum) 0;
}

/* What answers told of a limit, in three columns: of how many, left, until when. */
static int
put_limit(const LimitLeft *state, Datum *values, bool *nulls, int k)
{
	nulls[k] = !state->known || state->limit < 0;
	values[k++] = Int64GetDatum(state->limit);
	nulls[k] = !state->known;
	values[k++] = Int64GetDatum(Max(state->left, 0));
	nulls[k] = !state->known;
	values[k++] = TimestampTzGetDatum(state->until);
	return k;
}

/* attio_fdw_rate() -> how far the lines of each key are taken, and what answers told; keys by salted hash */
Datum
attio_fdw_rate(PG_FUNCTION_ARGS)
{
	GovernorInfo infos[GOVERNED_KEYS];
	int n = governor_list(infos, GOVERNED_KEYS);

	compat_materialize(fcinfo);
	for (int i = 0; i < n; i++)
	{
		Datum values[13];
		bool nulls[13] = {0};
		int k = 0;

		values[k++] = CStringGetTextDatum(psprintf("%016llx", (unsigned long long) infos[i].key));
		values[k++] = Int64GetDatum(infos[i].requests[0]);
		values[k++] = Int64GetDatum(infos[i].requests[1]);
		values[k++] = Int64GetDatum(infos[i].refused);
		values[k++] = Float8GetDatum(infos[i].ahead[0] * 1000);
		values[k++] = Float8GetDatum(infos[i].ahead[1] * 1000);
		values[k++] = BoolGetDatum(governor_is_shared());
		for (int kind = 0; kind < LIMIT_KINDS; kind++)
			k = put_limit(&infos[i].limits[kind], values, nulls, k);
		put_row(fcinfo, values, nulls);
	}
	return (Datum) 0;
}

/* attio_fdw_stats_reset() -> void: for superusers and whom they let */
Datum
attio_fdw_stats_reset(PG_FUNCTION_ARGS)
{
	activity_reset();
	PG_RETURN_VOID();
}
