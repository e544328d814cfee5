/*
 * params.c
 *		Conditions that become parameters of a request.
 *
 * Owns: what is left out of what the conditions say, and what follows where
 * something is missing; and all that a scan asks for, of which parameters are a
 * part.  Must not know any service.  Makes no request.
 */
#include "remote/params.h"

#include "base/text_rows.h"
#include "remote/extras.h"
#include "remote/param_asks.h"
#include "remote/param_choices.h"
#include "remote/param_groups.h"
#include "remote/param_missing.h"
#include "remote/param_rules.h"
#include "remote/param_texts.h"
#include "remote/relation.h"

/* ----- what must be given ----- */

/* Conditions on the columns of both cannot be met by rows that one listing has.  Does not return. */
static void
raise_combined(const AskInput *input, const ParamDef *left, const ParamDef *sent, const List *missing)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_ERROR),
			 errmsg("conditions on columns \"%s\" and \"%s\" of foreign table \"%s\" cannot be combined", left->column,
					sent->column, input->relation->name),
			 errdetail("%s returns the rows for one of them, and these do not show the other.",
					   input->relation->service->title),
			 missing == NIL ? errhint("Leave one of them out.")
							: errhint("Leave one of them out, or add %s %s.",
									  list_length(missing) == 1 ? "a condition on column" : "conditions on columns",
									  params_columns(input->relation, missing))));
}

/*
 * Something is missing, while all that another way takes is given: what must be
 * left out is of more use than what to add.
 */
static void
check_left_way(const AskInput *input, const bool *given, const List *missing)
{
	const ResourceDef *resource = input->relation->resource;
	const ParamDef *left = params_left_way(resource, list_copy_tail(input->term, 1));

	for (int i = 0; i < resource->nparams && left != NULL; i++)
	{
		const ParamDef *sent = &resource->params[i];

		if (given[i] && !sent->every_way && param_is_of_listing(resource, sent) && param_is_shown(resource, sent))
			raise_combined(input, sent, left, (const List *) linitial(missing));
	}
}

/*
 * A group of a choice is not sent, as another one is.  ERROR where its condition
 * cannot be checked locally: rows show what they were asked for, or the listing
 * of a group that stands behind it has none of its rows.
 */
static void
check_left_group(const AskInput *input, const bool *given, const ParamDef *left)
{
	const ResourceDef *resource = input->relation->resource;

	for (int i = 0; i < resource->nparams && left->either != NULL; i++)
	{
		const ParamDef *sent = &resource->params[i];

		if (given[i] && sent->either != NULL && strcmp(sent->either, left->either) == 0 &&
			(param_is_shown(resource, left) || left < sent))
			raise_combined(input, left, sent, NIL);
	}
}

/* Leave what is not sent; ERROR where what must be given is not. */
static void
leave_unsent(const AskInput *input, ParamValues *all, AskSet *set)
{
	const ResourceDef *resource = input->relation->resource;
	bool *given = (bool *) palloc(sizeof(bool) * resource->nparams);
	List *missing;

	for (int i = 0; i < resource->nparams; i++)
		given[i] = all[i].texts != NIL;
	missing = params_choose(resource, given);
	if (missing != NIL)
	{
		check_left_way(input, given, missing);
		params_raise_missing(input->relation, given, missing);
	}
	for (int i = 0; i < resource->nparams; i++)
		if (all[i].texts != NIL && !given[i])
		{
			check_left_group(input, given, &resource->params[i]);
			all[i].texts = NIL;
			set->incomplete = true;
		}
}

/* ----- what listings there are ----- */

bool
asks_say_parent(const ResourceDef *resource, const AskSet *set)
{
	const Ask *ask = set->asks == NIL ? NULL : (const Ask *) linitial(set->asks);
	bool found = false;

	for (int i = 0; i < resource->nparams; i++)
	{
		const ParamDef *param = &resource->params[i];

		if (!is_part_name(param->name) || !param_is_of_listing(resource, param))
			continue;
		found = true;
		if (ask == NULL || given_value(ask->given, bare_part_name(param->name)) == NULL)
			return false;
	}
	return found;
}

bool
ask_has_row(const Ask *ask, TupleTableSlot *slot)
{
	ListCell *lc;

	foreach(lc, ask->parts)
	{
		const AskPart *part = (const AskPart *) lfirst(lc);
		Oid type = TupleDescAttr(slot->tts_tupleDescriptor, part->column - 1)->atttypid;
		const char *text;

		if (slot->tts_isnull[part->column - 1])
			return false;
		text = param_text(part->param, part->field, type, slot->tts_values[part->column - 1]);
		if (text == NULL || !list_has_text(part->texts, text))
			return false;
	}
	return true;
}

/*
 * Add the parameters that the term asks for to what is asked already: each ask
 * becomes one for each set of parameters.  ERROR where a parameter that must be
 * given is not.
 */
static void
write_params(const AskInput *input, AskSet *set)
{
	const ResourceDef *resource = input->relation->resource;
	ParamValues *all;
	List *asks = set->asks == NIL ? list_make1(ask_by_filter(NULL)) : set->asks;
	bool any = false;

	if (resource->nparams == 0 || set->nothing)
		return;
	all = param_values_of_terms(input, set);
	if (set->nothing)
		return;
	leave_unsent(input, all, set);
	for (int i = 0; i < resource->nparams; i++)
		any = any || all[i].texts != NIL;
	if (!any)
		return;
	set->asks = asks_of_params(input, asks, all);
	set->nothing = (set->asks == NIL);
}

bool
asks_need_several(const ResourceDef *resource, const AskSet *set)
{
	if (list_length(set->asks) > 1)
		return true;
	return resource_has_parents(resource) && !asks_say_parent(resource, set);
}

void
params_add_order(const ResourceDef *resource, const char *field, bool descending, AskSet *set)
{
	const ParamDef *param = param_of_order(resource, field, descending);
	ListCell *lc;

	if (set->asks == NIL)
		set->asks = list_make1(ask_by_filter(NULL));
	foreach(lc, set->asks)
	{
		Ask *ask = (Ask *) lfirst(lc);

		ask->query = query_with(
			ask->query, psprintf("%s=%s", param->name, http_escape(descending ? param->descending : param->ascending)));
	}
}

AskSet
asks_of_scan(struct Session *session, const AskInput *input)
{
	const Service *service = input->relation->service;
	bool by_param = input->looked_up >= 0 && term_kind((const List *) llast(input->term)) == TERM_PARAM;
	AskInput others = *input;
	AskSet set = {0};

	/* keys that become a parameter are none of the others', which may have been refused */
	if (by_param)
		others.looked_up = -1;
	if (service->write_asks != NULL &&
		(!by_param || !input->without_others || input->relation->resource->value_of != NULL))
		set = service->write_asks(session, &others);
	if (by_param && input->without_others)
	{
		set.asks = asks_without_filters(set.asks);
		set.incomplete = true;
	}
	write_params(input, &set);
	extras_write(input, &set);
	set.choices = param_choices(input);
	return set;
}
