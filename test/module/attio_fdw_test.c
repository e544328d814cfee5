/*
 * attio_fdw_test.c
 *		What only tests and benchmarks call: the tokenizer beside the server's
 *		parser, and the speed of both over one page.
 */
#include "base/compat.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "portability/instr_time.h"
#include "remote/request.h"
#include "row/reader.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

COMPAT_MODULE_MAGIC("attio_fdw_test", "1.0.0");

extern PGDLLEXPORT Datum attio_test_prefixes(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_test_mutations(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_test_speed(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(attio_test_prefixes);
PG_FUNCTION_INFO_V1(attio_test_mutations);
PG_FUNCTION_INFO_V1(attio_test_speed);

/* Where the rows of the pages stand that are read here. */
static const Paging fuzz_paging = {.rows = "items|data", .next = "pagination.next_cursor|next"};
static const Paging fuzz_nested = {.rows = "data", .each = "values.other", .next = "pagination.next_cursor"};

/* Something of everything: whole values, members, elements, of many attributes. */
static Projection *
wide_projection(void)
{
	static const char *const slugs[] = {"name",     "a_text",   "some_selects", "a_location",
										"a_number", "an_email", "created_at"};
	static const char *const members[] = {"value", "full_name", "first_name", "option.title", "line_1", "active_from"};
	Projection *projection = projection_create(&fuzz_paging);
	TokNode *values = projection_member(projection, projection->row, "values");

	projection_leaf(projection, projection_path(projection, projection->row, "id.record_id"));
	projection_leaf(projection, projection_member(projection, projection->row, "web_url"));
	for (int i = 0; i < (int) lengthof(slugs); i++)
	{
		TokNode *list = projection_member(projection, values, slugs[i]);

		projection_leaf(projection, list);
		for (int j = 0; j < (int) lengthof(members); j++)
			projection_leaf(projection, projection_path(projection, projection_element(projection, list), members[j]));
	}
	return projection;
}

/* Rows inside documents, with something of both. */
static Projection *
nested_projection(void)
{
	Projection *projection = projection_create(&fuzz_nested);

	projection_leaf(projection, projection_field(projection, "../id.record_id"));
	projection_leaf(projection, projection_field(projection, "../web_url"));
	projection_leaf(projection, projection_field(projection, "a.b"));
	projection_leaf(projection, projection->row);
	return projection;
}

/* Does a wanted string read as the server reads it? */
static bool
same_string(const TokSlice *slice)
{
	char *quoted = psprintf("\"%.*s\"", (int) slice->length, slice->start);
	char *theirs = compat_server_reads_string(quoted, (int) slice->length + 2);
	char *ours = (char *) palloc(slice->length + 1);
	long length = tok_unescape(slice->start, slice->length, ours);

	if (length < 0 || theirs == NULL)
		return length < 0 && theirs == NULL;
	return (size_t) length == strlen(theirs) && memcmp(ours, theirs, length) == 0;
}

/*
 * The one place where we knowingly differ: a backslash before a zero byte.  The
 * server looks the byte up with strchr(), which finds the end of its list, and
 * so takes it for an escape when it does not decode strings.
 */
static bool
has_escaped_zero(const char *text, int length)
{
	for (const char *p = text; (p = memchr(p, '\\', length - (p - text))) != NULL; p++)
		if (p + 1 < text + length && p[1] == '\0')
			return true;
	return false;
}

/* NULL when the tokenizer and the server agree on a page, else what they differ in. */
static const char *
difference(const char *text, int length, Projection *wide, Projection *narrow, Projection *nested, TokPage *page)
{
	bool theirs = compat_server_accepts_json(text, length, false);
	bool narrowly = tok_page(page, text, length, narrow->root) != TOK_SYNTAX;
	bool nestedly = tok_page(page, text, length, nested->root) != TOK_SYNTAX;
	bool widely = tok_page(page, text, length, wide->root) != TOK_SYNTAX;

	if (has_escaped_zero(text, length))
		return widely || narrowly ? "an escaped zero byte is accepted" : NULL;
	if (theirs != narrowly || theirs != nestedly || theirs != widely)
		return psprintf("server %s, with nothing wanted %s, with rows in documents %s, with much wanted %s",
						theirs ? "accepts" : "refuses", narrowly ? "accepts" : "refuses",
						nestedly ? "accepts" : "refuses", widely ? "accepts" : "refuses");
	for (size_t i = 0; widely && i < page->nslices; i++)
		if (page->slices[i].kind == TOK_STRING && page->slices[i].escaped && !same_string(&page->slices[i]))
			return psprintf("string \"%.*s\" reads differently", (int) page->slices[i].length, page->slices[i].start);
	return NULL;
}

/* attio_test_prefixes(page text) -> how many prefixes were compared; ERROR at the first difference */
Datum
attio_test_prefixes(PG_FUNCTION_ARGS)
{
	text *page_text = PG_GETARG_TEXT_PP(0);
	int length = VARSIZE_ANY_EXHDR(page_text);
	char *copy = (char *) palloc0(length + TOK_PADDING);
	Projection *wide = wide_projection();
	Projection *narrow = projection_create(&fuzz_paging);
	Projection *nested = nested_projection();
	TokPage page = {0};
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw_test", ALLOCSET_DEFAULT_SIZES);

	page.grow = tok_grow;
	page.rows = (TokRow *) palloc(sizeof(TokRow) * (page.rows_size = 10000));
	page.slices = (TokSlice *) palloc(sizeof(TokSlice) * (page.slices_size = 100000));
	for (int n = 0; n <= length; n++)
	{
		MemoryContext saved = MemoryContextSwitchTo(work);
		const char *differs;

		memset(copy, 0, length + TOK_PADDING);
		memcpy(copy, VARDATA_ANY(page_text), n);
		differs = difference(copy, n, wide, narrow, nested, &page);
		if (differs != NULL)
			elog(ERROR, "prefix of %d bytes: %s", n, differs);
		MemoryContextSwitchTo(saved);
		MemoryContextReset(work);
		CHECK_FOR_INTERRUPTS();
	}
	PG_RETURN_INT32(length + 1);
}

static uint64
next_random(uint64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Change a few bytes: replace, delete, insert, double, swap in what a parser cares for. */
static int
mutate(char *text, int length, uint64 *state)
{
	static const char telling[] = "{}[]\",:\\ntf-+.eE0123456789u/ \t\n\r\b\001\177\200\303\251_xAD";
	int changes = 1 + (int) (next_random(state) % 4);

	for (int i = 0; i < changes && length > 2; i++)
	{
		int at = (int) (next_random(state) % length);
		int count = 1 + (int) (next_random(state) % 3);

		switch (next_random(state) % 5)
		{
			case 0:
				text[at] = telling[next_random(state) % (sizeof(telling) - 1)];
				break;
			case 1:
				count = Min(count, length - at);
				memmove(text + at, text + at + count, length - at - count);
				length -= count;
				break;
			case 2:
				memmove(text + at + 1, text + at, length - at);
				text[at] = telling[next_random(state) % (sizeof(telling) - 1)];
				length++;
				break;
			case 3:
				text[at] = (char) (next_random(state) & 0xff);
				break;
			case 4:
				count = Min(count * 8, length - at);
				memmove(text + at + count, text + at, length - at);
				length += count;
				break;
		}
	}
	memset(text + length, 0, TOK_PADDING);
	return length;
}

/* attio_test_mutations(page text, count int, seed int) -> how many of them the server accepted */
Datum
attio_test_mutations(PG_FUNCTION_ARGS)
{
	text *page_text = PG_GETARG_TEXT_PP(0);
	int length = VARSIZE_ANY_EXHDR(page_text);
	int count = PG_GETARG_INT32(1);
	uint64 state = UINT64CONST(0x9E3779B97F4A7C15) ^ (uint64) PG_GETARG_INT32(2);
	char *copy = (char *) palloc0(length + 1024);
	Projection *wide = wide_projection();
	Projection *narrow = projection_create(&fuzz_paging);
	Projection *nested = nested_projection();
	TokPage page = {0};
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw_test", ALLOCSET_DEFAULT_SIZES);
	int accepted = 0;

	page.grow = tok_grow;
	page.rows = (TokRow *) palloc(sizeof(TokRow) * (page.rows_size = 10000));
	page.slices = (TokSlice *) palloc(sizeof(TokSlice) * (page.slices_size = 100000));
	for (int n = 0; n < count; n++)
	{
		MemoryContext saved = MemoryContextSwitchTo(work);
		int mutated;
		const char *differs;

		memcpy(copy, VARDATA_ANY(page_text), length);
		memset(copy + length, 0, 1024);
		mutated = mutate(copy, length, &state);
		differs = difference(copy, mutated, wide, narrow, nested, &page);
		if (differs != NULL)
			elog(ERROR, "mutation %d: %s: %.*s", n, differs, mutated, copy);
		accepted += compat_server_accepts_json(copy, mutated, false);
		MemoryContextSwitchTo(saved);
		MemoryContextReset(work);
		CHECK_FOR_INTERRUPTS();
	}
	PG_RETURN_INT32(accepted);
}

/* ----- speed ----- */

static double
elapsed_since(instr_time start)
{
	instr_time now;

	INSTR_TIME_SET_CURRENT(now);
	INSTR_TIME_SUBTRACT(now, start);
	return INSTR_TIME_GET_DOUBLE(now);
}

/* Seconds of the fastest round, which other work on the machine disturbs least. */
#define FASTEST(rounds, best, statement)                                                                               \
	do                                                                                                                 \
	{                                                                                                                  \
		for (int round_ = 0; round_ < (rounds); round_++)                                                              \
		{                                                                                                              \
			instr_time start_;                                                                                         \
			double took_;                                                                                              \
                                                                                                                       \
			INSTR_TIME_SET_CURRENT(start_);                                                                            \
			statement;                                                                                                 \
			took_ = elapsed_since(start_);                                                                             \
			if (round_ == 0 || took_ < (best))                                                                         \
				(best) = took_;                                                                                        \
		}                                                                                                              \
	} while (0)

static List *
attnums_of(Relation rel, ArrayType *names)
{
	List *attnums = NIL;
	Datum *elements;
	int n;

	if (names == NULL)
	{
		for (int i = 1; i <= RelationGetNumberOfAttributes(rel); i++)
			if (!TupleDescAttr(RelationGetDescr(rel), i - 1)->attisdropped)
				attnums = lappend_int(attnums, i);
		return attnums;
	}
	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL, &n);
	for (int i = 0; i < n; i++)
		attnums = lappend_int(attnums, get_attnum(RelationGetRelid(rel), TextDatumGetCString(elements[i])));
	return attnums;
}

/* Tokenize the page and make the datums of all its rows. */
static void
read_page(HttpExchange *exchange, TokPage *page, Projection *projection, RowReader *reader, TupleTableSlot *slot,
		  MemoryContext row_context)
{
	PagerRow row = {.id_leaf = -1};

	if (tok_page(page, exchange->body, exchange->length, projection->root) != TOK_OK)
		elog(ERROR, "no page");
	row.page = page;
	for (size_t i = 0; i < page->nrows; i++)
	{
		MemoryContext saved;

		MemoryContextReset(row_context);
		saved = MemoryContextSwitchTo(row_context);
		row.row = &page->rows[i];
		row_read(reader, &row, slot);
		MemoryContextSwitchTo(saved);
	}
}

/*
 * attio_test_speed(table regclass, columns text[], rounds int)
 *   -> (bytes, rows, tokenizer, with_datums, server_parser): MB/s over the table's first page
 */
Datum
attio_test_speed(PG_FUNCTION_ARGS)
{
	Relation rel = table_open(PG_GETARG_OID(0), AccessShareLock);
	ArrayType *names = PG_ARGISNULL(1) ? NULL : PG_GETARG_ARRAYTYPE_P(1);
	int rounds = PG_GETARG_INT32(2);
	RemoteRelation *relation = remote_relation_open(rel);
	Session *session = session_get(GetForeignTable(RelationGetRelid(rel))->serverid, GetUserId());
	Projection *projection = projection_create(&relation->resource->paging);
	RowReader *reader =
		row_reader_create(relation, attnums_of(rel, names), remote_definitions(relation, session, NULL), projection);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsVirtual);
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext, "row", ALLOCSET_DEFAULT_SIZES);
	Request request = {.method = "POST",
					   .path = resource_path(relation->resource->list.path, relation->given, NULL),
					   .body = "{\"limit\":500}",
					   .nature = HTTP_READ};
	HttpExchange *exchange = request_start(session, &request, NULL);
	TokPage page = {0};
	double tokenizer = 0;
	double with_datums = 0;
	double server_parser = 0;
	double megabytes;
	Datum values[5];
	bool nulls[5] = {0};
	TupleDesc result;

	page.grow = tok_grow;
	request_await(exchange, NULL);
	(void) request_judge(session, exchange, NULL);
	megabytes = (double) exchange->length / 1000000.0;
	FASTEST(rounds, tokenizer, tok_page(&page, exchange->body, exchange->length, projection->root));
	FASTEST(rounds, with_datums, read_page(exchange, &page, projection, reader, slot, row_context));
	FASTEST(rounds, server_parser, compat_server_accepts_json(exchange->body, (int) exchange->length, false));

	values[0] = Int64GetDatum((int64) exchange->length);
	values[1] = Int64GetDatum((int64) page.nrows);
	values[2] = Float8GetDatum(megabytes / tokenizer);
	values[3] = Float8GetDatum(megabytes / with_datums);
	values[4] = Float8GetDatum(megabytes / server_parser);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, AccessShareLock);
	if (get_call_result_type(fcinfo, NULL, &result) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "a row type is needed");
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(result), values, nulls)));
}
