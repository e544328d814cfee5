/*
 * sorts.c
 *		The sorts of a plan, made into what Attio reads.
 *
 * Owns: the sorts array (API.md 7.3).  The id comes last, so that equals have an
 * order too.
 */
#include "scan/sorts.h"

static void
add_sort(JsonTree *sorts, const char *slug, const char *field, bool descending)
{
	JsonTree *sort = json_object_new_object();

	json_object_object_add(sort, "attribute", json_object_new_string(slug));
	json_object_object_add(sort, "direction", json_object_new_string(descending ? "desc" : "asc"));
	if (field != NULL)
		json_object_object_add(sort, "field", json_object_new_string(field));
	json_object_array_add(sorts, sort);
}

/* A tree that belongs to the memory context, of which the caller may give away another reference. */
static JsonTree *
make_sorts(void)
{
	return json_at(json_read("{\"sorts\":[]}", 12), "sorts");
}

/* By created_at, and the id among equals. */
JsonTree *
sorts_by_created_at(const AttioRelation *relation, bool descending)
{
	JsonTree *sorts = make_sorts();

	add_sort(sorts, "created_at", NULL, descending);
	add_sort(sorts, resource_id_attribute(relation->resource), NULL, false);
	return sorts;
}

/*
 * By the keys of the plan.  An attribute that is gone, or of another type than
 * the plan counts on, is an ERROR: the rows would have another order.
 */
JsonTree *
sorts_build(const FilterInput *input, List *keys)
{
	JsonTree *sorts = make_sorts();
	ListCell *lc;

	foreach(lc, keys)
	{
		List *key = (List *) lfirst(lc);
		const char *id = strVal(linitial(key));
		const char *slug = strVal(lsecond(key));
		const AttributeType *type = attribute_type(strVal(lthird(key)));
		const PropertyDef *property = attribute_property(type, strVal(lfourth(key)));
		const char *field = property == type->properties && type->sorts_plainly ? NULL : property->filter_field;

		if (input->session != NULL)
		{
			const AttributeDef *attribute =
				id[0] != '\0' ? attribute_by_id(input->definitions, id) : attribute_by_slug(input->definitions, slug);

			if (attribute == NULL || attribute->type != type || attribute->multiselect)
				ereport(ERROR, (errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
								errmsg("attribute \"%s\" is no longer what the column of \"%s\" was made for", slug,
									   input->relation->name),
								errhint("Import the table again.")));
			slug = attribute->slug;
		}
		add_sort(sorts, slug, field, intVal(list_nth(key, 4)) != 0);
	}
	add_sort(sorts, resource_id_attribute(input->relation->resource), NULL, false);
	return sorts;
}
