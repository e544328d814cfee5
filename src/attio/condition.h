/*
 * condition.h
 *		One condition of a plan, made into what Attio reads.
 *
 * A term becomes true (nothing to send), false (no row can match), or a filter.
 */
#ifndef ATTIO_CONDITION_H
#define ATTIO_CONDITION_H

#include "attio/filter.h"

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

static const Made made_true = {MADE_TRUE, NULL, false};
static const Made made_false = {MADE_FALSE, NULL, false};

/* Objects that a reference or an entry may point to and still be sent. */
#define FILTER_MAX_OBJECTS 5

extern Made made_tree(JsonTree *tree);
extern Made made_group(List *trees, bool conjunction);
extern bool filter_is_as_planned(const ColumnBinding *binding, const char *type, const char *property);
extern Made make_condition(FilterInput *input, List *term);
extern int filter_max_in(const FilterInput *input, const char *type, const char *property);
extern JsonTree *uuids_condition(const Elements *elements);

#endif /* ATTIO_CONDITION_H */
