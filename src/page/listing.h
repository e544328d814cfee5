/*
 * listing.h
 *		What one scan walks through: one listing, or one for each of many.
 */
#ifndef PAGE_LISTING_H
#define PAGE_LISTING_H

#include "remote/ask.h"
#include "remote/request.h"
#include "remote/table.h"

/* One listing of a scan, and what its rows have in common. */
typedef struct Listing
{
	int number;       /* from 0 */
	const char *path; /* with its parameters, without those of paging */
	const char *body; /* what is sent beside filter, sorts and paging, in JSON; NULL = nothing */
	List *given;      /* Given */
	JsonTree *filter; /* NULL = everything */
	const Ask *ask;   /* NULL: nothing in particular is asked for */
	uint64 kin;       /* the same number in listings whose rows show the same of what is given */
} Listing;

typedef struct Listings Listings;

/* The listings of a scan that asks for this, in the current memory context.  Makes no request;
 * what listings_at() asks for is added to the cost. */
extern Listings *listings_begin(Session *session, const RemoteRelation *relation, const AskSet *asks, ScanCost *cost);

/* The n-th, counted from 0, made when it is first asked for; NULL behind the last.  May make requests. */
extern const Listing *listings_at(Listings *listings, int n);

/*
 * The n-th, which was made, has rows: what is asked for behind it, if anything, becomes the listing that follows, and
 * is returned.
 */
extern const Listing *listings_go_on(Listings *listings, int n);

/* The asks have changed: make the listings anew. */
extern void listings_begin_again(Listings *listings);

#endif /* PAGE_LISTING_H */
