/*
 * sorts.c
 *		The sorts of a plan, made into what Attio reads.
 *
 * Owns: the sorts array (docs/attio-api.md 7.3).  The id comes last, so that
 * equals have an order too.
 */
#include "attio/sorts.h"

/* One sort of the array; without a field it is the attribute's own. */
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

/* The column of a key as it is now. */
static const ColumnBinding *
bind_key(const SortInput *input, const SortKey *key)
{
	return column_bind(input->relation, key->attnum, input->definitions);
}

/*
 * Do the columns of the keys show what the plan took them for, so that Attio
 * can give their order?  One that is gone is NULL in every row: any order is
 * right.  Makes no request.
 */
bool
sorts_are_as_planned(const SortInput *input)
{
	for (int i = 0; i < input->nkeys; i++)
	{
		const SortKey *key = &input->keys[i];
		const ColumnBinding *binding = bind_key(input, key);

		if (binding->missing ||
			(clause_is_as_planned(binding, key->type, key->property) && !binding->attribute->multiselect &&
			 (input->shape == SORT_ONE_PAGE || strcmp(binding->attribute_name, "created_at") == 0)))
			continue;
		compat_forget_plans(input->relation->table);
		return false;
	}
	return true;
}

/* One key, under its attribute's present slug; one whose attribute is gone orders nothing. */
static void
add_key(const SortInput *input, const SortKey *key, JsonTree *sorts)
{
	const ColumnBinding *binding = bind_key(input, key);
	const AttributeType *type = attribute_type(key->type);
	const PropertyDef *property = attribute_property(type, key->property);

	if (!binding->missing)
		add_sort(sorts, binding->attribute_name,
				 property == type->properties && type->sorts_plainly ? NULL : property->filter_field, key->descending);
}

/*
 * The array of sorts for an order, whose keys are as planned.  Makes no request;
 * belongs to the current memory context.
 */
JsonTree *
sorts_write(const SortInput *input)
{
	JsonTree *sorts = json_make_array();

	if (input->shape != SORT_ONE_PAGE)
		add_sort(sorts, "created_at", NULL, input->shape == SORT_CREATED_DESC);
	for (int i = 0; i < input->nkeys && input->shape == SORT_ONE_PAGE; i++)
		add_key(input, &input->keys[i], sorts);
	if (input->with_id)
		add_sort(sorts, resource_id_name(input->relation->resource), NULL, false);
	return sorts;
}
