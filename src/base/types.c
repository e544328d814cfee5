/*
 * types.c
 *		What readers and writers of values ask of the catalog of types.
 */
#include "base/types.h"

#include "utils/lsyscache.h"

/*
 * The type of an array's elements, if the type is one; else InvalidOid.  The
 * vectors of the catalogs, which have elements too, are no arrays: their
 * functions trust that they have one dimension.
 */
Oid
element_type_of(Oid type)
{
	Oid base = getBaseType(type);
	Oid element = get_element_type(base);

	return OidIsValid(element) && get_array_type(element) == base ? element : InvalidOid;
}
