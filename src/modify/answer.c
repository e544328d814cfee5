/*
 * answer.c
 *		What became of a write, read as a row.
 *
 * Owns: the values that RETURNING shows.  They are the answer's, not those
 * that were sent.
 */
#include "modify/modify_state.h"

#include "access/sysattr.h"
#include "base/fixed_settings.h"
#include "commands/trigger.h"
#include "nodes/nodeFuncs.h"
#include "row/rowkey.h"
#include "utils/memutils.h"

/* The columns of the target that an expression uses; those of other tables come from the plan below. */
static bool
add_columns(Node *node, Bitmapset **columns)
{
	if (node == NULL)
		return false;
	if (IsA(node, Var))
	{
		const Var *var = (const Var *) node;

		if (var->varno != OUTER_VAR && var->varno != INNER_VAR)
			*columns = bms_add_member(*columns, var->varattno - FirstLowInvalidHeapAttributeNumber);
		return false;
	}
	return expression_tree_walker(node, add_columns, columns);
}

/* The columns that somebody looks at after the write: RETURNING, a view's condition, triggers, and these conditions. */
static List *
wanted_columns(const ModifyState *state, const ResultRelInfo *target, List *conditions)
{
	const TriggerDesc *triggers = target->ri_TrigDesc;
	Bitmapset *used = NULL;
	List *columns = target_all_columns(state->rel);
	ListCell *lc;

	if (triggers != NULL &&
		(state->target.operation == CMD_INSERT ? triggers->trig_insert_after_row : triggers->trig_update_after_row))
		return columns;
	if (target->ri_projectReturning != NULL)
		(void) add_columns((Node *) target->ri_returningList, &used);
	(void) add_columns((Node *) conditions, &used);
	foreach(lc, target->ri_WithCheckOptions)
		(void) add_columns(lfirst_node(WithCheckOption, lc)->qual, &used);
	if (bms_is_member(InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber, used))
		return columns;
	foreach(lc, columns)
		if (!bms_is_member(lfirst_int(lc) - FirstLowInvalidHeapAttributeNumber, used))
			columns = foreach_delete_current(columns, lc);
	return columns;
}

/* Get ready to read the wanted columns by these definitions. */
static void
make_reader(ModifyState *state, List *definitions)
{
	const Answers *answers = state->sender.answers;
	MemoryContext saved = MemoryContextSwitchTo(state->context);

	state->answer_definitions = definitions;
	state->projection =
		answers != NULL ? answers->projection : projection_create_for_one(state->relation->resource->row_path);
	state->reader = row_reader_create(state->relation, state->answer_columns, definitions, state->projection);
	state->id_leaf = rowkey_id_leaf(state->projection, state->relation->resource);
	state->page.grow = tok_grow;
	state->page.single = true;
	MemoryContextSwitchTo(saved);
}

/*
 * Bind the columns that somebody will look at, and only these: before the first
 * write, as what they raise is certain by then.
 */
void
answer_prepare(ModifyState *state, const ResultRelInfo *target, List *conditions)
{
	MemoryContext saved;

	if (state->is_answer_prepared)
		return;
	saved = MemoryContextSwitchTo(state->context);
	state->answer_columns = wanted_columns(state, target, conditions);
	MemoryContextSwitchTo(saved);
	if (state->answer_columns != NIL)
		make_reader(state, state->target.table.definitions);
	state->is_answer_prepared = true;
}

/* Have the tokenizer read the answer; NULL where it can make nothing of it. */
static const TokPage *
read_page(ModifyState *state, const char *body)
{
	/* the arrays of the page serve the next answer, too; the caller's context may not last as long */
	MemoryContext saved = MemoryContextSwitchTo(state->context);
	TokStatus status = tok_page(&state->page, body, strlen(body), state->projection->root);

	MemoryContextSwitchTo(saved);
	return status == TOK_OK ? &state->page : NULL;
}

/* The answer's one row, read already by the sender unless more is wanted since. */
static void
read_answer(ModifyState *state, const Answered *answered, const char *body, const char *request, PagerRow *row)
{
	const TokPage *page =
		answered != NULL && answered->nleaves == state->projection->nleaves ? &answered->page : read_page(state, body);

	/* without an id it is no row: its columns would all be NULL */
	if (page == NULL || page->nrows != 1 ||
		(state->id_leaf >= 0 && rowkey_slice(page, &page->rows[0], state->id_leaf) == NULL))
		request_raise_shape_of(state->session, request, "The row was nevertheless written.");
	row->page = page;
	row->row = &page->rows[0];
	row->id_leaf = state->id_leaf;
}

/* The answer casts doubt on the definitions: have they changed?  Then read by the new ones from now on. */
static bool
bind_anew(ModifyState *state)
{
	MemoryContext saved;
	List *definitions;

	if (!remote_has_changed(state->relation, state->session, state->answer_definitions, NULL))
		return false;
	saved = MemoryContextSwitchTo(state->context);
	definitions = remote_definitions(state->relation, state->session, NULL);
	MemoryContextSwitchTo(saved);
	make_reader(state, definitions);
	return true;
}

/* By what name answers do not show a column, but what is said of where the row was put; NULL where they do. */
static const char *
name_of_place(const ModifyState *state, int attnum)
{
	const FieldDef *field = column_declared(state->relation, (AttrNumber) attnum)->field;

	if (field == NULL)
		return NULL;
	return field->source == FIELD_GIVEN ? field->path : field->source == FIELD_POSITION ? field->name : NULL;
}

/* What answers do not show, as the row in the slot has it in these columns: where the row was put. */
static List *
given_of_slot(const ModifyState *state, TupleTableSlot *slot, List *columns)
{
	List *given = list_copy(state->relation->given);
	ListCell *lc;

	if (TTS_EMPTY(slot))
		return given;
	foreach(lc, columns)
	{
		const char *name = name_of_place(state, lfirst_int(lc));
		bool isnull;
		Datum value;

		if (name == NULL)
			continue;
		value = slot_getattr(slot, lfirst_int(lc), &isnull);
		if (!isnull)
			given = lappend(
				given,
				given_make(
					name, fixed_output(TupleDescAttr(slot->tts_tupleDescriptor, lfirst_int(lc) - 1)->atttypid, value)));
	}
	return given;
}

/* Does somebody look at a column of the row's parents that the row does not say? */
static bool
lacks_parent(const ModifyState *state, TupleTableSlot *slot)
{
	ListCell *lc;

	foreach(lc, state->answer_columns)
	{
		const FieldDef *field = column_declared(state->relation, (AttrNumber) lfirst_int(lc))->field;

		if (field != NULL && field->source == FIELD_GIVEN && slot_attisnull(slot, lfirst_int(lc)))
			return true;
	}
	return false;
}

/*
 * A new row says of its parents one thing of several, its id or its slug: find
 * the others where somebody looks at them, before the row is sent.  May make
 * requests.
 */
void
answer_find_parents(ModifyState *state, TupleTableSlot *slot)
{
	const Service *service = state->relation->service;
	MemoryContext saved;
	List *said;

	if (service->complete_given == NULL || !lacks_parent(state, slot))
	{
		state->parents_said = state->parents = NIL;
		return;
	}
	saved = MemoryContextSwitchTo(state->context);
	said = given_of_slot(state, slot, target_all_columns(state->rel));
	if (!given_equal(said, state->parents_said))
	{
		state->parents_said = said;
		state->parents = service->complete_given(state->session, said, NULL);
	}
	MemoryContextSwitchTo(saved);
}

/* Fill the slot with what was answered to this request, as far as somebody wants to know. */
void
answer_read(ModifyState *state, const Answered *answered, const char *body, const char *request, TupleTableSlot *slot)
{
	PagerRow row = {0};
	List *given;

	/* an answer without a body tells nothing: the row is as it was sent */
	if (state->reader == NULL || body == NULL)
	{
		if (TTS_EMPTY(slot))
			ExecStoreAllNullTuple(slot);
		return;
	}
	given = list_concat_copy(state->parents, given_of_slot(state, slot, state->answer_columns));
	read_answer(state, answered, body, request, &row);
	for (;;)
	{
		row.given = given;
		ExecClearTuple(slot);
		row_read(state->reader, &row, slot);
		if (!row_is_doubtful(state->reader))
			break;
		if (!row_lacks_hidden(state->reader, state->session) && bind_anew(state))
			read_answer(state, NULL, body, request, &row);
		else
			row_settle(state->reader, state->session);
	}
	ExecStoreVirtualTuple(slot);
	ExecMaterializeSlot(slot);
}
