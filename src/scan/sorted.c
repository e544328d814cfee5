/*
 * sorted.c
 *		A scan whose plan counts on an order: is it the service's, and what if not.
 *
 * Owns: the comparison of neighbours, the ways to an order, and the sort that
 * the scan makes itself.  Nobody promises that the service sorts, or sorts by what it
 * is asked for, so each sorted page is looked at; what is found is remembered by
 * the session.
 */
#include "scan/sorted.h"

#include "base/guc.h"
#include "row/reader.h"
#include "scan/scan_state.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/sortsupport.h"
#include "utils/tuplesort.h"

struct SortedScan
{
	RemoteScan *scan;
	SortShape shape; /* of the plan */
	int nkeys;
	AttrNumber *columns;
	Oid *operators;
	Oid *collations;
	bool *nulls_first;
	SortSupport keys;
	RowReader *reader; /* of the key columns alone: other columns may hold what their types cannot */
	TupleTableSlot *slot;
	MemoryContext judged; /* datums of the page that is looked at */
	MemoryContext kept;   /* SORT_LISTED: of the last row of the page before it */
	NullableDatum *last;  /* its keys; NULL = none */
	SortWay way;
	const char *why; /* SORT_LOCALLY */
	bool refused;    /* a way was, and the session does not know yet */
	bool has_offset; /* of the plan as it was meant */
	bool has_filter;
	bool fits_page;
	bool one_page; /* the pager's plan is SORT_ONE_PAGE */
	bool guarded;
	bool merges;        /* the pages of several listings */
	bool staged;        /* SORT_WINDOWS: each stage is sorted by itself */
	bool more;          /* stages are still to come */
	bool later;         /* rows were sorted that are not of the first one */
	bool waits;         /* the row in the slot of what is sorted has not been handed out */
	TimestampTz border; /* rows behind it are of the next stage */
	bool has_last;
	TimestampTz last_key;   /* of the row handed out last */
	bool lacks;             /* a sorted page holds records that are no rows: it is the filter that was not followed */
	Tuplesortstate *sorted; /* NULL until all rows are read */
	TupleTableSlot *sorted_slot;
};

/* ----- keys ----- */

/* How the executor compares, by the keys of the plan. */
static void
prepare_sort_keys(SortedScan *sort, const SortKey *planned, int nkeys)
{
	sort->nkeys = nkeys;
	sort->columns = (AttrNumber *) palloc(sizeof(AttrNumber) * sort->nkeys);
	sort->operators = (Oid *) palloc(sizeof(Oid) * sort->nkeys);
	sort->collations = (Oid *) palloc(sizeof(Oid) * sort->nkeys);
	sort->nulls_first = (bool *) palloc(sizeof(bool) * sort->nkeys);
	sort->keys = (SortSupport) palloc0(sizeof(SortSupportData) * sort->nkeys);
	for (int i = 0; i < sort->nkeys; i++)
	{
		SortSupport key = &sort->keys[i];

		key->ssup_cxt = CurrentMemoryContext;
		key->ssup_attno = sort->columns[i] = planned[i].attnum;
		key->ssup_nulls_first = sort->nulls_first[i] = planned[i].nulls_first;
		sort->operators[i] = planned[i].sort_operator;
		key->ssup_collation = sort->collations[i] = planned[i].collation;
		PrepareSortSupportFromOrderingOp(sort->operators[i], key);
	}
}

SortedScan *
sorted_create(RemoteScan *scan, ForeignScanState *node, Projection *projection)
{
	const ScanPlan *plan = scan->plan;
	TupleDesc tupdesc = RelationGetDescr(node->ss.ss_currentRelation);
	SortedScan *sort;
	List *columns = NIL;

	if (plan->nsorts == 0)
		return NULL;
	sort = (SortedScan *) palloc0(sizeof(SortedScan));
	sort->scan = scan;
	sort->shape = plan->shape;
	prepare_sort_keys(sort, plan->sorts, plan->nsorts);
	for (int i = 0; i < sort->nkeys; i++)
		columns = list_append_unique_int(columns, sort->columns[i]);
	sort->reader = row_reader_create(scan->table.relation, columns, scan->table.definitions, projection);
	sort->slot = MakeTupleTableSlot(CreateTupleDescCopy(tupdesc), &TTSOpsVirtual);
	sort->judged = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw sorted page", ALLOCSET_SMALL_SIZES);
	sort->kept = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw sorted row", ALLOCSET_SMALL_SIZES);
	return sort;
}

/* ----- looking at pages ----- */

/* The keys of one row, in the current memory context; false where it casts doubt on the definitions. */
static bool
read_row_keys(SortedScan *sort, const Pager *pager, size_t i, NullableDatum *keys)
{
	PagerRow row;

	ExecClearTuple(sort->slot);
	pager_page_row(pager, i, &row);
	row_read(sort->reader, &row, sort->slot);
	if (row_is_doubtful(sort->reader))
		return false;
	for (int k = 0; k < sort->nkeys; k++)
	{
		keys[k].value = sort->slot->tts_values[sort->columns[k] - 1];
		keys[k].isnull = sort->slot->tts_isnull[sort->columns[k] - 1];
	}
	return true;
}

/* Does a row of these keys come before the other one? */
static bool
is_row_before(SortedScan *sort, const NullableDatum *a, const NullableDatum *b)
{
	for (int k = 0; k < sort->nkeys; k++)
	{
		int order = ApplySortComparator(a[k].value, a[k].isnull, b[k].value, b[k].isnull, &sort->keys[k]);

		if (order != 0)
			return order < 0;
	}
	return false;
}

/* Keep the keys of the last row, with which the next page is compared. */
static void
keep_last_keys(SortedScan *sort, const NullableDatum *keys)
{
	MemoryContext saved;

	MemoryContextReset(sort->kept);
	saved = MemoryContextSwitchTo(sort->kept);
	sort->last = (NullableDatum *) palloc(sizeof(NullableDatum) * sort->nkeys);
	for (int k = 0; k < sort->nkeys; k++)
	{
		Form_pg_attribute column = TupleDescAttr(sort->slot->tts_tupleDescriptor, sort->columns[k] - 1);

		sort->last[k] = keys[k];
		if (!keys[k].isnull)
			sort->last[k].value = datumCopy(keys[k].value, column->attbyval, column->attlen);
	}
	MemoryContextSwitchTo(saved);
}

/*
 * Is a page of a listing that a parameter sorts in order, behind the page before
 * it?  Where it is not, the session does not ask for such orders again.
 */
static bool
is_listed_page_in_order(SortedScan *sort, const Pager *pager, size_t nrows)
{
	MemoryContext saved = MemoryContextSwitchTo(sort->judged);
	NullableDatum *keys = (NullableDatum *) palloc(sizeof(NullableDatum) * sort->nkeys);
	bool good = true;

	if (pager_on_first_page(pager))
		sort->last = NULL;
	for (size_t i = 0; i < nrows && good; i++)
	{
		/* the scan, which reads it next, has the definitions read again */
		if (!read_row_keys(sort, pager, i, keys))
			break;
		good = sort->last == NULL || !is_row_before(sort, keys, sort->last);
		keep_last_keys(sort, keys);
	}
	sort->scan->table.session->ignores_orders |= !good;
	MemoryContextSwitchTo(saved);
	MemoryContextReset(sort->judged);
	return good;
}

/* Is no row of the page before its neighbour, and where only rows with a value were asked for, are there no others? */
static bool
is_page_in_order(void *judge, const Pager *pager, size_t nrows)
{
	SortedScan *sort = (SortedScan *) judge;
	MemoryContext saved = MemoryContextSwitchTo(sort->judged);
	NullableDatum *last = (NullableDatum *) palloc(sizeof(NullableDatum) * sort->nkeys);
	NullableDatum *keys = (NullableDatum *) palloc(sizeof(NullableDatum) * sort->nkeys);
	bool good = true;

	if (sort->shape == SORT_LISTED)
	{
		MemoryContextSwitchTo(saved);
		return is_listed_page_in_order(sort, pager, nrows);
	}
	for (size_t i = 0; i < nrows && good; i++)
	{
		NullableDatum *other = last;

		/* the scan, which reads it next, has them read again */
		if (!read_row_keys(sort, pager, i, keys))
			break;
		sort->lacks = sort->lacks || row_is_none(sort->reader);
		good = !sort->lacks && (i == 0 || !is_row_before(sort, keys, last)) && !(sort->guarded && keys[0].isnull);
		last = keys;
		keys = other;
	}
	MemoryContextSwitchTo(saved);
	MemoryContextReset(sort->judged);
	return good;
}

void
sorted_check_second_step(SortedScan *sort, const Pager *pager, TupleTableSlot *slot)
{
	if (slot->tts_isnull[sort->columns[0] - 1])
		return;
	sort->scan->table.session->sorts = SORTS_UNTRUSTED;
	pager_raise_unsorted(pager);
}

/* ----- ways ----- */

SortWay
sorted_way(SortedScan *sort)
{
	SortTrust trust = sort->scan->table.session->sorts;

	if (sort->way == SORT_LOCALLY)
		return sort->way;
	if (sort->shape == SORT_WINDOWS)
		trust = SORTS_TRUSTED;
	if (sort->shape == SORT_LISTED)
		trust = sort->scan->table.session->ignores_orders ? SORTS_UNTRUSTED : SORTS_TRUSTED;
	if (!setting_push_sort || trust == SORTS_UNTRUSTED)
	{
		sort->why = setting_push_sort ? "earlier answers in this session were not sorted as requested"
									  : "attio_fdw.push_sort is off";
		return SORT_LOCALLY;
	}
	return trust == SORTS_WITHOUT_ID ? SORT_WITHOUT_ID : sort->way;
}

void
sorted_begin(SortedScan *sort, SortWay way, const char *why, PageRequest *plan)
{
	sort->way = way;
	if (why != NULL)
		sort->why = why;
	sorted_end(sort);
	if (way == SORT_AS_PLANNED)
	{
		sort->has_offset = (plan->offset > 0);
		sort->has_filter = (plan->asks.asks != NIL);
		sort->fits_page = plan->sort == SORT_ONE_PAGE || (plan->wanted >= 0 && plan->first_page > 0);
	}
	sort->merges = (way != SORT_LOCALLY && plan->merged);
	sort->staged = plan->staged;
	sort->more = sort->later = sort->waits = sort->has_last = false;
	sort->lacks = false;
	if (way == SORT_LOCALLY)
		return;
	sort->one_page = (plan->sort == SORT_ONE_PAGE);
	sort->guarded = plan->guarded;
	plan->is_in_order = is_page_in_order;
	plan->judge = sort;
}

/* Is there a point in this way, after another one was refused? */
static bool
does_way_apply(const SortedScan *sort, SortWay way)
{
	if (sort->shape == SORT_LISTED || sort->shape == SORT_WINDOWS)
		return way == SORT_LOCALLY;
	switch (way)
	{
		case SORT_WITHOUT_OFFSET:
			return sort->has_offset;
		case SORT_WITHOUT_FILTER:
			return sort->has_filter && sort->shape != SORT_ONE_PAGE;
		case SORT_WITHOUT_ID:
			return sort->fits_page;
		default:
			return true;
	}
}

void
sorted_fall_back(SortedScan *sort, PagerAnswer stop)
{
	if (stop == PAGER_SORT_REFUSED)
	{
		do
			sort->way++;
		while (!does_way_apply(sort, sort->way));
		sort->refused = true;
		sort->why = scan_reason(sort->scan, "refused to sort");
		return;
	}
	/* over pages the pager compares the times of creation itself, and knows whether it was the sort */
	if (stop == PAGER_UNSORTED && sort->one_page && !sort->lacks)
		sort->scan->table.session->sorts = SORTS_UNTRUSTED;
	sort->way = SORT_LOCALLY;
	sort->refused = false;
	sort->why = stop == PAGER_UNSORTED ? "the rows came in another order than requested"
									   : scan_reason(sort->scan, "returns fewer rows at once than needed");
}

void
sorted_works(SortedScan *sort)
{
	if (!sort->refused)
		return;
	sort->refused = false;
	if (sort->way == SORT_WITHOUT_ID)
		sort->scan->table.session->sorts = SORTS_WITHOUT_ID;
	/* an attribute may be one that the service does not sort by; the time of creation is not */
	else if (sort->way == SORT_LOCALLY && sort->shape != SORT_ONE_PAGE && sort->shape != SORT_LISTED)
		sort->scan->table.session->sorts = SORTS_UNTRUSTED;
}

/* ----- sorting locally ----- */

bool
sorted_is_local(const SortedScan *sort)
{
	return sort != NULL && (sort->way == SORT_LOCALLY || sort->merges || sort->staged);
}

bool
sorted_merges(const SortedScan *sort)
{
	return sort != NULL && sort->merges;
}

/* For rows that are still to come; of so many that are wanted, -1 = all. */
static void
begin_tuplesort(SortedScan *sort, TupleDesc tupdesc, int64 bound)
{
	MemoryContext saved = MemoryContextSwitchTo(sort->scan->context);

	sort->sorted =
		tuplesort_begin_heap(tupdesc, sort->nkeys, sort->columns, sort->operators, sort->collations, sort->nulls_first,
							 work_mem, NULL, TUPLESORT_RANDOMACCESS | (bound >= 0 ? TUPLESORT_ALLOWBOUNDED : 0));
	if (bound >= 0)
		tuplesort_set_bound(sort->sorted, bound);
	MemoryContextSwitchTo(saved);
}

/* Sort what another sort has not handed out yet with the others; the row that waits is one of it. */
static void
take_over(SortedScan *sort, Tuplesortstate *before)
{
	if (before == NULL)
		return;
	do
	{
		CHECK_FOR_INTERRUPTS();
		if (sort->waits)
			tuplesort_puttupleslot(sort->sorted, sort->sorted_slot);
		sort->waits = true;
	} while (tuplesort_gettupleslot(before, true, false, sort->sorted_slot, NULL));
	sort->waits = false;
}

/*
 * Read and sort all rows, of a stage or at all, with what is left of the stage
 * before it (which may be NULL); none where the scan has begun anew meanwhile, and
 * has another sort.  Where what is merged turns out to be not in order, all comes
 * again.
 */
static void
sort_all_rows(SortedScan *sort, ForeignScanState *node, RowSource source, int64 bound, Tuplesortstate *before)
{
	TupleDesc tupdesc = node->ss.ss_ScanTupleSlot->tts_tupleDescriptor;
	MemoryContext saved = MemoryContextSwitchTo(sort->scan->context);
	TupleTableSlot *slot;

	if (sort->sorted_slot == NULL)
		sort->sorted_slot = MakeTupleTableSlot(CreateTupleDescCopy(tupdesc), &TTSOpsMinimalTuple);
	MemoryContextSwitchTo(saved);
	sort->scan->async = false;
	begin_tuplesort(sort, tupdesc, bound);
	take_over(sort, before);
	for (;;)
	{
		slot = source(sort->scan, node);
		if (sort->scan->sort != sort)
		{
			sorted_end(sort);
			return;
		}
		if (sort->sorted == NULL)
			begin_tuplesort(sort, tupdesc, bound);
		if (TupIsNull(slot))
			break;
		tuplesort_puttupleslot(sort->sorted, slot);
	}
	sort->more = (sort->scan->answer == PAGER_STAGE);
	tuplesort_performsort(sort->sorted);
}

/* ----- sorting stage by stage ----- */

/* Where the next stage begins. */
static TimestampTz
border_of_stage(const SortedScan *sort)
{
	const TimeSpan *window = pager_window(sort->scan->pager);

	return sort->scan->plan->sorts[0].descending ? window->from : window->before;
}

/* Is it a row of a later stage?  In windows that overlap, or are not looked at, rows of others come, too. */
static bool
is_of_later_stage(const SortedScan *sort)
{
	TimestampTz key = DatumGetTimestampTz(sort->sorted_slot->tts_values[sort->columns[0] - 1]);

	if (!sort->more || sort->sorted_slot->tts_isnull[sort->columns[0] - 1])
		return false;
	return sort->scan->plan->sorts[0].descending ? key < sort->border : key >= sort->border;
}

/* The row is handed out next: is it not before the last one?  A row that did not come with its own stage comes too late. */
static void
check_stage_order(SortedScan *sort)
{
	TimestampTz key = DatumGetTimestampTz(sort->sorted_slot->tts_values[sort->columns[0] - 1]);

	if (sort->sorted_slot->tts_isnull[sort->columns[0] - 1])
		return;
	if (sort->has_last && (sort->scan->plan->sorts[0].descending ? key > sort->last_key : key < sort->last_key))
		pager_raise_unsorted(sort->scan->pager);
	sort->has_last = true;
	sort->last_key = key;
}

/* Read the next stage; false at the end, and where the scan has begun anew. */
static bool
go_to_next_stage(SortedScan *sort, ForeignScanState *node, RowSource source)
{
	Tuplesortstate *before = sort->sorted;

	if (before != NULL && !sort->more)
		return false;
	sort->later = sort->later || before != NULL;
	sort->sorted = NULL;
	sort_all_rows(sort, node, source, -1, before);
	if (before != NULL)
		tuplesort_end(before);
	if (sort->sorted == NULL)
		return false;
	if (sort->more)
		sort->border = border_of_stage(sort);
	return true;
}

/* The next row of the present stage into the slot of what is sorted, or of the next one; false at the end. */
static bool
next_of_stages(SortedScan *sort, ForeignScanState *node, RowSource source)
{
	if (sort->sorted == NULL && !go_to_next_stage(sort, node, source))
		return false;
	for (;;)
	{
		if (sort->waits || tuplesort_gettupleslot(sort->sorted, true, false, sort->sorted_slot, NULL))
		{
			slot_getallattrs(sort->sorted_slot);
			sort->waits = is_of_later_stage(sort);
			if (!sort->waits)
			{
				check_stage_order(sort);
				return true;
			}
		}
		if (!go_to_next_stage(sort, node, source))
			return false;
	}
}

TupleTableSlot *
sorted_next(SortedScan *sort, ForeignScanState *node, RowSource source, int64 bound)
{
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;
	int natts = slot->tts_tupleDescriptor->natts;

	if (sort->sorted == NULL && !sort->staged)
		sort_all_rows(sort, node, source, bound, NULL);
	if (sort->staged
			? !next_of_stages(sort, node, source)
			: sort->sorted == NULL || !tuplesort_gettupleslot(sort->sorted, true, false, sort->sorted_slot, NULL))
		return ExecClearTuple(slot);
	ExecClearTuple(slot);
	slot_getallattrs(sort->sorted_slot);
	memcpy(slot->tts_values, sort->sorted_slot->tts_values, sizeof(Datum) * natts);
	memcpy(slot->tts_isnull, sort->sorted_slot->tts_isnull, sizeof(bool) * natts);
	return ExecStoreVirtualTuple(slot);
}

bool
sorted_rescan(SortedScan *sort)
{
	if (sort == NULL || sort->sorted == NULL)
		return false;
	sort->waits = sort->has_last = false;
	/* of the stages before this one nothing is left */
	if (sort->later)
	{
		sorted_end(sort);
		sort->more = sort->later = false;
		return false;
	}
	tuplesort_rescan(sort->sorted);
	return true;
}

void
sorted_end(SortedScan *sort)
{
	if (sort != NULL && sort->sorted != NULL)
		tuplesort_end(sort->sorted);
	if (sort != NULL)
		sort->sorted = NULL;
}

const char *
sorted_why(const SortedScan *sort)
{
	return sort != NULL && sort->way == SORT_LOCALLY ? sort->why : NULL;
}
