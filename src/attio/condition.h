/*
 * condition.h
 *		One condition of a plan, made into what Attio reads.
 *
 * A clause becomes true (nothing to send), false (no row can match), or a
 * filter.
 */
#ifndef ATTIO_CONDITION_H
#define ATTIO_CONDITION_H

#include "attio/needs.h"

/* Ids or words that one request may hold (docs/attio-api.md 8.4). */
#define FILTER_MAX_IN 100

typedef enum MadeKind
{
	MADE_TRUE,
	MADE_FALSE,
	MADE_TREE
} MadeKind;

typedef struct Made
{
	MadeKind kind;
	JsonTree *tree;
	bool is_certain; /* MADE_TRUE: every row meets it; else it is only not sent */
} Made;

/* Nothing to send, though not every row need meet the condition; and: no row can match. */
extern const Made made_true;
extern const Made made_false;

/* What a filter is written with. */
typedef struct Writer
{
	const RemoteRelation *relation;
	const FilterNeeds *known;
	Operand *operands; /* the writer's own: it puts portions of values in their places */
	bool looks_up;     /* words that cannot be sent as they are may go by what they contain */
	bool incomplete;   /* a condition could not be sent */
} Writer;

extern Made made_tree(JsonTree *tree);
extern Made made_group(List *trees, bool conjunction);
extern bool condition_joins(const Clause *clause, JsonTree *tree, List *trees);
extern Made write_condition(Writer *writer, const Clause *clause);
extern int filter_max_in(const Writer *writer, const Clause *clause);
extern JsonTree *uuids_condition(const Elements *elements);

#endif /* ATTIO_CONDITION_H */
