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
	MemoryContext saved = MemoryContextSwitchTo(state->context);

	state->answer_definitions = definitions;
	state->projection = projection_create_for_one(state->relation->resource->row_path);
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

/* Have the tokenizer read the answer, whose one row is the result. */
static void
read_answer(ModifyState *state, const char *body, const char *request, PagerRow *row)
{
	/* the arrays of the page serve the next answer, too; the caller's context may not last as long */
	MemoryContext saved = MemoryContextSwitchTo(state->context);
	TokStatus status = tok_page(&state->page, body, strlen(body), state->projection->root);

	MemoryContextSwitchTo(saved);
	/* without an id it is no row: its columns would all be NULL */
	if (status != TOK_OK || state->page.nrows != 1 ||
		(state->id_leaf >= 0 && rowkey_slice(&state->page, &state->page.rows[0], state->id_leaf) == NULL))
		request_raise_shape_of(state->session, request, "The row was nevertheless written.");
	row->page = &state->page;
	row->row = &state->page.rows[0];
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

/* What answers do not show, as the row in the slot has it: where the row was put. */
static List *
given_of_slot(const ModifyState *state, TupleTableSlot *slot)
{
	List *given = list_copy(state->relation->given);
	ListCell *lc;

	if (TTS_EMPTY(slot))
		return given;
	foreach(lc, state->answer_columns)
	{
		const DeclaredColumn *column = column_declared(state->relation, (AttrNumber) lfirst_int(lc));
		bool isnull;
		Datum value;

		if (column->field == NULL || column->field->source != FIELD_GIVEN)
			continue;
		value = slot_getattr(slot, lfirst_int(lc), &isnull);
		if (!isnull)
			given = lappend(given, given_make(column->field->path, fixed_output(column->type, value)));
	}
	return given;
}

/* Fill the slot with what was answered to this request, as far as somebody wants to know. */
void
answer_read(ModifyState *state, const char *body, const char *request, TupleTableSlot *slot)
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
	given = given_of_slot(state, slot);
	read_answer(state, body, request, &row);
	for (;;)
	{
		row.given = given;
		ExecClearTuple(slot);
		row_read(state->reader, &row, slot);
		if (!row_is_doubtful(state->reader))
			break;
		if (!row_lacks_hidden(state->reader, state->session) && bind_anew(state))
			read_answer(state, body, request, &row);
		else
			row_settle(state->reader, state->session);
	}
	ExecStoreVirtualTuple(slot);
	ExecMaterializeSlot(slot);
}
