/*
 * answered.c
 *		The answer to a write of a row with attribute values, read once.
 *
 * Owns: what is read of it before anybody asks.  A row has hundreds of values, of
 * which a write sends a few: no tree is made of the others.
 */
#include "modify/answered.h"

#include "lib/stringinfo.h"
#include "row/rowkey.h"
#include "utils/json.h"

Answers *
answers_create(const ResourceDef *resource)
{
	Answers *answers;

	if (resource->values == NULL || resource->values[0] == '\0')
		return NULL;
	answers = (Answers *) palloc(sizeof(Answers));
	answers->resource = resource;
	answers->projection = projection_create_for_one(resource->row_path);
	answers->id_leaf = rowkey_id_leaf(answers->projection, resource);
	return answers;
}

/* The node that holds the values of a row. */
static TokNode *
values_node(const Answers *answers)
{
	return projection_member(answers->projection, answers->projection->row, answers->resource->values);
}

void
answers_want(Answers *answers, const List *names)
{
	const ListCell *lc;

	foreach(lc, names)
		(void) projection_leaf(answers->projection,
							   projection_member(answers->projection, values_node(answers), (const char *) lfirst(lc)));
}

Answered *
answered_read(const Answers *answers, const char *body, size_t length)
{
	Answered *answered = (Answered *) palloc0(sizeof(Answered));

	answered->page.grow = tok_grow;
	answered->page.single = true;
	answered->nleaves = answers->projection->nleaves;
	if (body == NULL || body[strspn(body, " \t\r\n")] != '{' ||
		tok_page(&answered->page, body, length, answers->projection->root) == TOK_SYNTAX)
		return NULL;
	return answered;
}

/* Its one row; NULL where there is another number of them. */
static const TokRow *
row_of(const Answered *answered)
{
	return answered->page.nrows == 1 ? &answered->page.rows[0] : NULL;
}

char *
answered_id(const Answers *answers, const Answered *answered)
{
	const TokRow *row = row_of(answered);
	const TokSlice *slice =
		row == NULL || answers->id_leaf < 0 ? NULL : rowkey_slice(&answered->page, row, answers->id_leaf);

	if (slice == NULL || slice->escaped || (slice->kind != TOK_STRING && slice->kind != TOK_NUMBER))
		return NULL;
	return pnstrdup(slice->start, slice->length);
}

JsonTree *
answered_row(const Answered *answered)
{
	const TokRow *row = row_of(answered);

	return row == NULL ? NULL : json_read(pnstrdup(row->start, row->length), row->length);
}

/* The first slice of each leaf that was wanted; NULL where there is none. */
static const TokSlice **
slices_by_leaf(const Answered *answered)
{
	const TokSlice **slices = (const TokSlice **) palloc0(sizeof(TokSlice *) * Max(answered->nleaves, 1));
	const TokRow *row = row_of(answered);

	for (uint32 i = 0; i < row->nslices; i++)
	{
		const TokSlice *slice = &answered->page.slices[row->first_slice + i];

		if (slices[slice->leaf] == NULL)
			slices[slice->leaf] = slice;
	}
	return slices;
}

/* Add the value of this name to the text of an object; false where it was not wanted, or is no array. */
static bool
append_value(const TokNode *values, const Answered *answered, const TokSlice *const *slices, const char *name,
			 StringInfo text)
{
	const TokNode *node = tok_child(values, name, strlen(name));
	const TokSlice *slice =
		node == NULL || node->leaf < 0 || node->leaf >= answered->nleaves ? NULL : slices[node->leaf];

	if (slice == NULL || slice->kind != TOK_ARRAY)
		return false;
	appendStringInfoString(text, text->data[text->len - 1] == '{' ? "" : ",");
	escape_json(text, name);
	appendStringInfoChar(text, ':');
	appendBinaryStringInfo(text, slice->start, (int) slice->length);
	return true;
}

JsonTree *
answered_part(const Answers *answers, const Answered *answered, const List *names)
{
	const TokSlice **slices;
	StringInfoData text;
	const ListCell *lc;

	if (names == NIL || row_of(answered) == NULL)
		return NULL;
	slices = slices_by_leaf(answered);
	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	escape_json(&text, answers->resource->values);
	appendStringInfoString(&text, ":{");
	foreach(lc, names)
		if (!append_value(values_node(answers), answered, slices, (const char *) lfirst(lc), &text))
			return NULL;
	appendStringInfoString(&text, "}}");
	return json_read(text.data, text.len);
}
