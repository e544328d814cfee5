/*
 * sample.c
 *		ANALYZE of a foreign table.
 *
 * Owns: which rows are looked at.  Of a large table the rows are counted, and
 * pages at random offsets are read: pages come in the order of ids, which are
 * random themselves.  Others are read whole.
 */
#include "scan/sample.h"

#include "access/htup_details.h"
#include "common/pg_prng.h"
#include "executor/tuptable.h"
#include "page/count.h"
#include "page/fetch.h"
#include "remote/extras.h"
#include "remote/param_rules.h"
#include "remote/params.h"
#include "remote/request.h"
#include "row/doubt.h"
#include "row/reader.h"
#include "row/rowkey.h"
#include "utils/memutils.h"
#include "utils/sampling.h"

typedef struct Sample
{
	Relation rel;
	RemoteRelation *relation;
	Session *session;
	ScanCost cost;
	Projection *projection;
	List *definitions;
	List *columns; /* IntList: those that a listing tells */
	RowReader *reader;
	Pager *pager;
	int id_leaf;
	TupleTableSlot *slot;
	MemoryContext row_context;
	MemoryContext target; /* of the rows */
	HeapTuple *rows;
	int nrows;
	int wanted;
} Sample;

/* A tuple of the row, in the memory of the sample, or NULL; definitions are read again where it does not fit them. */
static HeapTuple
make_row(Sample *sample, const PagerRow *row)
{
	MemoryContext saved = MemoryContextSwitchTo(sample->row_context);
	HeapTuple tuple;

	MemoryContextReset(sample->row_context);
	ExecClearTuple(sample->slot);
	for (row_read(sample->reader, row, sample->slot); row_is_doubtful(sample->reader);
		 row_read(sample->reader, row, sample->slot))
	{
		if (!row_lacks_hidden(sample->reader, sample->session) &&
			remote_has_changed(sample->relation, sample->session, sample->definitions, &sample->cost))
			doubt_raise_changed(sample->relation);
		row_settle(sample->reader, sample->session);
	}
	if (row_is_none(sample->reader))
	{
		MemoryContextSwitchTo(saved);
		return NULL;
	}
	MemoryContextSwitchTo(sample->target);
	tuple = heap_form_tuple(RelationGetDescr(sample->rel), sample->slot->tts_values, sample->slot->tts_isnull);
	MemoryContextSwitchTo(saved);
	return tuple;
}

/* What asks for all rows. */
static AskSet
everything_of(Sample *sample)
{
	AskInput input = {.relation = sample->relation,
					  .definitions = sample->definitions,
					  .cost = &sample->cost,
					  .columns = sample->columns,
					  .looked_up = -1};

	return asks_of_scan(sample->session, &input);
}

/* In the place of one of those that are kept, if there are enough. */
static void
keep_row(Sample *sample, HeapTuple tuple, ReservoirStateData *reservoir)
{
	int at = sample->nrows;

	if (at < sample->wanted)
		sample->nrows++;
	else
	{
		at = (int) (sample->wanted * sampler_random_fract(&reservoir->randstate));
		heap_freetuple(sample->rows[at]);
	}
	sample->rows[at] = tuple;
}

/* Everything, of which each row stays with the same chance; returns how many there were. */
static double
read_all(Sample *sample)
{
	PageRequest everything = {.wanted = -1, .asks = everything_of(sample)};
	PagerAnswer stop;
	ReservoirStateData reservoir;
	double skip = -1;
	double seen = 0;
	PagerRow row;
	HeapTuple tuple;

	reservoir_init_selection_state(&reservoir, sample->wanted);
	pager_begin(sample->pager, &everything);
	while (pager_next_row(sample->pager, &row, &stop))
	{
		seen++;
		if (sample->nrows >= sample->wanted)
		{
			if (skip < 0)
				skip = reservoir_get_next_S(&reservoir, seen - 1, sample->wanted);
			if (skip-- > 0)
				continue;
		}
		tuple = make_row(sample, &row);
		if (tuple != NULL)
			keep_row(sample, tuple, &reservoir);
		else
			seen--;
	}
	pager_close(sample->pager);
	return seen;
}

/* The rows of one page, as many as are still wanted. */
static void
take_page(Sample *sample, Fetcher *fetcher, const Listing *listing, int64 offset)
{
	PageAsk ask = {listing, NULL, NULL, {offset, NULL, sample->relation->page_size}};
	RequestSubject subject = remote_subject(sample->relation, &sample->relation->resource->list);
	TokPage page = {.grow = tok_grow};
	HttpExchange *exchange = fetcher_take(fetcher, &ask);
	MemoryContext saved = MemoryContextSwitchTo(fetcher_context(fetcher));

	request_await(exchange, &sample->cost);
	(void) request_judge(sample->session, exchange, &subject);
	if (tok_page(&page, exchange->body, exchange->length, sample->projection->root) != TOK_OK)
		request_raise_shape(sample->session, exchange, NULL);
	for (size_t i = 0; i < page.nrows && sample->nrows < sample->wanted; i++)
	{
		PagerRow row = {&page, &page.rows[i], sample->id_leaf, NULL, listing->given, offset + (int64) i + 1};

		sample->rows[sample->nrows++] = make_row(sample, &row);
	}
	MemoryContextSwitchTo(saved);
}

/* Pages at random, each once, of so many rows in all. */
static void
read_some(Sample *sample, int64 total)
{
	int size = sample->relation->page_size;
	AskSet everything = {0};
	const Listing *listing =
		listings_at(listings_begin(sample->session, sample->relation, &everything, &sample->cost), 0);
	Fetcher *fetcher = fetcher_create(sample->session, sample->relation, &sample->cost);
	BlockSamplerData sampler;
	int window = sample->session->max_requests;
	BlockNumber chosen[32];
	int n;

	BlockSampler_Init(&sampler, (BlockNumber) ((total + size - 1) / size), (sample->wanted + size - 1) / size,
					  pg_prng_uint32(&pg_global_prng_state));
	do
	{
		for (n = 0; n < Min(window, (int) lengthof(chosen)) && BlockSampler_HasMore(&sampler); n++)
		{
			PageAsk ask = {listing, NULL, NULL, {0, NULL, size}};

			chosen[n] = BlockSampler_Next(&sampler);
			ask.place.offset = (int64) chosen[n] * size;
			(void) fetcher_ahead(fetcher, &ask, window);
		}
		for (int i = 0; i < n; i++)
			take_page(sample, fetcher, listing, (int64) chosen[i] * size);
	} while (n > 0);
	fetcher_clear(fetcher);
}

/* The columns that a listing tells. */
static List *
columns_told(const RemoteRelation *relation, TupleDesc tupdesc)
{
	List *columns = NIL;

	for (int i = 1; i <= tupdesc->natts; i++)
	{
		const Extra *extra;

		if (!compat_is_stored(TupleDescAttr(tupdesc, i - 1)))
			continue;
		extra = extra_of_column(relation, (AttrNumber) i);
		if (extra == NULL || extra->query != NULL)
			columns = lappend_int(columns, i);
	}
	return columns;
}

/* AcquireSampleRowsFunc */
static int
acquire_rows(Relation rel, int elevel, HeapTuple *rows, int wanted, double *total, double *dead)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw analyze", ALLOCSET_DEFAULT_SIZES);
	MemoryContext saved;
	TupleDesc tupdesc = RelationGetDescr(rel);
	Sample sample = {.rel = rel, .rows = rows, .wanted = wanted, .target = CurrentMemoryContext};
	AskSet everything = {0};
	CountCheck check = {0};
	RemoteTable table;
	int64 counted;

	saved = MemoryContextSwitchTo(work);
	sample.row_context = AllocSetContextCreate(work, "attio_fdw row", ALLOCSET_DEFAULT_SIZES);
	table = remote_table_open(remote_relation_open(rel), GetUserId(), true, NIL, &sample.cost);
	sample.relation = table.relation;
	sample.session = table.session;
	sample.definitions = table.definitions;
	sample.columns = columns_told(sample.relation, tupdesc);
	sample.projection = projection_create(&sample.relation->resource->paging);
	sample.slot = MakeSingleTupleTableSlot(tupdesc, &TTSOpsVirtual);
	sample.reader = row_reader_create(sample.relation, sample.columns, sample.definitions, sample.projection);
	sample.pager = pager_open(sample.session, sample.relation, sample.projection, &sample.cost);
	*dead = 0;
	check.projection = sample.projection;
	check.id_leaf = sample.id_leaf = rowkey_id_leaf(sample.projection, sample.relation->resource);
	/* what is little more than wanted costs no more pages; what cannot be counted is read */
	if (!resource_can(sample.relation->resource, CAN_COUNT) ||
		count_rows(sample.session, sample.relation, &everything, &check, &sample.cost, &counted) != COUNT_KNOWN ||
		counted <= wanted)
		*total = read_all(&sample);
	else
	{
		*total = (double) counted;
		read_some(&sample, counted);
	}
	ExecDropSingleTupleTableSlot(sample.slot);
	ereport(elevel, (errmsg("\"%s\": %d of %.0f rows read by " INT64_FORMAT " requests to %s", sample.relation->name,
							sample.nrows, *total, sample.cost.requests + sample.cost.definitions,
							sample.relation->service->title)));
	MemoryContextSwitchTo(saved);
	MemoryContextDelete(work);
	return sample.nrows;
}

/* AnalyzeForeignTable: any table of ours can be that can be read without a condition. */
bool
analyze_foreign_table(Relation rel, AcquireSampleRowsFunc *acquire, BlockNumber *pages)
{
	const RemoteRelation *relation = remote_relation_open(rel);

	*acquire = acquire_rows;
	*pages = 1;
	return params_are_given(relation->resource, NIL);
}
