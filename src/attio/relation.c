/*
 * relation.c
 *		A foreign table, bound to a resource and its columns to attributes.
 *
 * Owns: the meaning of table and column options together with the definitions.
 * Must not know how rows are fetched or decoded.
 */
#include "attio/relation.h"

#include "remote/request.h"
#include "attio/endpoints.h"
#include "catalog/pg_type.h"
#include "base/errors.h"
#include "attio/attio_options.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_type.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"

static struct NameIndex *make_name_index(void);

static RemoteFacts
remote_facts(Oid server)
{
	List *options = GetForeignServer(server)->options;
	RemoteFacts facts = {0};

	facts.nulls = option_text(&attio_options, options, ForeignServerRelationId, "remote_nulls");
	facts.text_is_exact =
		strcmp(option_text(&attio_options, options, ForeignServerRelationId, "remote_text_equality"), "exact") == 0;
	facts.not_matches_empty =
		strcmp(option_text(&attio_options, options, ForeignServerRelationId, "remote_not_matches_empty"), "true") == 0;
	facts.text_order_is_c =
		strcmp(option_text(&attio_options, options, ForeignServerRelationId, "remote_text_order"), "C") == 0;
	return facts;
}

/* The object or list that the options name; NULL for other resources. */
static const TargetDef *
target_of_options(List *options)
{
	static const TargetKind *const kinds[] = {&target_object, &target_list};

	for (int i = 0; i < (int) lengthof(kinds); i++)
	{
		const char *slug = option_text(&attio_options, options, ForeignTableRelationId, kinds[i]->noun);
		TargetDef *target;

		if (slug == NULL)
			continue;
		target = (TargetDef *) palloc0(sizeof(TargetDef));
		target->kind = kinds[i];
		target->slug = slug;
		target->id = option_text(&attio_options, options, ForeignTableRelationId, kinds[i]->id_option);
		return target;
	}
	return NULL;
}

/* The option list of the table, and what it says. */
AttioRelation *
attio_relation_open(Relation rel)
{
	ForeignTable *table = GetForeignTable(RelationGetRelid(rel));
	List *options = table->options;
	AttioRelation *relation = (AttioRelation *) palloc0(sizeof(AttioRelation));
	const char *resource = option_text(&attio_options, options, ForeignTableRelationId, "resource");

	relation->table = RelationGetRelid(rel);
	relation->name = pstrdup(RelationGetRelationName(rel));
	relation->target = target_of_options(options);
	if (relation->target != NULL)
	{
		relation->resource = relation->target->kind == &target_list ? resource_entries : resource_records;
		relation->given = list_make1(given_make(relation->target->kind->noun, target_identifier(relation->target)));
	}
	else if (resource != NULL)
		relation->resource = resource_by_name(attio_resources, attio_nresources, resource);
	if (relation->resource == NULL)
	{
		const char **names = (const char **) palloc(sizeof(char *) * attio_nresources);
		const char *nearest;
		int nnames = 0;

		for (int i = 0; i < attio_nresources; i++)
			if (!attio_resources[i].is_template)
				names[nnames++] = attio_resources[i].name;
		nearest = resource == NULL ? NULL : closest_match(resource, names, nnames);
		ereport(ERROR, (errcode(ERRCODE_FDW_TABLE_NOT_FOUND),
						errmsg("foreign table \"%s\" names an unknown resource: \"%s\"", relation->name,
							   resource == NULL ? "" : resource),
						nearest != NULL ? errhint("Perhaps you meant \"%s\".", nearest) : 0));
	}
	relation->page_size = option_int(&attio_options, options, ForeignTableRelationId, "page_size");
	if (relation->resource->paging.max_page > 0)
		relation->page_size = Min(relation->page_size, relation->resource->paging.max_page);
	relation->by_created_at =
		strcmp(option_text(&attio_options, options, ForeignTableRelationId, "page_order"), "created_at") == 0;
	relation->missing_is_null =
		strcmp(option_text(&attio_options, options, ForeignTableRelationId, "missing_attribute"), "null") == 0;
	relation->estimated_rows = option_is_set(options, "estimated_rows")
								   ? option_int(&attio_options, options, ForeignTableRelationId, "estimated_rows")
								   : -1;
	relation->known_rows = relation->estimated_rows >= 0 ? relation->estimated_rows : rel->rd_rel->reltuples;
	relation->async_capable = option_is_set(options, "async_capable")
								  ? option_bool(&attio_options, options, ForeignTableRelationId, "async_capable")
								  : option_bool(&attio_options, GetForeignServer(table->serverid)->options,
												ForeignServerRelationId, "async_capable");
	relation->view = option_text(&attio_options, options, ForeignTableRelationId, "view");
	relation->matching = option_text(&attio_options, options, ForeignTableRelationId, "matching_attribute");
	relation->join_batch = option_int(&attio_options, GetForeignServer(table->serverid)->options,
									  ForeignServerRelationId, "join_batch_size");
	relation->on_ignored_write = option_text(&attio_options, GetForeignServer(table->serverid)->options,
											 ForeignServerRelationId, "on_ignored_write");
	relation->remote = remote_facts(table->serverid);
	relation->names = make_name_index();
	relation->known = (KnownDefinitions *) palloc0(sizeof(KnownDefinitions));
	return relation;
}

/* What requests about the table are about, for their errors. */
RequestSubject
relation_subject(const AttioRelation *relation, const Access *access)
{
	RequestSubject subject = {.scopes = access->scopes, .tolerated = access->tolerated};

	if (relation->target != NULL)
	{
		subject.what = psprintf("foreign table \"%s\"", relation->name);
		subject.name = relation->target->slug;
		subject.among = relation->target->kind->plural;
	}
	return subject;
}

/* The definitions of the table's attributes; NIL for a resource without any. */
List *
relation_definitions(const AttioRelation *relation, Session *session, ScanCost *cost)
{
	if (relation->resource->values == NULL)
		return NIL;
	return metadata_attributes(session, relation->target, NULL, cost);
}

/* The field that the column shows by its options or its name alone, without definitions; NULL = none, or not known. */
const FieldDef *
relation_column_field(const AttioRelation *relation, AttrNumber attnum)
{
	List *options = GetForeignColumnOptions(relation->table, attnum);
	const char *name = option_text(&attio_options, options, AttributeRelationId, "field");
	const FieldDef *key;

	if (name != NULL)
		return resource_field(relation->resource, name);
	if (option_is_set(options, "attribute") || option_is_set(options, "attribute_id"))
		return NULL;
	key = resource_field(relation->resource, get_attname(relation->table, attnum, false));
	return key != NULL && key->not_null ? key : NULL;
}

/*
 * Something an answer said casts doubt on these definitions of the table.  Asks
 * for them again, once a statement; true where they are others now.
 */
bool
relation_has_changed(const AttioRelation *relation, Session *session, List *definitions, ScanCost *cost)
{
	return relation->resource->values != NULL && metadata_has_changed(session, relation->target, definitions, cost);
}

/* The answers lack the attribute although it is defined: so it is until the definitions are read again. */
void
relation_note_hidden(const AttioRelation *relation, Session *session, const AttributeDef *attribute)
{
	metadata_note_hidden(session, relation->target, attribute->id);
}

bool
relation_is_hidden(const AttioRelation *relation, Session *session, const AttributeDef *attribute)
{
	return metadata_is_hidden(session, relation->target, attribute->id);
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
	field = option_text(&attio_options, options, AttributeRelationId, "field");
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
	ereport(
		ERROR,
		(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
		 errmsg("column \"%s\" of foreign table \"%s\" has no attribute in Attio", binding->name, relation->name),
		 errdetail("There is no %s in %s \"%s\"; it may have been archived or renamed.", what,
				   relation->target->kind->noun, relation->target->slug),
		 nearest != NULL && strcmp(nearest, binding->name) != 0
			 ? errhint("Perhaps you meant \"%s\". Else drop the column, or set the table option missing_attribute to "
					   "'null'.",
					   nearest)
			 : errhint("Drop the column, or set the table option missing_attribute to 'null'.")));
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

	binding->attribute = attribute;
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
	const char *slug = option_text(&attio_options, options, AttributeRelationId, "attribute");
	const char *id = option_text(&attio_options, options, AttributeRelationId, "attribute_id");
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
	binding->single = option_is_set(options, "multiselect") &&
					  !option_bool(&attio_options, options, AttributeRelationId, "multiselect");
	bind_property(relation, binding, attribute, option_text(&attio_options, options, AttributeRelationId, "property"));
}

/* ----- columns without options ----- */

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

static struct NameIndex *
make_name_index(void)
{
	struct NameIndex *index = (struct NameIndex *) palloc0(sizeof(struct NameIndex));

	index->context = CurrentMemoryContext;
	return index;
}

static void
fill_name_index(const AttioRelation *relation, List *definitions)
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

/* The column that the import would call so, or NULL. */
const ColumnName *
relation_named_column(const AttioRelation *relation, const char *name, List *definitions)
{
	const NamedColumn *entry;

	if (relation->names->columns == NULL || relation->names->definitions != definitions)
		fill_name_index(relation, definitions);
	entry = (const NamedColumn *) hash_search(relation->names->columns, name, HASH_FIND, NULL);
	return entry == NULL ? NULL : entry->column;
}

/* A column without options: by its name, as the import would call it. */
static void
bind_by_name(const AttioRelation *relation, ColumnBinding *binding, List *definitions)
{
	const ColumnName *column = relation_named_column(relation, binding->name, definitions);

	if (column != NULL)
	{
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
		bind_missing(relation, binding, psprintf("attribute for the name \"%s\"", binding->name),
					 relation->names->names);
}

/*
 * What a column shows, by its options and the present definitions.  The result
 * points into "definitions".  Raises ERROR for a column that shows nothing,
 * unless the table says missing_attribute 'null'.
 */
static ColumnBinding *
bind_column(const AttioRelation *relation, ColumnBinding *binding, List *definitions)
{
	List *options = GetForeignColumnOptions(relation->table, binding->attnum);
	const char *field = option_text(&attio_options, options, AttributeRelationId, "field");

	binding->kind = COLUMN_ATTRIBUTE;
	if (field != NULL)
		bind_field(relation, binding, field);
	else if (option_is_set(options, "attribute") || option_is_set(options, "attribute_id"))
		bind_attribute(relation, binding, options, definitions);
	else
		bind_by_name(relation, binding, definitions);
	return binding;
}

ColumnBinding *
relation_bind_column(const AttioRelation *relation, TupleDesc tupdesc, AttrNumber attnum, List *definitions)
{
	Form_pg_attribute attribute = TupleDescAttr(tupdesc, attnum - 1);
	ColumnBinding *binding = (ColumnBinding *) palloc0(sizeof(ColumnBinding));

	binding->attnum = attnum;
	binding->name = pstrdup(NameStr(attribute->attname));
	binding->type = attribute->atttypid;
	binding->typmod = attribute->atttypmod;
	return bind_column(relation, binding, definitions);
}

/* The same where no descriptor is at hand. */
ColumnBinding *
relation_bind_number(const AttioRelation *relation, AttrNumber attnum, List *definitions)
{
	ColumnBinding *binding = (ColumnBinding *) palloc0(sizeof(ColumnBinding));
	Oid collation;

	binding->attnum = attnum;
	binding->name = get_attname(relation->table, attnum, false);
	get_atttypetypmodcoll(relation->table, attnum, &binding->type, &binding->typmod, &collation);
	return bind_column(relation, binding, definitions);
}

/*
 * Has the column a value in every row, as far as its declaration tells: one of
 * NOT NULL, an id, the time of creation, an array (which is empty, not NULL)?
 */
bool
relation_column_has_value(const AttioRelation *relation, TupleDesc tupdesc, AttrNumber attnum)
{
	Form_pg_attribute attribute = TupleDescAttr(tupdesc, attnum - 1);
	List *options = GetForeignColumnOptions(relation->table, attnum);
	const char *slug = option_text(&attio_options, options, AttributeRelationId, "attribute");
	const char *name = option_text(&attio_options, options, AttributeRelationId, "field");
	const FieldDef *field;

	if (attribute->attnotnull || OidIsValid(get_element_type(getBaseType(attribute->atttypid))))
		return true;
	if (name == NULL)
		name = slug != NULL ? slug : NameStr(attribute->attname);
	field = slug == NULL ? resource_field(relation->resource, name) : NULL;
	return field != NULL ? field->not_null : strcmp(name, "created_at") == 0 || strcmp(name, "_raw") == 0;
}
