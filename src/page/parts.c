/*
 * parts.c
 *		Listings of a table that is made of several attributes' values.
 *
 * Owns: which listings are of one part.  Of most parts there is one listing, so
 * that nothing need be remembered of it; rows that are remembered are known by
 * their part, too.  Makes no request.
 */
#include "page/parts.h"

/* Is the n-th listing, if there is one, of the present one's part? */
static bool
is_of_part(const Pager *pager, int n)
{
	const Listing *listing = n < 0 ? NULL : listings_at(pager->listings, n);

	return listing != NULL && listing->kin == pager->present->kin;
}

void
parts_begin(Pager *pager)
{
	pager->shares = pager->resource->value_of != NULL &&
					(is_of_part(pager, pager->listing - 1) || is_of_part(pager, pager->listing + 1));
}
