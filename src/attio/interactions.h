/*
 * interactions.h
 *		The attributes whose values are interactions: a listing for each.
 */
#ifndef ATTIO_INTERACTIONS_H
#define ATTIO_INTERACTIONS_H

#include "attio/metadata.h"
#include "remote/table.h"

/* One listing: what it is given, and the attribute that it is of. */
typedef struct InteractionListing
{
	List *given;
	const AttributeDef *attribute;
} InteractionListing;

/* Stands for the attribute of any listing: its slug is what the listing is given. */
extern const AttributeDef *interaction_of_any(void);

/*
 * The listings that the conditions leave: a List of InteractionListing, which
 * lives as long as the session is pinned.  At most metadata_ttl old; notes in the
 * relation by which definitions.  May make requests.
 */
extern List *interaction_listings(Session *session, const AskInput *input);

/*
 * An answer casts doubt on the definitions that the relation's present listings
 * are of: are there others by now?  Asks for them again, once a statement.
 */
extern bool interactions_have_changed(const RemoteRelation *relation, Session *session, ScanCost *cost);

#endif /* ATTIO_INTERACTIONS_H */
