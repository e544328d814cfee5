/*
 * attribute_index.h
 *		Finding attribute definitions by their ids and slugs.
 */
#ifndef ATTIO_ATTRIBUTE_INDEX_H
#define ATTIO_ATTRIBUTE_INDEX_H

#include "attio/attribute_pages.h"

/*
 * Let the definitions of a List that does not change any more be found by a
 * hash.  What that takes is in the current memory context, which must live as
 * long as the List.
 */
extern void attribute_index_make(List *attributes);

/* The first definition with this id, or NULL; ids may differ in case. */
extern const AttributeDef *attribute_by_id(List *attributes, const char *id);

/* The first definition with this slug, or NULL. */
extern const AttributeDef *attribute_by_slug(List *attributes, const char *slug);

#endif /* ATTIO_ATTRIBUTE_INDEX_H */
