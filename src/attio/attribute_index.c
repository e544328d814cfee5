/*
 * attribute_index.c
 *		Finding attribute definitions by their ids and slugs.
 *
 * Owns: that a table of a thousand columns is bound in linear time.  Must not
 * know where definitions come from.
 */
#include "attio/attribute_index.h"

#include "base/text_index.h"

/* Definitions up to which they are looked through. */
#define FEW_ATTRIBUTES 8

struct AttributeIndex
{
	const List *of;
	TextIndex *by_id;
	TextIndex *by_slug;
};

void
attribute_index_make(List *attributes)
{
	struct AttributeIndex *index;
	ListCell *lc;

	if (list_length(attributes) <= FEW_ATTRIBUTES)
		return;
	index = (struct AttributeIndex *) palloc(sizeof(struct AttributeIndex));
	index->of = attributes;
	index->by_id = text_index_make(true);
	index->by_slug = text_index_make(false);
	foreach(lc, attributes)
	{
		const AttributeDef *attribute = (const AttributeDef *) lfirst(lc);

		text_index_add(index->by_id, attribute->id, attribute);
		text_index_add(index->by_slug, attribute->slug, attribute);
	}
	((AttributeDef *) linitial(attributes))->index = index;
}

/* The index of exactly these definitions, or NULL. */
static const struct AttributeIndex *
index_of(const List *attributes)
{
	const struct AttributeIndex *index =
		attributes == NIL ? NULL : ((const AttributeDef *) linitial(attributes))->index;

	return index != NULL && index->of == attributes ? index : NULL;
}

const AttributeDef *
attribute_by_id(List *attributes, const char *id)
{
	const struct AttributeIndex *index = index_of(attributes);
	ListCell *lc;

	if (index != NULL)
		return (const AttributeDef *) text_index_find(index->by_id, id);
	foreach(lc, attributes)
		if (pg_strcasecmp(((const AttributeDef *) lfirst(lc))->id, id) == 0)
			return (const AttributeDef *) lfirst(lc);
	return NULL;
}

const AttributeDef *
attribute_by_slug(List *attributes, const char *slug)
{
	const struct AttributeIndex *index = index_of(attributes);
	ListCell *lc;

	if (index != NULL)
		return (const AttributeDef *) text_index_find(index->by_slug, slug);
	foreach(lc, attributes)
		if (strcmp(((const AttributeDef *) lfirst(lc))->slug, slug) == 0)
			return (const AttributeDef *) lfirst(lc);
	return NULL;
}
