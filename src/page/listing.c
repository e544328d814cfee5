/*
 * listing.c
 *		What one scan walks through: one listing, or one for each of many.
 *
 * Owns: the paths of listings.  Must not know pages.
 */
#include "page/listing.h"

static List *
add_listing(List *listings, const ResourceDef *resource, List *given, JsonTree *filter)
{
	Listing *listing = (Listing *) palloc0(sizeof(Listing));

	listing->path = resource_path(resource->list.path, given, NULL);
	listing->given = given;
	listing->filter = filter;
	return lappend(listings, listing);
}

/*
 * What a scan with these asks walks through: a List of Listing, in the
 * current memory context.  May make requests.
 */
List *
listings_make(Session *session, const AttioRelation *relation, const AskSet *asks, ScanCost *cost)
{
	const ResourceDef *resource = relation->resource;
	List *listings = NIL;
	ListCell *lc;

	if (asks->nothing)
		return NIL;
	if (resource->parents != NULL)
	{
		foreach(lc, resource->parents(session, cost))
			listings = add_listing(listings, resource, (List *) lfirst(lc), NULL);
		return listings;
	}
	foreach(lc, asks->asks)
		listings = add_listing(listings, resource, relation->given, ((const Ask *) lfirst(lc))->filter);
	return listings == NIL ? add_listing(NIL, resource, relation->given, NULL) : listings;
}
