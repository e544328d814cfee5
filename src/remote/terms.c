/*
 * terms.c
 *		What a condition says, and how it travels.
 *
 * Owns: the lists that a plan keeps.  A list begins with its kind; behind it
 * stand the arms of TERM_AND and TERM_OR, the operand of TERM_KEY and
 * TERM_PARENT, or the members of a condition, numbers and then strings.
 */
#include "remote/terms.h"

#include "nodes/value.h"

/* Where a condition's strings stand; its numbers are second. */
enum
{
	CONDITION_NUMBERS = 1,
	CONDITION_ATTRIBUTE_ID,
	CONDITION_NAME,
	CONDITION_TYPE,
	CONDITION_PROPERTY
};

TermKind
term_kind(const List *term)
{
	return (TermKind) intVal(linitial(term));
}

/* AND or OR of these terms; the list is taken over. */
List *
term_of_arms(TermKind kind, List *arms)
{
	return lcons(makeInteger(kind), arms);
}

/* A condition as a term, with copies of all it says. */
List *
term_of_condition(TermKind kind, const Condition *condition)
{
	List *numbers = list_make5_int((int) condition->op, condition->operand, condition->days, condition->multi ? 1 : 0,
								   condition->column);

	return lappend(list_make5(makeInteger(kind), (Node *) numbers, makeString(pstrdup(condition->attribute_id)),
							  makeString(pstrdup(condition->name)), makeString(pstrdup(condition->type))),
				   makeString(pstrdup(condition->property)));
}

/* A term that is an operand only. */
List *
term_of_operand(TermKind kind, int operand)
{
	return list_make2(makeInteger(kind), makeInteger(operand));
}

/* What a TERM_CONDITION or TERM_PARAM says; the strings are the term's. */
Condition
term_condition(const List *term)
{
	const List *numbers = (const List *) list_nth(term, CONDITION_NUMBERS);
	Condition condition = {
		.op = (TermOp) list_nth_int(numbers, 0),
		.operand = list_nth_int(numbers, 1),
		.days = list_nth_int(numbers, 2),
		.multi = list_nth_int(numbers, 3) != 0,
		.column = (AttrNumber) list_nth_int(numbers, 4),
		.attribute_id = strVal(list_nth(term, CONDITION_ATTRIBUTE_ID)),
		.name = strVal(list_nth(term, CONDITION_NAME)),
		.type = strVal(list_nth(term, CONDITION_TYPE)),
		.property = strVal(list_nth(term, CONDITION_PROPERTY)),
	};

	return condition;
}

/* The operand of a term that is no AND or OR; -1 = it has none. */
int
term_operand(const List *term)
{
	return list_length(term) > 2 ? term_condition(term).operand : intVal(list_nth(term, 1));
}

/* A copy of a term in which each operand's index is larger by so many. */
List *
term_renumbered(const List *term, int by)
{
	TermKind kind = term_kind(term);
	Condition condition;
	List *arms = NIL;

	switch (kind)
	{
		case TERM_AND:
		case TERM_OR:
			for (int i = 1; i < list_length(term); i++)
				arms = lappend(arms, term_renumbered((const List *) list_nth(term, i), by));
			return term_of_arms(kind, arms);
		case TERM_CONDITION:
		case TERM_PARAM:
			condition = term_condition(term);
			if (condition.operand >= 0)
				condition.operand += by;
			return term_of_condition(kind, &condition);
		case TERM_KEY:
		case TERM_PARENT:
			break;
	}
	return term_of_operand(kind, term_operand(term) + by);
}

/* Of a TERM_AND the parameters, without which perhaps nothing can be asked; NIL = there are none. */
List *
term_of_params(const List *term)
{
	List *arms = NIL;

	for (int i = 1; i < list_length(term); i++)
		if (term_kind((const List *) list_nth(term, i)) == TERM_PARAM)
			arms = lappend(arms, list_nth(term, i));
	return arms == NIL ? NIL : term_of_arms(TERM_AND, arms);
}

/* Does a TERM_AND ask for rows by their ids? */
bool
term_has_key(const List *term)
{
	for (int i = 1; i < list_length(term); i++)
		if (term_kind((const List *) list_nth(term, i)) == TERM_KEY)
			return true;
	return false;
}
