/*
 * offers.c
 *		Which tables a workspace offers, and what they are called.
 *
 * Owns: table names and their collisions.  Makes no request.
 */
#include "attio/offers.h"

#include "attio/endpoints.h"
#include "attio/naming.h"

/* Has a table of that name been offered? */
static bool
is_offered(List *offers, const char *table)
{
	ListCell *lc;

	foreach(lc, offers)
		if (strcmp(((Offer *) lfirst(lc))->table, table) == 0)
			return true;
	return false;
}

/* One more table that can be imported. */
static List *
add_offer(List *offers, const ResourceDef *resource, const TargetDef *target, char *table, const char *wanted)
{
	Offer *made = (Offer *) palloc(sizeof(Offer));

	made->table = table;
	made->instead_of = strcmp(table, wanted) == 0 ? NULL : wanted;
	made->resource = resource;
	made->target = target;
	return lappend(offers, made);
}

/* A name that is free: the wanted one, else the other, else with the id. */
static char *
free_name(List *offers, const char *wanted, const char *other, const char *id)
{
	if (!is_offered(offers, wanted))
		return pstrdup(wanted);
	if (!is_offered(offers, other))
		return pstrdup(other);
	return shorten_name(psprintf("%s_%.8s", wanted, id), "", id);
}

/* A table for each of these objects or lists, under a name that is free. */
static List *
offer_targets(List *offers, List *targets, const ResourceDef *resource)
{
	ListCell *lc;

	foreach(lc, targets)
	{
		const TargetDef *target = (const TargetDef *) lfirst(lc);
		char *wanted =
			target->slug == NULL ? psprintf("object_%.8s", target->id) : shorten_name(target->slug, "", target->id);
		char *other = target->slug == NULL ? wanted : shorten_name(target->slug, "_list", target->id);
		char *table = free_name(offers, wanted, target->kind == &target_list ? other : wanted, target->id);

		offers = add_offer(offers, resource, target, table, wanted);
	}
	return offers;
}

static List *
offer_resources(List *offers)
{
	for (const ResourceDef *resource = attio_resources; resource->name != NULL; resource++)
		if (!resource->is_template)
			offers = add_offer(offers, resource, NULL,
							   free_name(offers, resource->name, psprintf("attio_%s", resource->name), "resource"),
							   resource->name);
	return offers;
}

/* Names are decided over the whole workspace, whatever is imported. */
List *
offers_all(List *objects, List *lists)
{
	List *offers = NIL;

	offers = offer_targets(offers, objects, resource_records);
	offers = offer_targets(offers, lists, resource_entries);
	return offer_resources(offers);
}
