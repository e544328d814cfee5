/*
 * sorts.h
 *		The sorts of a plan, made into what Attio reads.
 */
#ifndef ATTIO_SORTS_H
#define ATTIO_SORTS_H

#include "attio/clause.h"

extern bool sorts_are_as_planned(const SortInput *input);
extern JsonTree *sorts_write(const SortInput *input);

#endif /* ATTIO_SORTS_H */
