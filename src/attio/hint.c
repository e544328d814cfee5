/*
 * hint.c
 *		What planning may know of a column, without a request.
 *
 * Owns: the reasons why nothing can be sent about one.  Must not know
 * conditions.
 */
#include "attio/hint.h"

#include "attio/endpoints.h"
#include "attio/attio_options.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"

/* What is known of the attribute that a column shows. */
typedef struct KnownColumn
{
	const char *field; /* a field, no attribute; NULL = not known to be one */
	const char *attribute_id;
	const char *slug;
	const char *type; /* NULL = not known */
	bool multi;
	const char *property;
	bool is_gone; /* the session has read the definitions, and there is none */
} KnownColumn;

/* ----- what is known ----- */

static void
know_attribute(KnownColumn *known, const AttributeDef *attribute)
{
	known->attribute_id = pstrdup(attribute->id);
	known->slug = pstrdup(attribute->slug);
	known->type = pstrdup(attribute->type_name);
	known->multi = attribute->multiselect;
}

/* The session of the role that planning is for, if it has one. */
static Session *
known_session(const AttioRelation *relation)
{
	if (!OidIsValid(relation->user))
		return NULL;
	return session_peek(GetForeignTable(relation->table)->serverid, relation->user);
}

/* A column with options: they say it, and the definitions that the session knows say it better. */
static void
know_by_options(KnownColumn *known, const AttioRelation *relation, List *options)
{
	Session *session = known_session(relation);
	const char *id = option_text(&attio_options, options, AttributeRelationId, "attribute_id");
	const AttributeDef *attribute = NULL;
	List *definitions;

	known->property = option_text(&attio_options, options, AttributeRelationId, "property");
	known->attribute_id = id == NULL ? "" : id;
	known->slug = option_text(&attio_options, options, AttributeRelationId, "attribute");
	if (option_is_set(options, "multiselect"))
	{
		known->type = option_text(&attio_options, options, AttributeRelationId, "type");
		known->multi = option_bool(&attio_options, options, AttributeRelationId, "multiselect");
	}
	/* the session's own, not a copy: nothing may be called that could forget it */
	definitions = session == NULL ? NIL : metadata_peek(session, relation->target);
	if (definitions == NIL)
		return;
	if (id != NULL)
		attribute = attribute_by_id(definitions, id);
	else if (known->slug != NULL)
		attribute = attribute_by_slug(definitions, known->slug);
	known->is_gone = (attribute == NULL);
	if (attribute != NULL)
		know_attribute(known, attribute);
}

/* The definitions that the session knows, copied once for each planning; NIL = none. */
static List *
known_definitions(const AttioRelation *relation)
{
	Session *session = known_session(relation);

	if (relation->known->definitions != NIL || session == NULL)
		return relation->known->definitions;
	relation->known->definitions = metadata_copy(metadata_peek(session, relation->target));
	return relation->known->definitions;
}

/* A column without options: by its name, as the import would call it. */
static void
know_by_name(KnownColumn *known, const AttioRelation *relation, const char *name)
{
	const ColumnName *column;
	List *definitions;
	const FieldDef *key = resource_field(relation->resource, name);

	known->attribute_id = "";
	/* the keys' names are theirs, whatever attributes there are */
	if (key != NULL && key->not_null)
		known->field = name;
	if (known->field != NULL || (definitions = known_definitions(relation)) == NIL)
		return;
	column = relation_named_column(relation, name, definitions);
	known->is_gone = (column == NULL);
	if (column == NULL)
		return;
	if (column->kind != COLUMN_ATTRIBUTE)
	{
		known->field = name;
		return;
	}
	know_attribute(known, column->attribute);
	known->property = column->property == NULL ? "" : column->property->name;
}

/* ----- what follows from it ----- */

/* A column without attribute: a key, perhaps, about which something can be sent. */
static void
hint_field(const AttioRelation *relation, const char *field, Oid declared, ColumnHint *hint)
{
	hint->is_key = strcmp(field, resource_id_name(relation->resource)) == 0;
	hint->is_parent = relation->resource == resource_entries && strcmp(field, "parent_record_id") == 0;
	hint->reason = !hint->is_key && !hint->is_parent ? "no attribute"
				   : declared != UUIDOID             ? "declared type differs"
													 : NULL;
	hint->is_key = hint->is_key && declared == UUIDOID;
	hint->is_parent = hint->is_parent && declared == UUIDOID;
}

/* Is the column declared with the import's own type, or one that means the same? */
static bool
is_own_type(Oid declared, Oid type)
{
	return declared == type || (declared == VARCHAROID && type == TEXTOID);
}

static void
hint_attribute(const AttioRelation *relation, const KnownColumn *known, Oid declared, int32 typmod, ColumnHint *hint)
{
	const AttributeType *type = known->type == NULL ? NULL : attribute_type(known->type);

	hint->attribute_id = known->attribute_id;
	if (known->slug == NULL || known->type == NULL)
	{
		hint->reason = known->is_gone ? "no attribute" : "no type known yet";
		relation->known->learns = relation->known->learns || !known->is_gone;
	}
	else if (type == NULL)
		hint->reason = "unknown type";
	if (hint->reason != NULL)
		return;
	hint->multi = known->multi;
	hint->property = attribute_property(type, known->property == NULL ? "" : known->property);
	if (hint->property == NULL || hint->property->filter == FILTER_NOTHING)
	{
		hint->reason = "no filter for it";
		return;
	}
	hint->traits = attribute_traits(hint->property);
	hint->array = hint->multi && declared == get_array_type(hint->property->type);
	if (typmod != -1 || (!hint->array && !is_own_type(declared, hint->property->type)))
	{
		hint->reason = "declared type differs";
		return;
	}
	hint->slug = known->slug;
	hint->type = known->type;
	hint->is_created_at =
		strcmp(hint->slug, "created_at") == 0 && hint->property->filter == FILTER_TIME && !hint->multi;
}

/*
 * What planning may know of a column: that it is the key, or which property of
 * which attribute it shows, declared with the import's own type; else why
 * nothing can be sent about it.
 */
ColumnHint
relation_column_hint(const AttioRelation *relation, AttrNumber attnum)
{
	ColumnHint hint = {.attnum = attnum, .attribute_id = ""};
	KnownColumn known = {.attribute_id = ""};
	List *options = GetForeignColumnOptions(relation->table, attnum);
	Oid declared;
	int32 typmod;
	Oid collation;

	get_atttypetypmodcoll(relation->table, attnum, &declared, &typmod, &collation);
	if (relation->resource->values == NULL)
	{
		hint.reason = "not a table of records";
		return hint;
	}
	known.field = option_text(&attio_options, options, AttributeRelationId, "field");
	if (known.field == NULL && (option_is_set(options, "attribute") || option_is_set(options, "attribute_id")))
		know_by_options(&known, relation, options);
	else if (known.field == NULL)
		know_by_name(&known, relation, get_attname(relation->table, attnum, false));
	if (known.field != NULL)
		hint_field(relation, known.field, declared, &hint);
	else
		hint_attribute(relation, &known, declared, typmod, &hint);
	return hint;
}
