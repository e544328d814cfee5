/*
 * listing.c
 *		What one scan walks through: one listing, or one for each of many.
 *
 * Owns: the paths and bodies of listings, which are made one by one.  Must not know pages.
 */
#include "page/listing.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "remote/param_choices.h"
#include "remote/params.h"

struct Listings
{
	MemoryContext context;
	MemoryContext scratch; /* of one that is made: there may be many */
	Session *session;
	const RemoteRelation *relation;
	const AskSet *asks;
	ScanCost *cost;
	bool begun;    /* "parents" is known */
	List *parents; /* of Lists of Given */
	List *parts;   /* ListingPart: what there is, where that is known */
	List *made;    /* Listing */
};

/* What makes one listing. */
typedef struct ListingPart
{
	List *parent;   /* of Given, where the asks do not say it; else NIL */
	const Ask *ask; /* NULL: nothing in particular is asked for */
} ListingPart;

Listings *
listings_begin(Session *session, const RemoteRelation *relation, const AskSet *asks, ScanCost *cost)
{
	Listings *listings = (Listings *) palloc0(sizeof(Listings));

	listings->context = CurrentMemoryContext;
	listings->scratch = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw listing", ALLOCSET_SMALL_SIZES);
	listings->session = session;
	listings->relation = relation;
	listings->asks = asks;
	listings->cost = cost;
	return listings;
}

/* Does the parent say something else than what is asked for?  Then none of its rows is. */
static bool
is_other_parent(const List *parent, const Ask *ask)
{
	const ListCell *lc;

	foreach(lc, ask == NULL ? NIL : ask->given)
	{
		const Given *given = (const Given *) lfirst(lc);
		const char *value = given_value(parent, given->name);

		if (value != NULL && given->value != NULL && strcmp(value, given->value) != 0)
			return true;
	}
	return false;
}

/* Add what is asked for of one parent. */
static void
add_parts(Listings *listings, List *parent)
{
	List *asks = listings->asks->asks == NIL ? list_make1(NULL) : listings->asks->asks;
	ListCell *lc;

	foreach(lc, asks)
	{
		ListingPart *part;

		CHECK_FOR_INTERRUPTS();
		if (is_other_parent(parent, (const Ask *) lfirst(lc)))
			continue;
		part = (ListingPart *) palloc(sizeof(ListingPart));
		*part = (ListingPart){parent, (const Ask *) lfirst(lc)};
		listings->parts = lappend(listings->parts, part);
	}
}

/* Find out which listings there are: the asks, or each of them of each parent. */
static void
find_parts(Listings *listings)
{
	const ResourceDef *resource = listings->relation->resource;
	ListCell *lc;

	if (listings->asks->nothing || listings->parts != NIL)
		return;
	if (resource->parents == NULL || asks_say_parent(resource, listings->asks))
	{
		add_parts(listings, NIL);
		return;
	}
	/* of the parents that were read when the asks were others */
	if (!listings->begun)
		listings->parents = resource->parents(listings->session, listings->cost);
	listings->begun = true;
	foreach(lc, listings->parents)
		if (choices_leave_listing(listings->asks->choices, (List *) lfirst(lc)))
			add_parts(listings, (List *) lfirst(lc));
}

/* The path with what is given in it, and with the parameters that are asked for; in the scratch context. */
static char *
path_of(const Listings *listings, const List *given, const Ask *ask)
{
	char *path = resource_path(listings->relation->resource->list.path, given, NULL);
	const char *query = ask == NULL ? NULL : ask_query(ask);

	if (query == NULL)
		return path;
	return psprintf("%s%c%s", path, strchr(path, '?') == NULL ? '?' : '&', query);
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

/* What is sent of a listing: its path and its body. */
static void
make_texts(const Listings *listings, Listing *listing)
{
	MemoryContext saved = MemoryContextSwitchTo(listings->scratch);
	const char *path = path_of(listings, listing->given, listing->ask);
	const char *body = resource_body(&listings->relation->resource->list, listing->given);

	MemoryContextSwitchTo(saved);
	listing->path = pstrdup(path);
	listing->body = body == NULL ? NULL : pstrdup(body);
	MemoryContextReset(listings->scratch);
}

/* The n-th listing, which there is. */
static Listing *
make_listing(const Listings *listings, int n)
{
	Listing *listing = (Listing *) palloc0(sizeof(Listing));
	const ListingPart *part = (const ListingPart *) list_nth(listings->parts, n);
	const Ask *ask = part->ask;

	listing->number = n;
	listing->ask = ask;
	listing->given = part->parent != NIL ? part->parent : listings->relation->given;
	if (ask != NULL && ask->given != NIL)
		listing->given = list_concat_copy(ask->given, listing->given);
	make_texts(listings, listing);
	listing->filter = ask == NULL ? NULL : ask->filter;
	listing->kin = kin_of(listings->relation->resource, listing->given);
	return listing;
}

const Listing *
listings_at(Listings *listings, int n)
{
	MemoryContext saved = MemoryContextSwitchTo(listings->context);
	const Listing *listing = NULL;

	find_parts(listings);
	while (list_length(listings->made) <= n && list_length(listings->made) < list_length(listings->parts))
		listings->made = lappend(listings->made, make_listing(listings, list_length(listings->made)));
	if (n < list_length(listings->made))
		listing = (const Listing *) list_nth(listings->made, n);
	MemoryContextSwitchTo(saved);
	return listing;
}

const Listing *
listings_go_on(Listings *listings, int n)
{
	const ListingPart *part = (const ListingPart *) list_nth(listings->parts, n);
	MemoryContext saved = MemoryContextSwitchTo(listings->context);
	const Ask *ask = ask_next_ahead(part->ask);
	Listing *listing = NULL;

	if (ask != NULL)
	{
		ListingPart *more = (ListingPart *) palloc(sizeof(ListingPart));

		*more = (ListingPart){part->parent, ask};
		listings->parts = list_insert_nth(listings->parts, n + 1, more);
		listing = make_listing(listings, n + 1);
		listings->made = list_insert_nth(listings->made, n + 1, listing);
		for (int i = n + 2; i < list_length(listings->made); i++)
			((Listing *) list_nth(listings->made, i))->number = i;
	}
	MemoryContextSwitchTo(saved);
	return listing;
}

void
listings_begin_again(Listings *listings)
{
	listings->made = listings->parts = NIL;
}
