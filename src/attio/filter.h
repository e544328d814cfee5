/*
 * filter.h
 *		From the terms of a plan and the values of its operands to Attio's filters.
 */
#ifndef ATTIO_FILTER_H
#define ATTIO_FILTER_H

#include "attio/needs.h"

extern AskSet filter_asks(Session *session, const AskInput *input, const Clause *whole);

/* The ids that a filter names (Service.named_ids). */
extern JsonTree *filter_named_ids(const ResourceDef *resource, JsonTree *filter);
extern AskSet filter_write(const AskInput *input, const Clause *whole, const FilterNeeds *known);

#endif /* ATTIO_FILTER_H */
