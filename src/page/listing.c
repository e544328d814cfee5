/*
 * listing.c
 *		What one scan walks through: one listing, or one for each of many.
 *
 * Owns: the paths of listings.  Must not know pages.
 */
#include "page/listing.h"

static List *
add_listing(List *listings, const char *path, JsonTree *filter)
{
	Listing *listing = (Listing *) palloc0(sizeof(Listing));

	listing->path = path;
	listing->filter = filter;
	return lappend(listings, listing);
}

/* The listing of this object or list, or of one of its attributes. */
static List *
add_target(List *listings, const char *path, const TargetDef *target, const AttributeDef *attribute)
{
	Listing *listing;

	listings = add_listing(listings, path, NULL);
	listing = (Listing *) llast(listings);
	listing->is_list = target->is_list;
	listing->target_id = target->id;
	listing->target_slug = target->slug;
	listing->attribute_id = attribute == NULL ? NULL : attribute->id;
	listing->attribute_slug = attribute == NULL ? NULL : attribute->slug;
	return listings;
}

/* Listings of one object or list: its attributes, or those of one type. */
static List *
spread_target(List *listings, Session *session, const ResourceDef *resource, const TargetDef *target)
{
	const char *prefix = psprintf("%s/%s", target->is_list ? "lists" : "objects", target->id);
	List *attributes;
	ListCell *lc;
	TargetRefusal refusal = {0};

	if (resource->spread == SPREAD_TARGETS)
		return add_target(listings, psprintf(resource->path, prefix), target, NULL);
	attributes = metadata_attributes(session, target->is_list, target->id, target->slug, &refusal);
	foreach(lc, attributes)
	{
		const AttributeDef *attribute = (const AttributeDef *) lfirst(lc);

		if (strcmp(attribute->type_name, resource->attribute_type) == 0)
			listings =
				add_target(listings, psprintf(resource->path, psprintf("%s/attributes/%s", prefix, attribute->id)),
						   target, attribute);
	}
	return listings;
}

/* Listings of all objects and lists; what is independent is asked for at once. */
static List *
spread(Session *session, const ResourceDef *resource)
{
	List *targets;
	List *listings = NIL;
	ListCell *lc;
	int next = 0;

	metadata_ask_targets(session);
	targets = metadata_targets(session, false);
	targets = list_concat(targets, metadata_targets(session, true));
	foreach(lc, targets)
	{
		if (resource->spread != SPREAD_TARGETS)
			metadata_ask_ahead(session, targets, &next);
		listings = spread_target(listings, session, resource, (const TargetDef *) lfirst(lc));
	}
	return listings;
}

/*
 * What a scan with these asks walks through: a List of Listing, in the
 * current memory context.  May make requests.
 */
List *
listings_make(Session *session, const AttioRelation *relation, const AskSet *asks)
{
	const ResourceDef *resource = relation->resource;
	const char *path = resource->path;
	List *listings = NIL;
	ListCell *lc;

	if (asks->nothing)
		return NIL;
	if (resource->spread != SPREAD_ONE)
		return spread(session, resource);
	if (relation->slug != NULL)
		path = psprintf(path, http_escape(relation_identifier(relation)));
	foreach(lc, asks->asks)
		listings = add_listing(listings, path, ((const Ask *) lfirst(lc))->filter);
	return listings == NIL ? add_listing(NIL, path, NULL) : listings;
}
