/*
 * parts.h
 *		Listings of a table that is made of several attributes' values.
 *
 * A part is what all listings list that are given the same.  A row of one part is
 * never a row of another, whatever its id.
 */
#ifndef PAGE_PARTS_H
#define PAGE_PARTS_H

#include "page/pager_state.h"

/* The present listing has begun: does it share its part with another one? */
extern void parts_begin(Pager *pager);

#endif /* PAGE_PARTS_H */
