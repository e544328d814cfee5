/*
 * value_conditions.c
 *		Which conditions on a property of an attribute's value are sent.
 *
 * Owns: the words for what traits.c says, where rows are such values.
 */
#include "attio/value_conditions.h"

#include "attio/attribute.h"
#include "attio/interactions.h"
#include "attio/traits.h"

char *
attio_value_conditions(const FieldDef *field)
{
	const FilterTraits *traits = filter_traits(attribute_property(interaction_of_any()->type, field->path));

	if (traits->value.operands == OPERANDS_NONE)
		return NULL;
	return psprintf("=, = ANY%s%s%s", traits->value.ranges ? ", <, <=, >=, >" : "",
					traits->not_empty != NOT_EMPTY_NONE && !field->not_null ? ", IS NOT NULL" : "",
					traits->value.sorts == SORTS_AS_SQL ? ", ORDER BY" : "");
}
