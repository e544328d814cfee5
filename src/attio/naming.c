/*
 * naming.c
 *		Which columns a table has and what they are called.
 *
 * Owns: the naming rules of docs/types.md.  An attribute's slug owns the plain
 * name; what is ours yields, but for the keys.
 */
#include "attio/naming.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/hsearch.h"

#define MAX_NAME (NAMEDATALEN - 1)

/* Beyond this, companions are left out; a table of PostgreSQL holds 1,600. */
#define MAX_COLUMNS 1500

static const char *const system_columns[] = {"ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"};

/*
 * stem and suffix as an identifier.  Too long, the stem is cut at a character
 * and "_" with 8 hex digits of the id put before the suffix, which stays whole.
 */
char *
shorten_name(const char *stem, const char *suffix, const char *id)
{
	int length = (int) strlen(stem);
	int room = MAX_NAME - (int) strlen(suffix);

	if (length <= room)
		return psprintf("%s%s", stem, suffix);
	length = pg_encoding_mbcliplen(PG_UTF8, stem, length, room - 9);
	return psprintf("%.*s_%.8s%s", length, stem, id, suffix);
}

/* The names of all attribute columns so far; a table may have a thousand attributes. */
static HTAB *
make_names(void)
{
	HASHCTL ctl = {.keysize = NAMEDATALEN, .entrysize = NAMEDATALEN, .hcxt = CurrentMemoryContext};

	return hash_create("attio_fdw names", 256, &ctl, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
}

static bool
is_taken(HTAB *names, const char *name)
{
	bool found;

	(void) hash_search(names, name, HASH_FIND, &found);
	return found;
}

static void
take_name(HTAB *names, const char *name)
{
	(void) hash_search(names, name, HASH_ENTER, NULL);
}

/* Is this field a key, whose name no attribute may take? */
static bool
is_key_field(const FieldDef *field)
{
	return field->not_null;
}

static bool
is_reserved(const ResourceDef *resource, const char *slug)
{
	const FieldDef *field = resource_field(resource, slug);

	for (int i = 0; i < (int) lengthof(system_columns); i++)
		if (strcmp(slug, system_columns[i]) == 0)
			return true;
	return field != NULL && is_key_field(field);
}

/* Does a key column show this attribute already (record_id, entry_id)? */
static bool
is_key_attribute(const ResourceDef *resource, const AttributeDef *attribute)
{
	const FieldDef *field = resource_field(resource, attribute->slug);

	return attribute->is_system && field != NULL && is_key_field(field);
}

static ColumnName *
new_column(ColumnKind kind, char *name, Oid type)
{
	ColumnName *column = (ColumnName *) palloc0(sizeof(ColumnName));

	column->kind = kind;
	column->name = name;
	column->type = type;
	return column;
}

/* Does this set of columns show the property? */
static bool
property_wanted(const AttributeDef *attribute, const PropertyDef *property, ColumnSet set)
{
	bool everything = (set == COLUMNS_ALL || set == COLUMNS_ANY);

	switch (property->import)
	{
		case IMPORT_DEFAULT:
			return true;
		case IMPORT_DEFAULT_SINGLE:
			return everything || !attribute->multiselect;
		case IMPORT_DEFAULT_MULTI:
			return attribute->multiselect;
		case IMPORT_DEFAULT_SEVERAL:
			return everything || attribute->several_targets;
		case IMPORT_ALL:
			return everything;
		case IMPORT_NEVER:
			return set == COLUMNS_ANY;
	}
	return false;
}

/* The column of one property; its name is not yet checked against others. */
static ColumnName *
property_column(const ResourceDef *resource, const AttributeDef *attribute, const PropertyDef *property)
{
	bool main_one = (property == NULL || property->name[0] == '\0');
	const char *suffix;
	ColumnName *column;

	if (main_one)
		suffix = is_reserved(resource, attribute->slug) ? "__attr" : "";
	else
		suffix = psprintf("__%s", property->name);
	/* A type that this version does not know is shown as it came. */
	column = new_column(COLUMN_ATTRIBUTE, shorten_name(attribute->slug, suffix, attribute->id),
						property == NULL ? JSONBOID : property->type);
	column->attribute = attribute;
	column->property = property;
	column->companion = !main_one;
	column->is_array = property != NULL && attribute->multiselect && !property->first_only;
	return column;
}

/* All attributes' main columns: they claim their names before any companion. */
static List *
main_columns(const ResourceDef *resource, List *attributes, HTAB *names)
{
	List *columns = NIL;
	ListCell *lc;

	foreach(lc, attributes)
	{
		const AttributeDef *attribute = (const AttributeDef *) lfirst(lc);
		ColumnName *column;

		if (is_key_attribute(resource, attribute))
			continue;
		column = property_column(resource, attribute, attribute->type == NULL ? NULL : attribute->type->properties);
		if (is_taken(names, column->name))
			column->name = shorten_name(psprintf("%s_%.8s", attribute->slug, attribute->id), "", attribute->id);
		take_name(names, column->name);
		CHECK_FOR_INTERRUPTS();
		columns = lappend(columns, column);
	}
	return columns;
}

/* Put each attribute's wanted companions behind its main column. */
static List *
with_companions(const ResourceDef *resource, List *main, ColumnSet set, HTAB *names, List **left_out)
{
	List *columns = NIL;
	ListCell *lc;

	foreach(lc, main)
	{
		ColumnName *column = (ColumnName *) lfirst(lc);
		const AttributeType *type = column->attribute->type;

		columns = lappend(columns, column);
		for (int i = 1; type != NULL && i < type->nproperties; i++)
		{
			ColumnName *companion;

			if (!property_wanted(column->attribute, &type->properties[i], set))
				continue;
			companion = property_column(resource, column->attribute, &type->properties[i]);
			if (is_taken(names, companion->name))
			{
				*left_out = lappend(*left_out, companion->name);
				continue;
			}
			take_name(names, companion->name);
			columns = lappend(columns, companion);
		}
	}
	return columns;
}

/* A column that shows a field; its name gives way to that of an attribute, unless it is the key. */
static ColumnName *
name_field_column(const FieldDef *field, HTAB *names)
{
	char *name = pstrdup(field->name);
	ColumnName *column;

	if (!is_key_field(field) && is_taken(names, name))
		name = psprintf("attio__%s", field->name);
	column = new_column(COLUMN_FIELD, name, field->type);
	column->field = field;
	column->not_null = field->not_null;
	return column;
}

/* The columns without those that can be left out where there are too many for a table. */
static List *
without_companions(List *columns, List **left_out)
{
	List *kept = NIL;
	ListCell *lc;

	foreach(lc, columns)
	{
		ColumnName *column = (ColumnName *) lfirst(lc);

		if (column->companion || list_length(kept) >= MAX_COLUMNS)
			*left_out = lappend(*left_out, column->name);
		else
			kept = lappend(kept, column);
	}
	return kept;
}

/*
 * The columns of a table, in order: keys, attributes with their companions,
 * other fields, what is ours.  A List of ColumnName that points into
 * "attributes".  Names of columns that found no place are added to left_out.
 */
List *
name_columns(const ResourceDef *resource, List *attributes, ColumnSet set, List **left_out)
{
	HTAB *names = make_names();
	List *main = main_columns(resource, attributes, names);
	List *own = with_companions(resource, main, set, names, left_out);
	List *columns = NIL;
	bool has_values = resource->values != NULL;

	for (int i = 0; i < resource->nfields; i++)
		if (is_key_field(&resource->fields[i]))
			columns = lappend(columns, name_field_column(&resource->fields[i], names));
	columns = list_concat(columns, own);
	for (int i = 0; i < resource->nfields; i++)
		if (!is_key_field(&resource->fields[i]))
			columns = lappend(columns, name_field_column(&resource->fields[i], names));
	if (has_values && (set == COLUMNS_ALL || set == COLUMNS_ANY))
		columns = lappend(columns, new_column(COLUMN_CHANGED_AT, pstrdup("attio__changed_at"), TIMESTAMPTZOID));
	if (set == COLUMNS_RAW || set == COLUMNS_ANY)
		columns = lappend(columns,
						  new_column(COLUMN_RAW, pstrdup(is_taken(names, "_raw") ? "attio__raw" : "_raw"), JSONBOID));
	if (list_length(columns) > MAX_COLUMNS)
		columns = without_companions(columns, left_out);
	hash_destroy(names);
	return columns;
}
