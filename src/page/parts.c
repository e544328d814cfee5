/*
 * parts.c
 *		Listings of a table that is made of several attributes' values.
 *
 * Owns: which listings are of one part.  Of most parts there is one listing, so
 * that nothing need be remembered of it.  Makes no request.
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
	bool goes_on;

	if (pager->resource->value_of == NULL)
		return;
	goes_on = is_of_part(pager, pager->listing - 1);
	if (!goes_on && !pager->request.distinct)
		seen_forget(&pager->seen);
	pager->shares = goes_on || is_of_part(pager, pager->listing + 1);
}

int
parts_first_listing(const Pager *pager)
{
	int first = pager->listing;

	if (pager->resource->value_of == NULL)
		return 0;
	while (is_of_part(pager, first - 1))
		first--;
	return first;
}
