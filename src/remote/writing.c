/*
 * writing.c
 *		Which columns of a row a statement assigns.
 *
 * Must not know what is sent of them.
 */
#include "remote/writing.h"

#include "utils/typcache.h"

/* Does the column hold another value than the row that was read? */
static bool
column_differs(const RowChange *change, int at)
{
	Form_pg_attribute attribute = TupleDescAttr(change->slot->tts_tupleDescriptor, at);
	bool isnull = change->slot->tts_isnull[at];
	TypeCacheEntry *type;

	if (isnull || change->old_nulls[at])
		return isnull != change->old_nulls[at];
	type = lookup_type_cache(attribute->atttypid, TYPECACHE_EQ_OPR_FINFO);
	return !OidIsValid(type->eq_opr) ||
		   !DatumGetBool(FunctionCall2Coll(&type->eq_opr_finfo, attribute->attcollation, change->old_values[at],
										   change->slot->tts_values[at]));
}

bool
change_assigns(const RowChange *change, int at)
{
	switch (change->rule)
	{
		case ASSIGN_GIVEN:
			return !change->slot->tts_isnull[at];
		case ASSIGN_CHANGED:
			return column_differs(change, at);
		case ASSIGN_ALL:
			return true;
	}
	return false;
}
