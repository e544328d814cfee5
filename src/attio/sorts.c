/*
 * sorts.c
 *		The sorts of a plan, made into what Attio reads.
 *
 * Owns: the sorts array (docs/attio-api.md 7.3).  The id comes last, so that
 * equals have an order too.
 */
#include "attio/sorts.h"

#include "attio/condition.h"

static void
add_sort(JsonTree *sorts, const char *slug, const char *field, bool descending)
{
	JsonTree *sort = json_make_object();

	json_put(sort, "attribute", json_text(slug));
	json_put(sort, "direction", json_text(descending ? "desc" : "asc"));
	if (field != NULL)
		json_put(sort, "field", json_text(field));
	json_append(sorts, sort);
}

/* By created_at, and the id among equals unless that is left out. */
JsonTree *
sorts_by_created_at(const AttioRelation *relation, bool descending, bool with_id)
{
	JsonTree *sorts = json_make_array();

	add_sort(sorts, "created_at", NULL, descending);
	if (with_id)
		add_sort(sorts, resource_id_name(relation->resource), NULL, false);
	return sorts;
}

/* The column of a key as it is now. */
static const ColumnBinding *
bind_key(const FilterInput *input, const SortKey *key)
{
	return relation_bind_number(input->relation, key->attnum, input->definitions);
}

/*
 * Do the columns of these keys show what the plan took them for, so that Attio
 * can give their order?  One that is gone is NULL in every row: any order is
 * right.
 */
bool
sorts_are_as_planned(const FilterInput *input, const SortKey *keys, int nkeys, SortShape shape)
{
	for (int i = 0; i < nkeys; i++)
	{
		const ColumnBinding *binding = bind_key(input, &keys[i]);

		if (binding->missing ||
			(filter_is_as_planned(binding, keys[i].type, keys[i].property) && !binding->attribute->multiselect &&
			 (shape == SORT_ONE_PAGE || strcmp(binding->slug, "created_at") == 0)))
			continue;
		attio_forget_plans(input->relation->table);
		return false;
	}
	return true;
}

/* By the keys of the plan, which are as planned; one whose attribute is gone orders nothing. */
JsonTree *
sorts_build(const FilterInput *input, const SortKey *keys, int nkeys, bool with_id)
{
	JsonTree *sorts = json_make_array();

	for (int i = 0; i < nkeys; i++)
	{
		const char *slug = keys[i].slug;
		const AttributeType *type = attribute_type(keys[i].type);
		const PropertyDef *property = attribute_property(type, keys[i].property);
		const char *field = property == type->properties && type->sorts_plainly ? NULL : property->filter_field;

		if (input->session != NULL)
		{
			const ColumnBinding *binding = bind_key(input, &keys[i]);

			if (binding->missing)
				continue;
			slug = binding->slug;
		}
		add_sort(sorts, slug, field, keys[i].descending);
	}
	if (with_id)
		add_sort(sorts, resource_id_name(input->relation->resource), NULL, false);
	return sorts;
}
