/*
 * lanes.h
 *		Listings that are read side by side, a page of each in turn.
 *
 * Pages of one listing may come one after the other only, as each says where the
 * next one begins.  Where the order of rows does not count, several listings are
 * begun: while the page of one is read, those of the others are under way.
 */
#ifndef PAGE_LANES_H
#define PAGE_LANES_H

#include "page/pager_state.h"

/* One of them, while another is the present one. */
typedef struct Lane
{
	const Listing *listing;
	Walk walk;
	int64 nfresh;
	int page_window;
} Lane;

/* Can the listings of this scan be read so?  Some pages may come one after the other, and no order is wanted. */
extern bool lanes_are_possible(const Pager *pager);

/* Begin a listing behind those that have begun; its first page is for the caller to ask for. */
extern void lanes_add(Pager *pager, const Listing *listing, const WalkMethods *methods, int limit);

/*
 * Go on with the one that has waited longest.  The present one waits behind the
 * others, or is over; false where there is no other.
 */
extern bool lanes_turn(Pager *pager, bool is_over);

/* None is begun any more. */
extern void lanes_clear(Pager *pager);

/* The same, and the memory of walks goes. */
extern void lanes_forget(Pager *pager);

#endif /* PAGE_LANES_H */
