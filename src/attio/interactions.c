/*
 * interactions.c
 *		The attributes whose values are interactions: a listing for each.
 *
 * Owns: which listings the table of interactions consists of, and whether the
 * definitions that they are of still hold.  Must not know filters.
 */
#include "attio/interactions.h"

#include "attio/known_definitions.h"
#include "remote/param_choices.h"

#define INTERACTION "interaction"

/* The definitions of one object by which listings were made. */
typedef struct ObjectInteractions
{
	const TargetDef *object;
	List *attributes; /* AttributeDef: all of the object's */
} ObjectInteractions;

const AttributeDef *
interaction_of_any(void)
{
	static AttributeDef any = {.id = "", .slug = "{attribute}", .title = "", .type_name = INTERACTION};

	any.type = attribute_type(INTERACTION);
	return &any;
}

/* ----- listings ----- */

/* The listing of one attribute of the object. */
static InteractionListing *
make_listing(const TargetDef *object, const AttributeDef *attribute)
{
	InteractionListing *listing = (InteractionListing *) palloc(sizeof(InteractionListing));

	listing->attribute = attribute;
	listing->given = list_make4(given_make("object_id", object->id), given_make("object", target_name(object)),
								given_make("attribute_id", attribute->id), given_make("attribute", attribute->slug));
	return listing;
}

/* Those of one object that the conditions leave. */
static List *
add_object(List *listings, const AskInput *input, const ObjectInteractions *known)
{
	ListCell *lc;

	foreach(lc, known->attributes)
	{
		const AttributeDef *attribute = (const AttributeDef *) lfirst(lc);
		InteractionListing *listing;

		if (strcmp(attribute->type_name, INTERACTION) != 0)
			continue;
		listing = make_listing(known->object, attribute);
		if (params_choose_listing(input, listing->given))
			listings = lappend(listings, listing);
	}
	return listings;
}

/* The objects that the conditions leave: a List of TargetDef. */
static List *
chosen_objects(Session *session, const AskInput *input)
{
	List *chosen = NIL;
	ListCell *lc;

	foreach(lc, targets_known(session, &target_object, input->cost))
	{
		const TargetDef *object = (const TargetDef *) lfirst(lc);

		if (params_choose_listing(input, list_make1(given_make("object", target_name(object)))))
			chosen = lappend(chosen, unconstify(TargetDef *, object));
	}
	return chosen;
}

/* What the session knows of the object's attributes; the relation keeps it. */
static ObjectInteractions *
know_object(const RemoteRelation *relation, Session *session, const TargetDef *object, ScanCost *cost)
{
	TargetRefusal refusal = {0};
	List *attributes = metadata_attributes(session, object, &refusal, cost);
	MemoryContext saved = MemoryContextSwitchTo(relation->context);
	ObjectInteractions *known = (ObjectInteractions *) palloc(sizeof(ObjectInteractions));

	known->object = object;
	known->attributes = attributes;
	relation->known->interactions = lappend(relation->known->interactions, known);
	MemoryContextSwitchTo(saved);
	return known;
}

List *
interaction_listings(Session *session, const AskInput *input)
{
	List *objects = chosen_objects(session, input);
	List *listings = NIL;
	ListCell *lc;
	int next = 0;

	list_free_deep(input->relation->known->interactions);
	input->relation->known->interactions = NIL;
	foreach(lc, objects)
	{
		metadata_ask_ahead(session, objects, &next, input->cost);
		listings = add_object(listings, input,
							  know_object(input->relation, session, (const TargetDef *) lfirst(lc), input->cost));
	}
	return listings;
}

/* ----- doubts ----- */

bool
interactions_have_changed(const RemoteRelation *relation, Session *session, ScanCost *cost)
{
	ListCell *lc;

	foreach(lc, relation->known->interactions)
	{
		const ObjectInteractions *known = (const ObjectInteractions *) lfirst(lc);

		if (metadata_has_changed(session, known->object, known->attributes, cost))
			return true;
	}
	return false;
}
