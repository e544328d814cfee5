/*
 * pages.c
 *		Answers and walks without a server that answers: where rows stand, how
 *		ids compare, and what a walk makes of a sequence of pages.
 */
#include "base/compat.h"

#include "base/json.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "page/walk.h"
#include "row/projection.h"
#include "row/rowkey.h"
#include "utils/array.h"
#include "utils/builtins.h"

extern PGDLLEXPORT Datum attio_test_rows(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_test_walk(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_test_rowid(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(attio_test_rows);
PG_FUNCTION_INFO_V1(attio_test_walk);
PG_FUNCTION_INFO_V1(attio_test_rowid);

static const char *
text_argument(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(n));
}

/*
 * attio_test_rows(answer text, rows text, each text, next text, fields text[]) -> text
 *   A line for each row with the fields' values as they stand there, then one with the cursor; or why there is no page.
 */
Datum
attio_test_rows(PG_FUNCTION_ARGS)
{
	const char *answer = text_argument(fcinfo, 0);
	Paging paging = {
		.rows = text_argument(fcinfo, 1), .each = text_argument(fcinfo, 2), .next = text_argument(fcinfo, 3)};
	size_t length = strlen(answer);
	char *padded = (char *) palloc0(length + TOK_PADDING);
	Projection *projection = projection_create(&paging);
	TokPage page = {.grow = tok_grow};
	const TokSlice *cursor;
	StringInfoData out;
	Datum *fields;
	int *leaves;
	int nfields;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(4), TEXTOID, -1, false, TYPALIGN_INT, &fields, NULL, &nfields);
	leaves = (int *) palloc(sizeof(int) * nfields);
	for (int i = 0; i < nfields; i++)
		leaves[i] = projection_leaf(projection, projection_field(projection, TextDatumGetCString(fields[i])));
	memcpy(padded, answer, length);
	initStringInfo(&out);
	switch (tok_page(&page, padded, length, projection->root))
	{
		case TOK_OK:
			break;
		case TOK_SYNTAX:
			PG_RETURN_TEXT_P(cstring_to_text("syntax"));
		case TOK_SHAPE:
			PG_RETURN_TEXT_P(cstring_to_text("shape"));
	}
	for (size_t r = 0; r < page.nrows; r++)
	{
		for (int i = 0; i < nfields; i++)
		{
			const TokSlice *slice = rowkey_slice(&page, &page.rows[r], leaves[i]);

			appendStringInfo(&out, "%s%.*s", i == 0 ? "" : ",", slice == NULL ? 1 : (int) slice->length,
							 slice == NULL ? "-" : slice->start);
		}
		appendStringInfoChar(&out, '\n');
	}
	cursor = projection_cursor(projection, &page);
	appendStringInfo(&out, "next %.*s", cursor == NULL ? 1 : (int) cursor->length,
					 cursor == NULL ? "-" : cursor->start);
	PG_RETURN_TEXT_P(cstring_to_text(out.data));
}

/* attio_test_rowid(type regtype, a text, b text) -> how the two ids compare; NULL where one is none */
Datum
attio_test_rowid(PG_FUNCTION_ARGS)
{
	Oid type = PG_GETARG_OID(0);
	const char *a = text_argument(fcinfo, 1);
	const char *b = text_argument(fcinfo, 2);
	RowId one;
	RowId other;
	int order;

	if (!rowid_parse(&one, type, a, strlen(a)) || !rowid_parse(&other, type, b, strlen(b)))
		PG_RETURN_NULL();
	order = rowid_compare(&one, &other);
	PG_RETURN_INT32(order < 0 ? -1 : order > 0);
}

/* ----- walks ----- */

static const WalkMethods *
walk_by_name(const char *name)
{
	static const WalkMethods *const walks[] = {&walk_once,     &walk_by_id,  &walk_by_creation,
											   &walk_one_page, &walk_listed, &walk_cursor};

	for (int i = 0; i < (int) lengthof(walks); i++)
		if (strcmp(walks[i]->name, name) == 0)
			return walks[i];
	elog(ERROR, "there is no walk \"%s\"", name);
}

/* A page of {"ids": [1, 2], "limit": 3, "next": "c"}: ids are numbers, and the time of creation where it counts. */
static WalkPage
read_walk_page(JsonTree *tree, bool is_sorted)
{
	JsonTree *ids = json_member(tree, "ids");
	int n = json_length_at(ids, "");
	RowKey *keys = (RowKey *) palloc0(sizeof(RowKey) * Max(n, 1));
	JsonTree *limit = json_member(tree, "limit");
	WalkPage page = {keys, (size_t) n, limit == NULL ? INT_MAX : (int) json_double(limit), json_string_at(tree, "next"),
					 json_member(tree, "ids") != NULL};

	for (int i = 0; i < n; i++)
	{
		int64 id = (int64) json_double(json_element(ids, i));

		rowid_of_datum(&keys[i].id, INT8OID, Int64GetDatum(id));
		keys[i].created = is_sorted ? id : 0;
	}
	return page;
}

/*
 * attio_test_walk(way text, pages text) -> text
 *   A line for each page of a JSON array: the verdict, which rows are handed out, and where the walk goes on.
 */
Datum
attio_test_walk(PG_FUNCTION_ARGS)
{
	static const char *const verdicts[] = {
		[WALK_ON] = "on",         [WALK_END] = "end",   [WALK_AGAIN] = "again",  [WALK_OTHER] = "other",
		[WALK_BROKEN] = "broken", [WALK_LOST] = "lost", [WALK_CIRCLE] = "circle"};
	const char *pages_text = text_argument(fcinfo, 1);
	JsonTree *pages = json_read(pages_text, strlen(pages_text));
	Walk walk = {.context = CurrentMemoryContext};
	StringInfoData out;

	initStringInfo(&out);
	walk_begin(&walk, walk_by_name(text_argument(fcinfo, 0)), 0, false);
	for (int i = 0; i < json_length_at(pages, ""); i++)
	{
		WalkPage page = read_walk_page(json_element(pages, i), walk.methods->is_sorted);
		WalkStep step = walk_judge(&walk, &page);

		appendStringInfo(&out, "%s%s", i == 0 ? "" : "\n", verdicts[step.verdict]);
		for (size_t row = step.first; row < page.nrows && (step.verdict == WALK_ON || step.verdict == WALK_END); row++)
			if (!walk_was_handed(&walk, &page.keys[row].id))
				appendStringInfo(
					&out, " " INT64_FORMAT,
					(int64) json_double(json_element(json_member(json_element(pages, i), "ids"), (int) row)));
		if (step.verdict == WALK_OTHER)
			walk_change(&walk, step.other, 0);
		if (step.verdict == WALK_ON && walk.methods == &walk_one_page)
			walk_change(&walk, &walk_by_id, 0);
		appendStringInfo(&out, " | %s " INT64_FORMAT " %s", walk.methods->name, walk.next.offset,
						 walk.next.cursor == NULL ? "-" : walk.next.cursor);
	}
	PG_RETURN_TEXT_P(cstring_to_text(out.data));
}
