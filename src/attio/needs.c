/*
 * needs.c
 *		What must be known of a workspace before a filter can be written.
 *
 * Owns: which clauses need what, asking for it, and the NOTICE of a title that
 * does not exist.  Must not know how a filter is written.
 */
#include "attio/needs.h"

#include "access/xact.h"
#include "attio/choices.h"
#include "attio/literal.h"
#include "attio/members.h"
#include "attio/traits.h"
#include "base/errors.h"
#include "base/text_rows.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

const FilterNeeds filter_names = {.names = true};

/* ----- what clauses need ----- */

/* The object of this id among those that are needed, or NULL. */
static const ObjectNeed *
find_object(const FilterNeeds *needs, const char *id)
{
	ListCell *lc;

	foreach(lc, needs->objects)
		if (strcmp(((const ObjectNeed *) lfirst(lc))->id, id) == 0)
			return (const ObjectNeed *) lfirst(lc);
	return NULL;
}

/* The objects that a reference may point to, where they are few enough to be sent. */
static void
need_objects(FilterNeeds *needs, const AttributeDef *attribute)
{
	ListCell *lc;

	if (list_length(attribute->allowed_objects) > FILTER_MAX_OBJECTS)
		return;
	foreach(lc, attribute->allowed_objects)
	{
		ObjectNeed *object;

		if (find_object(needs, (const char *) lfirst(lc)) != NULL)
			continue;
		object = (ObjectNeed *) palloc0(sizeof(ObjectNeed));
		object->id = (const char *) lfirst(lc);
		needs->objects = lappend(needs->objects, object);
	}
}

/* Under NOT the ids of a title; else only to tell of one that does not exist. */
static void
need_choice(FilterNeeds *needs, const AskInput *input, const Clause *clause, bool negated, const char *title)
{
	ChoiceNeed *choice;

	if (!filter_safe_text(title) || !(negated || input->tells))
		return;
	choice = (ChoiceNeed *) palloc0(sizeof(ChoiceNeed));
	choice->attribute = clause->attribute;
	choice->slug = clause->slug;
	choice->title = title;
	choice->negated = negated;
	needs->choices = lappend(needs->choices, choice);
}

/* What one value of a comparison needs. */
static void
need_for_value(FilterNeeds *needs, const AskInput *input, const Clause *clause, bool negated, Datum value)
{
	switch (filter_traits(clause->property)->writing)
	{
		case WRITTEN_REFERENCE:
			need_objects(needs, clause->attribute);
			break;
		case WRITTEN_ACTOR:
			needs->members = lappend(needs->members, DatumGetCString(DirectFunctionCall1(uuid_out, value)));
			break;
		case WRITTEN_TITLE:
			need_choice(needs, input, clause, negated, TextDatumGetCString(value));
			break;
		default:
			break;
	}
}

/* Of an array; true where no row can match. */
static bool
need_for_array(FilterNeeds *needs, const AskInput *input, const Clause *clause, Datum array)
{
	Elements elements = elements_of_array(array);
	bool negated = (clause->op == OP_NOT_IN);

	if (negated || clause->op == OP_HAS_ALL)
	{
		if (elements.had_null)
			return true;
	}
	else if (elements.n == 0)
		return true;
	for (int i = 0; i < elements.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		need_for_value(needs, input, clause, negated, elements.values[i]);
	}
	return false;
}

/* Of one condition; true where no row can match. */
static bool
need_for_condition(FilterNeeds *needs, const AskInput *input, const Clause *clause)
{
	const Operand *operand = clause->operand < 0 ? NULL : &input->operands[clause->operand];

	if (operand != NULL && operand->isnull)
		return true;
	if (operand == NULL || !operand->known || clause->attribute == NULL || clause->is_lost)
		return false;
	if (clause->kind == CLAUSE_ACTOR && input->operands[clause->type_operand].known &&
		!input->operands[clause->type_operand].isnull)
		return false;
	if (clause->op >= OP_IN && clause->op <= OP_HAS_ANY)
		return need_for_array(needs, input, clause, operand->value);
	if (clause->op <= OP_GE)
		need_for_value(needs, input, clause, clause->op == OP_NE, operand->value);
	return false;
}

/* Of clauses; where one of an AND can match no row, nothing is needed for the others. */
static bool
need_for(FilterNeeds *needs, const AskInput *input, const Clause *clause)
{
	FilterNeeds before = *needs;
	int nobjects = list_length(needs->objects);
	int nchoices = list_length(needs->choices);
	int nmembers = list_length(needs->members);
	ListCell *lc;

	switch (clause->kind)
	{
		case CLAUSE_AND:
		case CLAUSE_OR:
			foreach(lc, clause->arms)
			{
				if (!need_for(needs, input, (const Clause *) lfirst(lc)) || clause->kind == CLAUSE_OR)
					continue;
				needs->objects = list_truncate(needs->objects, nobjects);
				needs->choices = list_truncate(needs->choices, nchoices);
				needs->members = list_truncate(needs->members, nmembers);
				needs->parents = before.parents;
				return true;
			}
			return false;
		case CLAUSE_CONDITION:
		case CLAUSE_ACTOR:
			return need_for_condition(needs, input, clause);
		case CLAUSE_PARENT:
			needs->parents = needs->parents || input->operands[clause->operand].known;
			/* fall through */
		case CLAUSE_KEY:
			break;
	}
	return input->operands[clause->operand].isnull;
}

/* Add what these clauses need, in the current memory context.  Makes no request. */
void
filter_needs(const Clause *clause, const AskInput *input, FilterNeeds *needs)
{
	(void) need_for(needs, input, clause);
}

/* ----- asking for it ----- */

/* The ids of the options with this title. */
static List *
chosen_ids(List *choices, const char *title)
{
	List *ids = NIL;
	ListCell *lc;

	foreach(lc, choices)
	{
		const ChoiceDef *choice = (const ChoiceDef *) lfirst(lc);

		if (strcmp(choice->title, title) == 0)
			ids = lappend(ids, pstrdup(choice->id));
	}
	return ids;
}

/* Unknown titles of a filter for which the nearest one is looked for: among a thousand choices that takes a while. */
#define SUGGESTIONS 20

/* The choice whose title is the nearest, or NULL. */
static const char *
nearest_title(const char *title, List *choices)
{
	List *titles = NIL;
	ListCell *lc;

	foreach(lc, choices)
		titles = lappend(titles, ((ChoiceDef *) lfirst(lc))->title);
	return closest_in_list(title, titles);
}

/* Warn of a title that is not among the choices, and name the nearest one. */
static void
notice_unknown_title(FilterNeeds *needs, const ChoiceNeed *need, List *choices)
{
	const char *nearest = needs->unknown_titles++ < SUGGESTIONS ? nearest_title(need->title, choices) : NULL;

	ereport(NOTICE,
			(errmsg("attribute \"%s\" has no %s \"%s\"", need->slug,
					strcmp(need->attribute->type_name, "status") == 0 ? "status" : "option",
					clean_text(need->title, strlen(need->title), 100)),
			 nearest != NULL ? errhint("Perhaps you meant \"%s\".", clean_text(nearest, strlen(nearest), 100)) : 0));
}

/* How old the choices of a title may be: under NOT they are of this statement. */
static TimestampTz
choices_not_before(const ChoiceNeed *need)
{
	return need->negated ? GetCurrentStatementStartTimestamp() : 0;
}

/* The ids that a title names in the attribute's list. */
static void
learn_choice(Session *session, const AskInput *input, FilterNeeds *needs, ChoiceNeed *need)
{
	const RemoteRelation *relation = input->relation;
	TimestampTz started = GetCurrentStatementStartTimestamp();
	bool refused;
	List *choices =
		attribute_choices(session, relation->target, need->attribute, choices_not_before(need), &refused, input->cost);

	CHECK_FOR_INTERRUPTS();
	need->ids = chosen_ids(choices, need->title);
	if (need->ids == NIL && !need->negated && !refused)
	{
		choices = attribute_choices(session, relation->target, need->attribute, started, &refused, input->cost);
		need->ids = chosen_ids(choices, need->title);
	}
	if (need->ids == NIL && !refused && input->tells)
		notice_unknown_title(needs, need, choices);
}

/* Ask for all of it at once, as far as there is room: no answer says what else is needed. */
static void
ask_ahead(Session *session, const AskInput *input, const FilterNeeds *needs)
{
	ListCell *lc;

	if (needs->objects != NIL)
		target_ask_ahead(session, &target_object, input->cost);
	if (needs->parents)
		target_ask_ahead(session, &target_list, input->cost);
	foreach(lc, needs->choices)
	{
		const ChoiceNeed *need = (const ChoiceNeed *) lfirst(lc);

		attribute_ask_ahead(session, input->relation->target, need->attribute, choices_not_before(need), input->cost);
	}
	if (needs->members != NIL)
		members_ask_ahead(session, input->cost);
}

/* Ask for what is needed and not known. */
void
filter_learn(Session *session, const AskInput *input, FilterNeeds *needs)
{
	List *members = NIL;
	ListCell *lc;

	ask_ahead(session, input, needs);
	foreach(lc, needs->objects)
	{
		ObjectNeed *object = (ObjectNeed *) lfirst(lc);

		object->slug = target_object_slug(session, object->id, input->cost);
	}
	if (needs->parents)
		needs->parents_of = target_parents(session, input->relation->target, input->cost);
	foreach(lc, needs->choices)
		learn_choice(session, input, needs, (ChoiceNeed *) lfirst(lc));
	foreach(lc, needs->members)
		if (workspace_has_member(session, (const char *) lfirst(lc), input->cost))
			members = lappend(members, lfirst(lc));
	needs->members = members;
}

/* ----- what is known ----- */

/* The slugs of the objects that a reference may point to; NIL = not known, or too many. */
List *
known_objects(const FilterNeeds *known, const AttributeDef *attribute)
{
	List *slugs = NIL;
	ListCell *lc;

	if (known->names)
		return list_make1("(object)");
	if (attribute == NULL || list_length(attribute->allowed_objects) > FILTER_MAX_OBJECTS)
		return NIL;
	foreach(lc, attribute->allowed_objects)
	{
		const ObjectNeed *object = find_object(known, (const char *) lfirst(lc));

		if (object == NULL || object->slug == NULL)
			return NIL;
		slugs = lappend(slugs, unconstify(char *, object->slug));
	}
	return slugs;
}

/* The slugs of the objects that the parents of entries are of; NIL = not known. */
List *
known_parents(const FilterNeeds *known)
{
	return known->names ? list_make1("(object)") : known->parents_of;
}

/* The ids that a title of an attribute names, read in this statement; NIL = none that is known. */
List *
known_choice_ids(const FilterNeeds *known, const AttributeDef *attribute, const char *title)
{
	ListCell *lc;

	if (known->names)
		return list_make1(psprintf("(id of %s)", title));
	foreach(lc, known->choices)
	{
		const ChoiceNeed *need = (const ChoiceNeed *) lfirst(lc);

		if (need->negated && need->attribute == attribute && strcmp(need->title, title) == 0)
			return need->ids;
	}
	return NIL;
}

/* Is this the id of a workspace member? */
bool
known_member(const FilterNeeds *known, const char *id)
{
	return known->names || list_has_text(known->members, id);
}
