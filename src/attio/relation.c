/*
 * relation.c
 *		A foreign table, bound to a resource and its columns to attributes.
 *
 * Owns: the meaning of table and column options together with the definitions.
 * Must not know how rows are fetched or decoded.
 */
#include "attio/relation.h"

#include "attio/api.h"
#include "catalog/pg_type.h"
#include "base/errors.h"
#include "base/options.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"

static RemoteFacts
remote_facts(Oid server)
{
	List *options = GetForeignServer(server)->options;
	RemoteFacts facts = {0};

	facts.nulls = option_text(options, ForeignServerRelationId, "remote_nulls");
	facts.text_is_exact = strcmp(option_text(options, ForeignServerRelationId, "remote_text_equality"), "exact") == 0;
	facts.not_matches_empty =
		strcmp(option_text(options, ForeignServerRelationId, "remote_not_matches_empty"), "true") == 0;
	facts.text_order_is_c = strcmp(option_text(options, ForeignServerRelationId, "remote_text_order"), "C") == 0;
	return facts;
}

/* The option list of the table, and what it says. */
AttioRelation *
attio_relation_open(Relation rel)
{
	ForeignTable *table = GetForeignTable(RelationGetRelid(rel));
	List *options = table->options;
	AttioRelation *relation = (AttioRelation *) palloc0(sizeof(AttioRelation));
	const char *object = option_text(options, ForeignTableRelationId, "object");
	const char *list = option_text(options, ForeignTableRelationId, "list");
	const char *resource = option_text(options, ForeignTableRelationId, "resource");

	relation->table = RelationGetRelid(rel);
	relation->name = pstrdup(RelationGetRelationName(rel));
	relation->is_list = (list != NULL);
	if (object != NULL || list != NULL)
	{
		relation->resource = list != NULL ? resource_entries : resource_records;
		relation->slug = list != NULL ? list : object;
		relation->id = option_text(options, ForeignTableRelationId, list != NULL ? "list_id" : "object_id");
	}
	else if (resource != NULL)
		relation->resource = resource_by_name(resource);
	if (relation->resource == NULL)
	{
		const char **names = (const char **) palloc(sizeof(char *) * nresources);
		const char *nearest;

		for (int i = 2; i < nresources; i++)
			names[i - 2] = resources[i].name;
		nearest = resource == NULL ? NULL : closest_match(resource, names, nresources - 2);
		ereport(ERROR, (errcode(ERRCODE_FDW_TABLE_NOT_FOUND),
						errmsg("foreign table \"%s\" names an unknown resource: \"%s\"", relation->name,
							   resource == NULL ? "" : resource),
						nearest != NULL ? errhint("Perhaps you meant \"%s\".", nearest) : 0));
	}
	relation->page_size = option_int(options, ForeignTableRelationId, "page_size");
	if (relation->resource->paging != PAGING_NONE && relation->page_size > relation->resource->max_page)
		relation->page_size = relation->resource->max_page;
	relation->by_created_at = strcmp(option_text(options, ForeignTableRelationId, "page_order"), "created_at") == 0;
	relation->missing_is_null = strcmp(option_text(options, ForeignTableRelationId, "missing_attribute"), "null") == 0;
	relation->estimated_rows =
		option_is_set(options, "estimated_rows") ? option_int(options, ForeignTableRelationId, "estimated_rows") : -1;
	relation->async_capable =
		option_is_set(options, "async_capable")
			? option_bool(options, ForeignTableRelationId, "async_capable")
			: option_bool(GetForeignServer(table->serverid)->options, ForeignServerRelationId, "async_capable");
	relation->view = option_text(options, ForeignTableRelationId, "view");
	relation->matching = option_text(options, ForeignTableRelationId, "matching_attribute");
	relation->join_batch =
		option_int(GetForeignServer(table->serverid)->options, ForeignServerRelationId, "join_batch_size");
	relation->on_ignored_write =
		option_text(GetForeignServer(table->serverid)->options, ForeignServerRelationId, "on_ignored_write");
	relation->remote = remote_facts(table->serverid);
	return relation;
}

/* How paths name the object or list: by id where it is known. */
const char *
relation_identifier(const AttioRelation *relation)
{
	return relation->id != NULL ? relation->id : relation->slug;
}

/* The definitions of the table's attributes; NIL for a resource without any. */
List *
relation_definitions(const AttioRelation *relation, Session *session)
{
	if (relation->resource->values == NULL)
		return NIL;
	return metadata_attributes(session, relation->is_list, relation_identifier(relation), relation->slug, NULL);
}

/*
 * Does binding this column take definitions?  Fields do not, whether the
 * option names them or the column's name is a key's.
 */
bool
relation_column_needs_definitions(const AttioRelation *relation, AttrNumber attnum)
{
	List *options = GetForeignColumnOptions(relation->table, attnum);
	const char *field;
	const FieldDef *key;

	if (relation->resource->values == NULL)
		return false;
	field = option_text(options, AttributeRelationId, "field");
	if (field != NULL)
		return strcmp(field, FIELD_NAME_CHANGED_AT) == 0;
	if (option_is_set(options, "attribute") || option_is_set(options, "attribute_id"))
		return true;
	key = resource_field(relation->resource, get_attname(relation->table, attnum, false));
	return key == NULL || !key->not_null;
}

static void
bind_field(const AttioRelation *relation, ColumnBinding *binding, const char *name)
{
	const char *known[64] = {NULL};
	int nknown = 0;
	const char *nearest;

	binding->kind = COLUMN_FIELD;
	binding->field = resource_field(relation->resource, name);
	if (binding->field != NULL)
		return;
	if (strcmp(name, FIELD_NAME_RAW) == 0)
	{
		binding->kind = COLUMN_RAW;
		return;
	}
	if (strcmp(name, FIELD_NAME_CHANGED_AT) == 0 && relation->resource->values != NULL)
	{
		binding->kind = COLUMN_CHANGED_AT;
		return;
	}
	for (int i = 0; i < relation->resource->nfields && nknown < (int) lengthof(known); i++)
		known[nknown++] = relation->resource->fields[i].name;
	nearest = closest_match(name, known, nknown);
	ereport(ERROR, (errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
					errmsg("column \"%s\" of foreign table \"%s\" names an unknown field: \"%s\"", binding->name,
						   relation->name, name),
					nearest != NULL ? errhint("Perhaps you meant \"%s\".", nearest) : 0));
}

/* The attribute is not among the definitions. */
static void
bind_missing(const AttioRelation *relation, ColumnBinding *binding, const char *what, List *names)
{
	const char *nearest;

	binding->missing = true;
	if (relation->missing_is_null)
		return;
	nearest = closest_in_list(binding->name, names);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("column \"%s\" of foreign table \"%s\" has no attribute in Attio", binding->name, relation->name),
			 errdetail("There is no %s in %s \"%s\"; it may have been archived or renamed.", what,
					   relation->is_list ? "list" : "object", relation->slug),
			 nearest != NULL && strcmp(nearest, binding->name) != 0
				 ? errhint("Perhaps you meant \"%s\". Else import the table again, or set the table option "
						   "missing_attribute to 'null'.",
						   nearest)
				 : errhint("Drop the column, import the table again, or set the table option missing_attribute to "
						   "'null'.")));
}

static List *
slugs_of(List *definitions)
{
	List *slugs = NIL;
	ListCell *lc;

	foreach(lc, definitions)
		slugs = lappend(slugs, ((AttributeDef *) lfirst(lc))->slug);
	return slugs;
}

static void
bind_property(const AttioRelation *relation, ColumnBinding *binding, const AttributeDef *attribute,
			  const char *property)
{
	const char *known[64] = {NULL};
	int nknown = 0;
	const char *nearest;

	binding->slug = attribute->slug;
	if (attribute->type == NULL ||
		(property == NULL && (getBaseType(binding->type) == JSONBOID || getBaseType(binding->type) == JSONOID)))
		return; /* the value objects as they came */
	binding->property = attribute_property(attribute->type, property == NULL ? "" : property);
	if (binding->property != NULL)
		return;
	for (int i = 1; i < attribute->type->nproperties && nknown < (int) lengthof(known); i++)
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
bind_attribute(const AttioRelation *relation, ColumnBinding *binding, List *options, List *definitions)
{
	const char *slug = option_text(options, AttributeRelationId, "attribute");
	const char *id = option_text(options, AttributeRelationId, "attribute_id");
	const AttributeDef *attribute;

	/* The id decides: slugs can be changed, and taken over by another attribute. */
	attribute = id != NULL ? attribute_by_id(definitions, id) : attribute_by_slug(definitions, slug);
	if (attribute == NULL)
	{
		bind_missing(relation, binding,
					 id != NULL ? psprintf("attribute with id %s", id) : psprintf("attribute \"%s\"", slug),
					 slugs_of(definitions));
		return;
	}
	binding->single =
		option_is_set(options, "multiselect") && !option_bool(options, AttributeRelationId, "multiselect");
	bind_property(relation, binding, attribute, option_text(options, AttributeRelationId, "property"));
}

/* A column without options: by its name, as the import would call it. */
static void
bind_by_name(const AttioRelation *relation, ColumnBinding *binding, List *definitions)
{
	List *left_out = NIL;
	List *columns = name_columns(relation->resource, definitions, COLUMNS_ANY, &left_out);
	List *names = NIL;
	ListCell *lc;

	foreach(lc, columns)
	{
		ColumnName *column = (ColumnName *) lfirst(lc);

		names = lappend(names, column->name);
		if (strcmp(column->name, binding->name) != 0)
			continue;
		binding->kind = column->kind;
		binding->field = column->field;
		if (column->kind == COLUMN_ATTRIBUTE)
			bind_property(relation, binding, column->attribute,
						  column->property == NULL || column->property->name[0] == '\0' ? NULL
																						: column->property->name);
		return;
	}
	if (relation->resource->values == NULL)
		bind_field(relation, binding, binding->name);
	else
		bind_missing(relation, binding, psprintf("attribute for the name \"%s\"", binding->name), names);
}

/*
 * What a column shows, by its options and the present definitions.  The result
 * points into "definitions".  Raises ERROR for a column that shows nothing,
 * unless the table says missing_attribute 'null'.
 */
ColumnBinding *
relation_bind_column(const AttioRelation *relation, TupleDesc tupdesc, AttrNumber attnum, List *definitions)
{
	Form_pg_attribute attribute = TupleDescAttr(tupdesc, attnum - 1);
	List *options = GetForeignColumnOptions(relation->table, attnum);
	const char *field = option_text(options, AttributeRelationId, "field");
	ColumnBinding *binding = (ColumnBinding *) palloc0(sizeof(ColumnBinding));

	binding->attnum = attnum;
	binding->name = pstrdup(NameStr(attribute->attname));
	binding->type = attribute->atttypid;
	binding->typmod = attribute->atttypmod;
	binding->kind = COLUMN_ATTRIBUTE;
	if (field != NULL)
		bind_field(relation, binding, field);
	else if (option_is_set(options, "attribute") || option_is_set(options, "attribute_id"))
		bind_attribute(relation, binding, options, definitions);
	else
		bind_by_name(relation, binding, definitions);
	return binding;
}

/* A column without attribute: a key, perhaps, about which something can be sent. */
static void
hint_field(const AttioRelation *relation, const char *field, Oid declared, ColumnHint *hint)
{
	if (declared != UUIDOID)
		return;
	hint->is_key = strcmp(field, resource_id_attribute(relation->resource)) == 0;
	hint->is_parent = relation->resource == resource_entries && strcmp(field, "parent_record_id") == 0;
}

/* Is the column declared with the import's own type, or one that means the same? */
static bool
is_own_type(Oid declared, Oid type)
{
	return declared == type || (declared == VARCHAROID && type == TEXTOID);
}

/*
 * What planning may know of a column: that it is the key, or which property of
 * which attribute it shows, declared with the import's own type.  A column
 * without the options of the import has an empty hint, as all columns of a
 * view have: its filter excludes ours.
 */
ColumnHint
relation_column_hint(const AttioRelation *relation, AttrNumber attnum)
{
	ColumnHint hint = {0};
	List *options = GetForeignColumnOptions(relation->table, attnum);
	const char *field = option_text(options, AttributeRelationId, "field");
	const char *slug = option_text(options, AttributeRelationId, "attribute");
	const char *type_name = option_text(options, AttributeRelationId, "type");
	const char *property = option_text(options, AttributeRelationId, "property");
	const AttributeType *type = type_name == NULL ? NULL : attribute_type(type_name);
	Oid declared;
	int32 typmod;
	Oid collation;

	hint.attribute_id = "";
	get_atttypetypmodcoll(relation->table, attnum, &declared, &typmod, &collation);
	if (relation->resource->values == NULL)
		return hint;
	if (field == NULL && slug == NULL)
		field = get_attname(relation->table, attnum, false);
	if (field != NULL)
	{
		hint_field(relation, field, declared, &hint);
		return hint;
	}
	if (slug == NULL || type == NULL || !option_is_set(options, "multiselect"))
		return hint;
	hint.multi = option_bool(options, AttributeRelationId, "multiselect");
	hint.property = attribute_property(type, property == NULL ? "" : property);
	if (hint.property == NULL || hint.property->filter == FILTER_NOTHING || typmod != -1)
		return hint;
	hint.array = hint.multi && declared == get_array_type(hint.property->type);
	if (!hint.array && !is_own_type(declared, hint.property->type))
		return hint;
	hint.slug = slug;
	hint.is_created_at = strcmp(slug, "created_at") == 0 && hint.property->filter == FILTER_TIME && !hint.multi;
	hint.type = type_name;
	if (option_is_set(options, "attribute_id"))
		hint.attribute_id = option_text(options, AttributeRelationId, "attribute_id");
	return hint;
}
