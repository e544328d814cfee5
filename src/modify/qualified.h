/*
 * qualified.h
 *		Does a statement pick rows of the target by a column of theirs?
 */
#ifndef MODIFY_QUALIFIED_H
#define MODIFY_QUALIFIED_H

#include "base/compat.h"
#include "utils/rel.h"

typedef enum Qualification
{
	QUALIFIED,
	WITHOUT_WHERE,
	WITHOUT_CONDITION /* there are conditions, but none that is about the target's columns and can be false */
} Qualification;

/* By what planning knows; "open" gets the conditions that may qualify it by the values of parameters. */
extern Qualification qualification(PlannerInfo *root, Index rtindex, Relation rel, List **open);

/* Do the values of parameters make one of the open conditions qualify the table with this number in them? */
extern bool qualification_by_params(Relation rel, Index rtindex, List *open, ParamListInfo params);

#endif /* MODIFY_QUALIFIED_H */
