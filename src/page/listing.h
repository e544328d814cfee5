/*
 * listing.h
 *		What one scan walks through: one listing, or one for each of many.
 */
#ifndef ATTIO_LISTING_H
#define ATTIO_LISTING_H

#include "attio/relation.h"
#include "remote/request.h"
#include "remote/ask.h"

/* One listing of a scan, and what its rows have in common. */
typedef struct Listing
{
	const char *path; /* without paging parameters */
	List *given;      /* Given */
	JsonTree *filter; /* NULL = everything */
} Listing;

extern List *listings_make(Session *session, const AttioRelation *relation, const AskSet *asks, ScanCost *cost);

#endif /* ATTIO_LISTING_H */
