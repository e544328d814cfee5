/*
 * column_stats.c
 *		What planning knows of columns that nobody has analyzed.
 *
 * Owns: that ids are unique, and addresses nearly.  Without it the server takes
 * a column to have 200 different values, and a join by id for a huge one.
 */
#include "plan/hooks.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_statistic.h"
#include "foreign/fdwapi.h"
#include "plan/relation_plan.h"
#include "utils/memutils.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"

static get_relation_stats_hook_type previous_stats_hook = NULL;

/* The statistics of a column all of whose values differ; made once. */
static HeapTuple
unique_statistics(void)
{
	static HeapTuple tuple = NULL;
	Datum values[Natts_pg_statistic] = {0};
	bool nulls[Natts_pg_statistic];
	Relation catalog;
	MemoryContext saved;

	if (tuple != NULL)
		return tuple;
	memset(nulls, true, sizeof(nulls));
	/* up to the arrays of numbers and values nothing may be NULL */
	for (int i = 0; i < Anum_pg_statistic_stanumbers1 - 1; i++)
		nulls[i] = false;
	values[Anum_pg_statistic_stanullfrac - 1] = Float4GetDatum(0);
	values[Anum_pg_statistic_stawidth - 1] = Int32GetDatum(16);
	values[Anum_pg_statistic_stadistinct - 1] = Float4GetDatum(-1);
	catalog = table_open(StatisticRelationId, AccessShareLock);
	saved = MemoryContextSwitchTo(TopMemoryContext);
	tuple = heap_form_tuple(RelationGetDescr(catalog), values, nulls);
	MemoryContextSwitchTo(saved);
	table_close(catalog, AccessShareLock);
	return tuple;
}

/* The statistics are kept for the next query. */
static void
keep_statistics(HeapTuple tuple)
{
}

/* Do hardly two rows share a value: an id, or one e-mail or domain? */
static bool
is_nearly_unique(RelationPlan *plan, AttrNumber attnum)
{
	const ColumnHint *hint;

	if (attnum <= 0)
		return false;
	hint = column_hint(plan->relation, attnum);
	return hint->is_key || (hint->attribute_name != NULL && !hint->array && hint->property->nearly_unique);
}

/* get_relation_stats_hook */
static bool
tell_unique_statistics(PlannerInfo *root, RangeTblEntry *rte, AttrNumber attnum, VariableStatData *vardata)
{
	RelationPlan *plan = relation_plan_of(vardata->rel);

	if (previous_stats_hook != NULL && previous_stats_hook(root, rte, attnum, vardata))
		return true;
	if (plan == NULL || !is_nearly_unique(plan, attnum) ||
		SearchSysCacheExists3(STATRELATTINH, ObjectIdGetDatum(rte->relid), Int16GetDatum(attnum),
							  BoolGetDatum(rte->inh)))
		return false;
	vardata->statsTuple = unique_statistics();
	vardata->freefunc = keep_statistics;
	vardata->acl_ok = true;
	return true;
}

void
column_stats_init(void)
{
	previous_stats_hook = get_relation_stats_hook;
	get_relation_stats_hook = tell_unique_statistics;
}
