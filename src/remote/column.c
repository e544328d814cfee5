/*
 * column.c
 *		The columns of a foreign table.
 *
 * Owns: what the options of a column say, and what a column of a field is worth
 * and shows.  Must not know attributes: what one is, the service says.
 */
#include "remote/column.h"

#include "access/htup_details.h"
#include "base/errors.h"
#include "base/options.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "remote/param_rules.h"
#include "remote/relation.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* ----- declarations ----- */

/* What the name and the type of the column are. */
static void
read_declaration(const RemoteRelation *relation, DeclaredColumn *column)
{
	HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relation->table), Int16GetDatum(column->attnum));
	Form_pg_attribute attribute;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for attribute %d of relation %u", column->attnum, relation->table);
	attribute = (Form_pg_attribute) GETSTRUCT(tuple);
	column->name = pstrdup(NameStr(attribute->attname));
	column->type = attribute->atttypid;
	column->typmod = attribute->atttypmod;
	column->not_null = attribute->attnotnull;
	ReleaseSysCache(tuple);
}

/* What the options of the column are. */
static void
read_column_options(const RemoteRelation *relation, DeclaredColumn *column)
{
	List *options = GetForeignColumnOptions(relation->table, column->attnum);
	const char *multi = option_if_set(options, "multiselect");

	column->field_name = option_if_set(options, "field");
	column->attribute = option_if_set(options, "attribute");
	column->attribute_id = option_if_set(options, "attribute_id");
	column->property = option_if_set(options, "property");
	column->attribute_type = option_if_set(options, "type");
	column->tells_multi = (multi != NULL);
	if (multi != NULL)
		(void) parse_bool(multi, &column->multi);
}

/* What shows the field, or what stands in the place of one. */
static void
set_field(const ResourceDef *resource, DeclaredColumn *column, const char *name)
{
	column->field = resource_field(resource, name);
	column->kind = column->field != NULL && column->field->source == FIELD_VALUE ? COLUMN_ATTRIBUTE : COLUMN_FIELD;
	if (column->field == NULL && strcmp(name, FIELD_NAME_RAW) == 0)
		column->kind = COLUMN_RAW;
	else if (column->field == NULL && strcmp(name, FIELD_NAME_CHANGED_AT) == 0 && resource->values != NULL)
		column->kind = COLUMN_CHANGED_AT;
}

/*
 * What the options say alone.  Without any the name decides: where rows hold
 * attributes only the names of keys are theirs for certain.
 */
static void
set_kind(const ResourceDef *resource, DeclaredColumn *column)
{
	const FieldDef *field;

	column->kind = COLUMN_ATTRIBUTE;
	if (column->field_name != NULL)
		set_field(resource, column, column->field_name);
	else if (column->attribute == NULL && column->attribute_id == NULL)
	{
		column->by_name = true;
		field = resource_field(resource, column->name);
		if (resource->values == NULL || resource->value_of != NULL || (field != NULL && field->not_null))
			set_field(resource, column, column->name);
	}
}

const DeclaredColumn *
column_declared(const RemoteRelation *relation, AttrNumber attnum)
{
	DeclaredColumn **place = &relation->columns[attnum - 1];
	MemoryContext saved;

	Assert(attnum > 0 && attnum <= relation->natts);
	if (*place != NULL)
		return *place;
	saved = MemoryContextSwitchTo(relation->context);
	*place = (DeclaredColumn *) palloc0(sizeof(DeclaredColumn));
	(*place)->attnum = attnum;
	read_declaration(relation, *place);
	read_column_options(relation, *place);
	set_kind(relation->resource, *place);
	MemoryContextSwitchTo(saved);
	return *place;
}

bool
column_needs_definitions(const RemoteRelation *relation, AttrNumber attnum)
{
	ColumnKind kind = column_declared(relation, attnum)->kind;

	return kind == COLUMN_ATTRIBUTE || kind == COLUMN_CHANGED_AT;
}

bool
column_has_value(const RemoteRelation *relation, AttrNumber attnum)
{
	const DeclaredColumn *column = column_declared(relation, attnum);
	const char *name = column->field_name != NULL  ? column->field_name
					   : column->attribute != NULL ? column->attribute
												   : column->name;
	const FieldDef *field = column->attribute == NULL ? resource_field(relation->resource, name) : NULL;

	if (column->not_null || OidIsValid(get_element_type(getBaseType(column->type))))
		return true;
	if (field != NULL)
		return field->not_null || field->is_always_set;
	return strcmp(name, FIELD_NAME_RAW) == 0 ||
		   (relation->resource->created != NULL && strcmp(name, relation->resource->created) == 0);
}

/* ----- what planning may know ----- */

/* Is the column declared with the field's own type, or one that means the same? */
static bool
is_type_of_field(const DeclaredColumn *column)
{
	return column->typmod == -1 &&
		   (column->type == column->field->type || (column->type == VARCHAROID && column->field->type == TEXTOID));
}

/* A column without attribute: a key, or a field that can be asked for, about which something can be sent. */
static void
hint_field(const RemoteRelation *relation, const DeclaredColumn *column, ColumnHint *hint)
{
	const ResourceDef *resource = relation->resource;
	const char *name = column->field == NULL ? "" : column->field->name;

	hint->field = column->field;
	hint->array = column->field != NULL && OidIsValid(get_element_type(column->field->type));
	for (int i = 0; i < resource->nfields && column->field != NULL; i++)
		hint->needs_others = hint->needs_others || resource->fields[i].always_sent;
	for (int i = 0; i < resource->nfields && column->field != NULL; i++)
		hint->is_sent_with_others =
			hint->is_sent_with_others ||
			(&resource->fields[i] != column->field && fields_are_sent_together(&resource->fields[i], column->field));
	hint->is_key =
		(resource_can(resource, CAN_FILTER) || resource->update.path != NULL || resource->delete.path != NULL) &&
		resource->id_path != NULL && strcmp(name, resource_id_name(resource)) == 0;
	hint->is_parent = resource->parent != NULL && strcmp(name, resource->parent) == 0;
	if (!hint->is_key && !hint->is_parent && params_of_field(resource, name))
		hint->reason = is_type_of_field(column) ? NULL : "declared type differs";
	else if (!hint->is_key && !hint->is_parent)
		hint->reason = resource->values == NULL ? "not a table of records" : "no attribute";
	else if (column->type != column->field->type)
		hint->reason = "declared type differs";
	hint->is_key = hint->is_key && hint->reason == NULL;
	hint->is_parent = hint->is_parent && hint->reason == NULL;
	/* it names a row that is written, but no row can be asked for by it */
	if (hint->is_key && !resource_can(resource, CAN_FILTER) && !params_of_field(resource, name))
		hint->reason = "not a table of records";
}

const ColumnHint *
column_hint(const RemoteRelation *relation, AttrNumber attnum)
{
	const DeclaredColumn *column = column_declared(relation, attnum);
	ColumnHint **place = &relation->hints[attnum - 1];
	MemoryContext saved;

	if (*place != NULL)
		return *place;
	saved = MemoryContextSwitchTo(relation->context);
	*place = (ColumnHint *) palloc0(sizeof(ColumnHint));
	(*place)->attnum = attnum;
	(*place)->attribute_id = "";
	if (column->kind == COLUMN_ATTRIBUTE && relation->resource->values == NULL)
		(*place)->reason = "not a table of records";
	else if (column->kind == COLUMN_ATTRIBUTE)
		relation->service->hint_attribute(relation, column, *place);
	else
		hint_field(relation, column, *place);
	MemoryContextSwitchTo(saved);
	return *place;
}

bool
columns_learn(const RemoteRelation *relation)
{
	for (int i = 0; i < relation->natts; i++)
		if (relation->hints[i] != NULL && relation->hints[i]->learns)
			return true;
	return false;
}

/* ----- fields ----- */

AttrNumber
column_of_field(const RemoteRelation *relation, TupleDesc tupdesc, const FieldDef *field)
{
	for (int i = 1; i <= tupdesc->natts; i++)
		if (compat_is_stored(TupleDescAttr(tupdesc, i - 1)) && column_hint(relation, (AttrNumber) i)->field == field)
			return (AttrNumber) i;
	return 0;
}

/* The column of a field that updates and deletions need; ERROR where the table has none. */
AttrNumber
column_needed(const RemoteRelation *relation, TupleDesc tupdesc, const FieldDef *field)
{
	AttrNumber column = column_of_field(relation, tupdesc, field);

	if (column == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_COLUMN_NUMBER),
				 errmsg("foreign table \"%s\" has no column that shows the rows' %s", relation->name, field->name),
				 errdetail("%s needs it to update or delete a row.", relation->service->title),
				 errhint("Add a column %s of type %s.", field->name, format_type_be(field->type))));
	return column;
}

/* ----- what is shown ----- */

/* The option "field", or the name of a column without options, is not the name of a field.  Does not return. */
static void
raise_unknown_field(const RemoteRelation *relation, const DeclaredColumn *column)
{
	const ResourceDef *resource = relation->resource;
	const char *name = column->field_name != NULL ? column->field_name : column->name;
	const char **names = (const char **) palloc(sizeof(char *) * Max(resource->nfields, 1));
	const char *nearest;

	for (int i = 0; i < resource->nfields; i++)
		names[i] = resource->fields[i].name;
	nearest = closest_match(name, names, resource->nfields);
	ereport(ERROR, (errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
					errmsg("column \"%s\" of foreign table \"%s\" names an unknown field: \"%s\"", column->name,
						   relation->name, name),
					nearest != NULL ? errhint("Perhaps you meant \"%s\".", nearest) : 0));
}

ColumnBinding *
column_bind(const RemoteRelation *relation, AttrNumber attnum, List *definitions)
{
	const DeclaredColumn *column = column_declared(relation, attnum);
	ColumnBinding *binding = (ColumnBinding *) palloc0(sizeof(ColumnBinding));

	/* one of a thousand, perhaps */
	CHECK_FOR_INTERRUPTS();
	binding->attnum = attnum;
	binding->name = column->name;
	binding->type = column->type;
	binding->typmod = column->typmod;
	binding->kind = column->kind;
	binding->field = column->field;
	if (column->kind == COLUMN_FIELD && column->field == NULL)
		raise_unknown_field(relation, column);
	if (column->kind == COLUMN_ATTRIBUTE || column->kind == COLUMN_CHANGED_AT)
		relation->service->bind_column(relation, column, definitions, binding);
	return binding;
}

ColumnBinding *
column_bind_value(const RemoteRelation *relation, List *definitions)
{
	const ResourceDef *resource = relation->resource;
	DeclaredColumn column = {.type = JSONBOID, .typmod = -1, .kind = COLUMN_ATTRIBUTE};
	ColumnBinding *binding = (ColumnBinding *) palloc0(sizeof(ColumnBinding));

	for (int i = 0; i < resource->nfields && column.field == NULL; i++)
		if (resource->fields[i].source == FIELD_VALUE && resource->fields[i].path[0] == '\0')
			column.field = &resource->fields[i];
	if (column.field == NULL)
		elog(ERROR, "resource \"%s\" has no field of its values", resource->name);
	binding->name = column.field->name;
	binding->type = column.type;
	binding->typmod = column.typmod;
	binding->kind = column.kind;
	relation->service->bind_column(relation, &column, definitions, binding);
	return binding;
}
