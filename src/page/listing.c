/*
 * listing.c
 *		What one scan walks through: one listing, or one for each of many.
 *
 * Owns: the paths of listings, which are made one by one.  Must not know pages.
 */
#include "page/listing.h"

#include "common/hashfn.h"

struct Listings
{
	MemoryContext context;
	Session *session;
	const RemoteRelation *relation;
	const AskSet *asks;
	ScanCost *cost;
	bool begun;    /* "parents" is known */
	List *parents; /* of Lists of Given: what each listing is given, where the asks do not say it */
	List *made;    /* Listing */
};

Listings *
listings_begin(Session *session, const RemoteRelation *relation, const AskSet *asks, ScanCost *cost)
{
	Listings *listings = (Listings *) palloc0(sizeof(Listings));

	listings->context = CurrentMemoryContext;
	listings->session = session;
	listings->relation = relation;
	listings->asks = asks;
	listings->cost = cost;
	return listings;
}

/* NULL: nothing in particular is asked for. */
static const Ask *
nth_ask(const Listings *listings, int n)
{
	return listings->asks->asks == NIL ? NULL : (const Ask *) list_nth(listings->asks->asks, n);
}

/* How many there are in all. */
static int
count_listings(Listings *listings)
{
	const ResourceDef *resource = listings->relation->resource;

	if (listings->asks->nothing)
		return 0;
	if (listings->asks->asks != NIL)
		return list_length(listings->asks->asks);
	if (resource->parents == NULL)
		return 1;
	if (!listings->begun)
		listings->parents = resource->parents(listings->session, listings->cost);
	listings->begun = true;
	return list_length(listings->parents);
}

/* The path with what is given in it, and with the parameters that are asked for. */
static char *
path_of(const Listings *listings, const List *given, const Ask *ask)
{
	char *path = resource_path(listings->relation->resource->list.path, given, NULL);

	if (ask == NULL || ask->query == NULL)
		return path;
	return psprintf("%s%c%s", path, strchr(path, '?') == NULL ? '?' : '&', ask->query);
}

/* What rows show of what is given, as a number. */
static uint64
kin_of(const ResourceDef *resource, const List *given)
{
	uint64 kin = 0;

	for (int i = 0; i < resource->nfields; i++)
	{
		const char *value =
			resource->fields[i].source == FIELD_GIVEN ? given_value(given, resource->fields[i].path) : NULL;

		if (value != NULL)
			kin = hash_combine64(kin, hash_bytes_extended((const unsigned char *) value, (int) strlen(value), i));
	}
	return kin;
}

/* The n-th listing, which there is. */
static Listing *
make_listing(const Listings *listings, int n)
{
	Listing *listing = (Listing *) palloc0(sizeof(Listing));
	const Ask *ask = nth_ask(listings, n);

	listing->number = n;
	listing->given = listings->relation->given;
	if (ask == NULL && listings->parents != NIL)
		listing->given = (List *) list_nth(listings->parents, n);
	else if (ask != NULL && ask->given != NIL)
		listing->given = list_concat_copy(ask->given, listings->relation->given);
	listing->path = path_of(listings, listing->given, ask);
	listing->filter = ask == NULL ? NULL : ask->filter;
	listing->ask = ask;
	listing->kin = kin_of(listings->relation->resource, listing->given);
	return listing;
}

const Listing *
listings_at(Listings *listings, int n)
{
	MemoryContext saved = MemoryContextSwitchTo(listings->context);
	const Listing *listing = NULL;

	while (list_length(listings->made) <= n && list_length(listings->made) < count_listings(listings))
		listings->made = lappend(listings->made, make_listing(listings, list_length(listings->made)));
	if (n < list_length(listings->made))
		listing = (const Listing *) list_nth(listings->made, n);
	MemoryContextSwitchTo(saved);
	return listing;
}

void
listings_begin_again(Listings *listings)
{
	listings->made = NIL;
}
