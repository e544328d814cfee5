/*
 * param_choices.c
 *		Conditions that choose among the listings that a resource has.
 *
 * Owns: PARAM_CHOICE, of which nothing is sent.  Must not know which listings
 * there are.  Makes no request.
 */
#include "remote/param_choices.h"

#include "base/text_rows.h"
#include "remote/param_rules.h"
#include "remote/param_values.h"
#include "remote/relation.h"

List *
param_choices(const AskInput *input)
{
	const ResourceDef *resource = input->relation->resource;
	List *choices = NIL;

	for (int i = 1; i < list_length(input->term); i++)
	{
		const List *arm = (const List *) list_nth(input->term, i);
		ParamValues values = {0};
		Condition condition;
		const Operand *operand;
		AskChoice *choice;

		if (term_kind(arm) != TERM_PARAM || !param_chooses(resource, arm))
			continue;
		condition = term_condition(arm);
		values.def = param_of_condition(resource, condition.name, condition.op);
		operand = condition.operand >= 0 ? &input->operands[condition.operand] : NULL;
		if (operand != NULL && !operand->isnull &&
			(!operand->known ||
			 !param_add_equals(&values, resource_field(resource, condition.name), &condition, operand)))
			continue;
		choice = (AskChoice *) palloc(sizeof(AskChoice));
		choice->name = resource_field(resource, condition.name)->path;
		choice->texts = values.texts;
		choices = lappend(choices, choice);
	}
	return choices;
}

bool
choices_leave_listing(const List *choices, const List *given)
{
	const ListCell *lc;

	foreach(lc, choices)
	{
		const AskChoice *choice = (const AskChoice *) lfirst(lc);
		const char *value = given_value(given, choice->name);

		if (value != NULL && !list_has_text(choice->texts, value))
			return false;
	}
	return true;
}

bool
params_choose_listing(const AskInput *input, const List *given)
{
	return choices_leave_listing(param_choices(input), given);
}
