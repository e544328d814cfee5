/*
 * offers.h
 *		Which tables a workspace offers, and what they are called.
 */
#ifndef ATTIO_OFFERS_H
#define ATTIO_OFFERS_H

#include "attio/target.h"
#include "remote/resource.h"

/* One table that the workspace offers. */
typedef struct Offer
{
	char *table;
	const char *instead_of; /* the name it did not get; NULL = it got its own */
	const ResourceDef *resource;
	const TargetDef *target; /* NULL: a resource by its own name */
} Offer;

/* A List of Offer, in the current memory context: objects, lists, then resources by their own names. */
extern List *offers_all(List *objects, List *lists);

#endif /* ATTIO_OFFERS_H */
