/*
 * optional.c
 *		Columns that a scan reads where nothing can go wrong.
 *
 * Owns: which columns fit their values for certain.  Of a row that is deleted
 * the log shows all values; one that cannot be shown is no reason to keep the row.
 */
#include "scan/optional.h"

#include "catalog/pg_type.h"
#include "utils/lsyscache.h"

/* Can every value of the expected type be one of the declared type? */
static bool
type_holds_all(Oid declared, int32 typmod, Oid expected)
{
	if (typmod != -1)
		return false;
	return declared == expected || declared == TEXTOID || declared == VARCHAROID;
}

/* Of an attribute: is its type the column's, or text; and may there be so many values? */
static bool
fits_attribute(const ColumnBinding *binding)
{
	Oid element = get_element_type(binding->type);

	if (binding->property == NULL)
		return binding->type == JSONBOID || binding->type == JSONOID;
	if (binding->single && binding->multi)
		return false;
	return type_holds_all(OidIsValid(element) ? element : binding->type, binding->typmod, binding->property->type);
}

/* Does every value of what the column shows fit it? */
static bool
fits_column(const ColumnBinding *binding)
{
	if (binding->missing)
		return false;
	if (binding->kind == COLUMN_ATTRIBUTE)
		return fits_attribute(binding);
	return binding->kind == COLUMN_FIELD && type_holds_all(binding->type, binding->typmod, binding->field->type);
}

/* Those of the columns whose values can be read for certain. */
List *
optional_columns(const RemoteRelation *relation, List *attnums, List *definitions)
{
	RemoteRelation lenient = *relation;
	List *columns = NIL;
	ListCell *lc;

	lenient.missing_is_null = true;
	foreach(lc, attnums)
	{
		if (fits_column(column_bind(&lenient, (AttrNumber) lfirst_int(lc), definitions)))
			columns = lappend_int(columns, lfirst_int(lc));
	}
	return columns;
}
