/*
 * attio_fdw.c
 *		Entry of the module: magic block, initialization, handler, validator.
 *
 * Nothing else lives here; see docs/architecture.md for the house.
 */
#include "base/compat.h"

#include "access/reloptions.h"
#include "admin/import_schema.h"
#include "affinity/affinity.h"
#include "attio/attio.h"
#include "base/guc.h"
#include "base/options.h"
#include "base/version.h"
#include "foreign/fdwapi.h"
#include "http/governor.h"
#include "http/http.h"
#include "join/join.h"
#include "modify/modify.h"
#include "plan/foreign_paths.h"
#include "plan/foreign_plan.h"
#include "plan/hooks.h"
#include "plan/system_columns.h"
#include "plan/upper.h"
#include "remote/activity.h"
#include "scan/async.h"
#include "scan/explain.h"
#include "scan/foreign_scan.h"
#include "scan/sample.h"

COMPAT_MODULE_MAGIC("attio_fdw", ATTIO_FDW_VERSION);

extern PGDLLEXPORT void _PG_init(void);
extern PGDLLEXPORT Datum attio_fdw_handler(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_fdw_validator(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum affinity_fdw_handler(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum affinity_fdw_validator(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(attio_fdw_handler);
PG_FUNCTION_INFO_V1(attio_fdw_validator);
PG_FUNCTION_INFO_V1(affinity_fdw_handler);
PG_FUNCTION_INFO_V1(affinity_fdw_validator);

/* A service, and what the server is to know of its plans. */
static void
register_service(const Service *service)
{
	service_register(service);
	join_register(service);
}

/* Once a process, when the library is loaded. */
void
_PG_init(void)
{
	http_init();
	governor_init();
	activity_init();
	register_service(&attio_service);
	register_service(&affinity_service);
	settings_define();
	join_paths_init();
	column_stats_init();
	lateral_init();
	compiling_init();
	modify_init();
}

/*
 * The callbacks, which all wrappers of this library share: what differs between
 * two of them is told by the service of their servers.
 */
static FdwRoutine *
make_callbacks(void)
{
	FdwRoutine *routine = makeNode(FdwRoutine);

	routine->GetForeignRelSize = get_foreign_rel_size;
	routine->GetForeignPaths = get_foreign_paths;
	routine->GetForeignPlan = get_foreign_plan;
	routine->GetForeignUpperPaths = get_foreign_upper_paths;
	routine->BeginForeignScan = begin_foreign_scan;
	routine->IterateForeignScan = iterate_foreign_scan;
	routine->ReScanForeignScan = rescan_foreign_scan;
	routine->EndForeignScan = end_foreign_scan;
	routine->ExplainForeignScan = explain_foreign_scan;
	routine->AnalyzeForeignTable = analyze_foreign_table;
	routine->IsForeignPathAsyncCapable = is_foreign_path_async_capable;
	routine->ForeignAsyncRequest = foreign_async_request;
	routine->ForeignAsyncConfigureWait = foreign_async_configure_wait;
	routine->ForeignAsyncNotify = foreign_async_notify;
	modify_set_callbacks(routine);
	routine->ImportForeignSchema = import_foreign_schema;
	system_columns_guard(routine);
	return routine;
}

/* The callbacks of attio_fdw. */
Datum
attio_fdw_handler(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(make_callbacks());
}

/* The same of affinity_fdw: its servers are of another service. */
Datum
affinity_fdw_handler(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(make_callbacks());
}

/* Checks the options of one catalog object. */
Datum
attio_fdw_validator(PG_FUNCTION_ARGS)
{
	options_validate(attio_service.options, untransformRelOptions(PG_GETARG_DATUM(0)), PG_GETARG_OID(1));
	PG_RETURN_VOID();
}

/* The same of one of affinity_fdw's. */
Datum
affinity_fdw_validator(PG_FUNCTION_ARGS)
{
	options_validate(affinity_service.options, untransformRelOptions(PG_GETARG_DATUM(0)), PG_GETARG_OID(1));
	PG_RETURN_VOID();
}
