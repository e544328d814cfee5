/*
 * asks.c
 *		What a scan of a table of Attio's asks for.
 *
 * Owns: that the listings of interactions each have the filters of their own
 * attribute, and ask for records that have a value of it.
 */
#include "attio/asks.h"

#include "attio/filter.h"
#include "attio/interactions.h"
#include "base/guc.h"
#include "miscadmin.h"

/* Can a record without a value of the listing's attribute not meet this arm? */
static bool
implies_value(const Clause *clause)
{
	return clause->kind == CLAUSE_CONDITION && !clause->is_lost && clause->op != OP_NE && clause->op <= OP_IN;
}

/* That the attribute has a value. */
static Clause *
presence_of(const AttributeDef *attribute)
{
	Clause *clause = (Clause *) palloc0(sizeof(Clause));

	clause->kind = CLAUSE_CONDITION;
	clause->op = OP_NOT_NULL;
	clause->operand = -1;
	clause->slug = attribute->slug;
	clause->attribute_id = attribute->id;
	clause->attribute = attribute;
	clause->property = attribute_property(attribute->type, "");
	return clause;
}

/* What one listing of interactions asks for.  The arm by which a join looks up stays the last. */
static AskSet
asks_of_attribute(Session *session, const AskInput *input, const AttributeDef *attribute)
{
	AskInput one = *input;
	Clause *whole;
	ListCell *lc;
	bool has_value = !setting_push_filter;

	one.definitions = list_make1(unconstify(AttributeDef *, attribute));
	whole = clause_read(&one);
	foreach(lc, whole->arms)
		has_value = has_value || implies_value((const Clause *) lfirst(lc));
	if (!has_value)
		whole->arms = lcons(presence_of(attribute), whole->arms);
	return filter_asks(session, &one, whole);
}

/* The same with what the listing is given. */
static void
add_listing(Session *session, const AskInput *input, const InteractionListing *listing, AskSet *set)
{
	AskSet own = asks_of_attribute(session, input, listing->attribute);
	List *asks = own.asks == NIL && !own.nothing ? list_make1(ask_by_filter(NULL)) : own.asks;
	ListCell *lc;

	foreach(lc, asks)
	{
		Ask *ask = (Ask *) lfirst(lc);

		ask->given = listing->given;
		ask->definitions = list_make1(unconstify(AttributeDef *, listing->attribute));
		set->asks = lappend(set->asks, ask);
	}
	set->incomplete = set->incomplete || own.incomplete;
}

/*
 * What a scan asks for.  May make requests; without a session it makes none, and
 * one ask stands for all listings: plain EXPLAIN.
 */
AskSet
attio_asks(Session *session, const AskInput *input)
{
	AskSet set = {false, false, NIL};
	ListCell *lc;

	if (input->relation->resource->value_of == NULL)
		return filter_asks(session, input, clause_read(input));
	if (session == NULL)
		return asks_of_attribute(NULL, input, interaction_of_any());
	foreach(lc, interaction_listings(session, input))
	{
		CHECK_FOR_INTERRUPTS();
		add_listing(session, input, (const InteractionListing *) lfirst(lc), &set);
	}
	set.nothing = (set.asks == NIL);
	return set;
}
