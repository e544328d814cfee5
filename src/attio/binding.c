/*
 * binding.c
 *		Which attribute a column shows now.
 *
 * Owns: the meaning of the options attribute, attribute_id and property, and of
 * a column's name, by the present definitions.  Must not know how rows are read.
 */
#include "attio/binding.h"

#include "base/errors.h"
#include "catalog/pg_type.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"

/* No type has more properties than these. */
#define PROPERTY_LIMIT 64

/* ----- the names of columns without options ----- */

/* The names that the import would give, made once for each reading of the definitions. */
struct NameIndex
{
	MemoryContext context; /* the relation's */
	List *definitions;     /* that the names are of */
	List *names;           /* for a suggestion */
	HTAB *columns;         /* NamedColumn; NULL until asked for */
};

typedef struct NamedColumn
{
	char name[NAMEDATALEN]; /* hash key */
	const ColumnName *column;
} NamedColumn;

struct NameIndex *
name_index_make(void)
{
	struct NameIndex *index = (struct NameIndex *) palloc0(sizeof(struct NameIndex));

	index->context = CurrentMemoryContext;
	return index;
}

/* Make the names anew, of these definitions. */
static void
fill_name_index(const RemoteRelation *relation, List *definitions)
{
	struct NameIndex *index = relation->names;
	HASHCTL ctl = {.keysize = NAMEDATALEN, .entrysize = sizeof(NamedColumn), .hcxt = index->context};
	MemoryContext saved = MemoryContextSwitchTo(index->context);
	List *left_out = NIL;
	ListCell *lc;

	if (index->columns != NULL)
		hash_destroy(index->columns);
	index->columns = hash_create("attio_fdw names of columns", 64, &ctl, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	index->definitions = definitions;
	index->names = NIL;
	foreach(lc, name_columns(relation->resource, definitions, COLUMNS_ANY, &left_out))
	{
		const ColumnName *column = (const ColumnName *) lfirst(lc);
		NamedColumn *entry;
		bool found;

		index->names = lappend(index->names, column->name);
		entry = (NamedColumn *) hash_search(index->columns, column->name, HASH_ENTER, &found);
		if (!found)
			entry->column = column;
	}
	MemoryContextSwitchTo(saved);
}

const ColumnName *
relation_named_column(const RemoteRelation *relation, const char *name, List *definitions)
{
	const NamedColumn *entry;

	if (relation->names->columns == NULL || relation->names->definitions != definitions)
		fill_name_index(relation, definitions);
	entry = (const NamedColumn *) hash_search(relation->names->columns, name, HASH_FIND, NULL);
	return entry == NULL ? NULL : entry->column;
}

/* ----- attributes ----- */

/*
 * The column's attribute is not among the definitions: it shows NULL if the
 * table's options allow it, else an ERROR is raised.
 */
static void
bind_missing(const RemoteRelation *relation, ColumnBinding *binding, const char *what, List *names)
{
	const char *nearest;

	binding->missing = true;
	if (relation->missing_is_null)
		return;
	if (relation->target == NULL)
		ereport(
			ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("column \"%s\" of foreign table \"%s\" has no attribute in Attio", binding->name, relation->name),
			 errdetail("Rows of %s have fields, and no attributes.", relation->resource->name),
			 errhint("Use the option \"field\" of the column in the place of \"attribute\" or \"attribute_id\".")));
	nearest = closest_in_list(binding->name, names);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("column \"%s\" of foreign table \"%s\" has no attribute in Attio", binding->name, relation->name),
			 relation->history != NULL
				 ? errdetail("The table shows the history of one attribute, and no other attribute.")
				 : errdetail("The %s does not exist in %s \"%s\"; it may have been archived or renamed.", what,
							 relation->target->kind->noun, relation->target->slug),
			 nearest != NULL && strcmp(nearest, binding->name) != 0
				 ? errhint("Perhaps you meant \"%s\". Otherwise drop the column, or set the table option "
						   "missing_attribute to 'null'.",
						   nearest)
				 : errhint("Drop the column, or set the table option missing_attribute to 'null'.")));
}

/* char *, for a suggestion. */
static List *
slugs_of(List *definitions)
{
	List *slugs = NIL;
	ListCell *lc;

	foreach(lc, definitions)
		slugs = lappend(slugs, ((AttributeDef *) lfirst(lc))->slug);
	return slugs;
}

/* Bind a column to a property of its attribute; NULL is the main one, or in a column of JSON the whole value. */
static void
bind_property(const RemoteRelation *relation, ColumnBinding *binding, const AttributeDef *attribute,
			  const char *property)
{
	const char *known[PROPERTY_LIMIT];
	int nknown = 0;
	const char *nearest;

	binding->attribute = attribute;
	binding->attribute_name = attribute->slug;
	binding->attribute_type = attribute->type_name;
	binding->multi = attribute->multiselect;
	if (attribute->type == NULL ||
		(property == NULL && (getBaseType(binding->type) == JSONBOID || getBaseType(binding->type) == JSONOID)))
		return; /* the value objects as they came */
	binding->property = attribute_property(attribute->type, property == NULL ? "" : property);
	if (binding->property != NULL)
		return;
	for (int i = 1; i < attribute->type->nproperties && nknown < PROPERTY_LIMIT; i++)
		known[nknown++] = attribute->type->properties[i].name;
	nearest = closest_match(property, known, nknown);
	ereport(ERROR, (errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
					errmsg("column \"%s\" of foreign table \"%s\" names an unknown property: \"%s\"", binding->name,
						   relation->name, property),
					errdetail("Attribute \"%s\" is of type %s.", attribute->slug, attribute->type_name),
					nearest != NULL ? errhint("Perhaps you meant \"%s\".", nearest) : 0));
}

/* A column with the option attribute or attribute_id. */
static void
bind_by_options(const RemoteRelation *relation, const DeclaredColumn *column, List *definitions, ColumnBinding *binding)
{
	/* The id decides: slugs can be changed, and taken over by another attribute. */
	const AttributeDef *attribute = column->attribute_id != NULL ? attribute_by_id(definitions, column->attribute_id)
																 : attribute_by_slug(definitions, column->attribute);

	if (attribute == NULL)
	{
		bind_missing(relation, binding,
					 column->attribute_id != NULL ? psprintf("attribute with id %s", column->attribute_id)
												  : psprintf("attribute \"%s\"", column->attribute),
					 relation->missing_is_null ? NIL : slugs_of(definitions));
		return;
	}
	binding->single = column->tells_multi && !column->multi;
	bind_property(relation, binding, attribute, column->property);
}

/* A column without options: by its name, as the import would call it. */
static void
bind_by_name(const RemoteRelation *relation, ColumnBinding *binding, List *definitions)
{
	const ColumnName *column = relation_named_column(relation, binding->name, definitions);

	if (column == NULL)
	{
		bind_missing(relation, binding, psprintf("attribute for the name \"%s\"", binding->name),
					 relation->names->names);
		return;
	}
	binding->kind = column->kind;
	binding->field = column->field;
	if (column->kind == COLUMN_ATTRIBUTE)
		bind_property(relation, binding, column->attribute,
					  column->property == NULL || column->property->name[0] == '\0' ? NULL : column->property->name);
}

/* A property of the attribute that the listing is of: the one definition. */
static void
bind_value(const RemoteRelation *relation, const DeclaredColumn *column, List *definitions, ColumnBinding *binding)
{
	const char *property = column->field->path;

	binding->name_given = relation->resource->value_of;
	bind_property(relation, binding, (const AttributeDef *) linitial(definitions),
				  property[0] == '\0' ? NULL : property);
}

void
attio_bind_column(const RemoteRelation *relation, const DeclaredColumn *column, List *definitions,
				  ColumnBinding *binding)
{
	if (column->kind == COLUMN_ATTRIBUTE && column->field != NULL)
		bind_value(relation, column, definitions, binding);
	else if (column->by_name && column->kind == COLUMN_ATTRIBUTE)
		bind_by_name(relation, binding, definitions);
	else if (column->kind == COLUMN_ATTRIBUTE)
		bind_by_options(relation, column, definitions, binding);
	if (binding->kind == COLUMN_CHANGED_AT)
		binding->all_attribute_names = slugs_of(definitions);
}
