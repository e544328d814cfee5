/*
 * sorts.h
 *		The sorts of a plan, made into what Attio reads.
 */
#ifndef ATTIO_SORTS_H
#define ATTIO_SORTS_H

#include "attio/filter.h"
#include "remote/sort_key.h"

extern JsonTree *sorts_by_created_at(const AttioRelation *relation, bool descending, bool with_id);
extern bool sorts_are_as_planned(const FilterInput *input, const SortKey *keys, int nkeys, SortShape shape);
extern JsonTree *sorts_build(const FilterInput *input, const SortKey *keys, int nkeys, bool with_id);

#endif /* ATTIO_SORTS_H */
