/*
 * interrupts.c
 *		What a cancel does that is there when something long in columns begins.
 *
 * The cancel is set and the work called, with nothing between them that would
 * serve it: so it is the work that does, or nobody.
 */
#include "base/compat.h"

#include "access/table.h"
#include "access/sysattr.h"
#include "access/xact.h"
#include "attio/attio.h"
#include "attio/drift.h"
#include "attio/naming.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "remote/writing.h"
#include "row/reader.h"
#include "scan/optional.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/resowner.h"

extern PGDLLEXPORT Datum attio_test_interrupted(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(attio_test_interrupted);

/* A table with its definitions, all of its columns, and what is to be done with them. */
typedef struct Work
{
	Relation rel;
	RemoteTable table;
	List *columns;
	const Bitmapset *named;
} Work;

static void
do_nothing(Work *work)
{
}

static void
bind_for_scan(Work *work)
{
	const RemoteRelation *relation = work->table.relation;

	(void) row_reader_create(relation, work->columns, work->table.definitions,
							 projection_create(&relation->resource->paging));
}

static void
bind_for_log(Work *work)
{
	(void) optional_columns(work->table.relation, work->columns, work->table.definitions);
}

/* All columns are named, or none: these wait for a value. */
static void
bind_for_update(Work *work)
{
	WriteTarget target = {
		.table = work->table, .operation = CMD_UPDATE, .columns = work->columns, .named = work->named};

	(void) work->table.relation->service->writing->begin(&target);
}

static void
name_all(Work *work)
{
	List *left_out = NIL;

	(void) name_columns(work->table.relation->resource, work->table.definitions, COLUMNS_ALL, &left_out);
}

static void
compare_with_import(Work *work)
{
	(void) drift_of_columns(drift_table_open(RelationGetRelid(work->rel)), work->table.definitions, true);
}

static const struct
{
	const char *name;
	void (*run)(Work *);
} works[] = {
	{"nothing", do_nothing},     {"scan", bind_for_scan}, {"log", bind_for_log},
	{"update", bind_for_update}, {"names", name_all},     {"drift", compare_with_import},
};

/* Open the table and read its definitions, which may make requests. */
static void
prepare(Work *work, Oid table)
{
	static bool is_registered = false;
	RemoteRelation *relation;

	/* this module has the extension's objects, and variables of its own */
	if (!is_registered)
		service_register(&attio_service);
	is_registered = true;
	work->rel = table_open(table, AccessShareLock);
	relation = remote_relation_open(work->rel);
	for (int i = 1; i <= relation->natts; i++)
	{
		work->columns = lappend_int(work->columns, i);
		work->named = bms_add_member(unconstify(Bitmapset *, work->named), i - FirstLowInvalidHeapAttributeNumber);
	}
	work->table = remote_table_open(relation, GetUserId(), true, work->columns, NULL);
}

/* With a cancel that is there already: is it served?  What else is raised goes on. */
static bool
is_served(void (*run)(Work *), Work *work)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool served = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		QueryCancelPending = true;
		InterruptPending = true;
		run(work);
		QueryCancelPending = false;
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		if (error->sqlerrcode != ERRCODE_QUERY_CANCELED)
			ReThrowError(error);
		served = true;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	return served;
}

/* attio_test_interrupted(table regclass, what text): "served", or "not served" */
Datum
attio_test_interrupted(PG_FUNCTION_ARGS)
{
	const char *what = text_to_cstring(PG_GETARG_TEXT_PP(1));
	Work work = {0};

	prepare(&work, PG_GETARG_OID(0));
	for (int i = 0; i < (int) lengthof(works); i++)
		if (strcmp(works[i].name, what) == 0)
		{
			bool served = is_served(works[i].run, &work);

			table_close(work.rel, AccessShareLock);
			PG_RETURN_TEXT_P(cstring_to_text(served ? "served" : "not served"));
		}
	elog(ERROR, "no such work: %s", what);
}
