/*
 * needs.h
 *		What must be known of a workspace before a filter can be written.
 *
 * Three steps: what do the clauses need, ask for it, write them with it.  Only
 * the second makes requests.
 */
#ifndef ATTIO_NEEDS_H
#define ATTIO_NEEDS_H

#include "attio/clause.h"

/* Objects that a reference or an entry may point to and still be sent. */
#define FILTER_MAX_OBJECTS 5

/* A title of an option or status. */
typedef struct ChoiceNeed
{
	const AttributeDef *attribute;
	const char *slug; /* of the attribute, for messages */
	const char *title;
	bool negated; /* it is sent as ids that were read in this statement */
	List *ids;    /* known then: the ids of this title (char *) */
} ChoiceNeed;

/* The slug of an object. */
typedef struct ObjectNeed
{
	const char *id;
	const char *slug; /* known then; NULL = there is no such object for this key */
} ObjectNeed;

typedef struct FilterNeeds
{
	bool names;         /* plain EXPLAIN: nothing is known, and names stand for it */
	List *objects;      /* ObjectNeed */
	List *choices;      /* ChoiceNeed */
	List *members;      /* ids (char *) of actors; known then: those of them that are workspace members */
	bool parents;       /* the objects that the list's parents are of */
	List *parents_of;   /* known then: their slugs; NIL = not known */
	int unknown_titles; /* of which a NOTICE has told */
} FilterNeeds;

extern const FilterNeeds filter_names;

extern void filter_needs(const Clause *clause, const AskInput *input, FilterNeeds *needs);
extern void filter_learn(Session *session, const AskInput *input, FilterNeeds *needs);

extern List *known_objects(const FilterNeeds *known, const AttributeDef *attribute);
extern List *known_parents(const FilterNeeds *known);
extern List *known_choice_ids(const FilterNeeds *known, const AttributeDef *attribute, const char *title);
extern bool known_member(const FilterNeeds *known, const char *id);

#endif /* ATTIO_NEEDS_H */
