/*
 * hint.c
 *		What planning may know of a column, without a request.
 *
 * Owns: the reasons why nothing can be sent about one.  Must not know
 * conditions.
 */
#include "attio/hint.h"

#include "attio/binding.h"
#include "attio/interactions.h"
#include "attio/known_definitions.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"

/* What is known of the attribute that a column shows. */
typedef struct KnownColumn
{
	bool is_field; /* it shows a field, no attribute */
	const char *attribute_id;
	const char *slug;
	const char *type; /* NULL = not known */
	bool multi;
	const char *property;
	bool is_gone; /* the session has read the definitions, and there is none */
} KnownColumn;

/* ----- what is known ----- */

/* The session knows the attribute: a copy of what planning needs of it. */
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
known_session(const RemoteRelation *relation)
{
	if (!OidIsValid(relation->user))
		return NULL;
	return session_peek(relation->server, relation->user);
}

/* A column with options: they say it, and the definitions that the session knows say it better. */
static void
know_by_options(KnownColumn *known, const RemoteRelation *relation, const DeclaredColumn *column)
{
	Session *session = known_session(relation);
	const AttributeDef *attribute = NULL;
	List *definitions;

	known->property = column->property;
	known->attribute_id = column->attribute_id == NULL ? "" : column->attribute_id;
	known->slug = column->attribute;
	known->type = column->tells_multi ? column->attribute_type : NULL;
	known->multi = column->multi;
	/* the session's own, not a copy: nothing may be called that could forget it */
	definitions = session == NULL ? NIL : metadata_peek(session, relation->target);
	if (definitions == NIL)
		return;
	if (column->attribute_id != NULL)
		attribute = attribute_by_id(definitions, column->attribute_id);
	else
		attribute = attribute_by_slug(definitions, column->attribute);
	known->is_gone = (attribute == NULL);
	if (attribute != NULL)
		know_attribute(known, attribute);
}

/* The definitions that the session knows, copied once for each planning; NIL = none. */
static List *
known_definitions(const RemoteRelation *relation)
{
	Session *session = known_session(relation);

	if (relation->known->definitions != NIL || session == NULL)
		return relation->known->definitions;
	relation->known->definitions =
		metadata_copy(attributes_shown(metadata_peek(session, relation->target), relation->history));
	return relation->known->definitions;
}

/* A column without options: by its name, as the import would call it. */
static void
know_by_name(KnownColumn *known, const RemoteRelation *relation, const char *name)
{
	List *definitions = known_definitions(relation);
	const ColumnName *column;

	known->attribute_id = "";
	if (definitions == NIL)
		return;
	column = relation_named_column(relation, name, definitions);
	known->is_gone = (column == NULL);
	known->is_field = (column != NULL && column->kind != COLUMN_ATTRIBUTE);
	if (column == NULL || known->is_field)
		return;
	know_attribute(known, column->attribute);
	known->property = column->property == NULL ? "" : column->property->name;
}

/* A column of the value that each listing is of, whatever its attribute. */
static void
know_by_listing(KnownColumn *known, const DeclaredColumn *column)
{
	know_attribute(known, interaction_of_any());
	known->property = column->field->path;
}

/* ----- what follows from it ----- */

/* Is the column declared with the import's own type, or one that means the same? */
static bool
is_type_of_import(Oid declared, Oid type)
{
	return declared == type || (declared == VARCHAROID && type == TEXTOID);
}

/* Is it known which attribute the column shows, and of which type?  Else why not. */
static const char *
reason_of_unknown(const KnownColumn *known)
{
	if (known->is_field)
		return "no attribute";
	if (known->slug != NULL && known->type != NULL)
		return attribute_type(known->type) == NULL ? "unknown type" : NULL;
	return known->is_gone ? "no attribute" : "type not known yet";
}

/* The attribute and its type are known: can conditions on this property be sent? */
static void
hint_property(const KnownColumn *known, const DeclaredColumn *column, ColumnHint *hint)
{
	hint->multi = known->multi;
	hint->property = attribute_property(attribute_type(known->type), known->property == NULL ? "" : known->property);
	if (hint->property == NULL || hint->property->filter == FILTER_NOTHING)
	{
		hint->reason = "not filterable in Attio";
		return;
	}
	hint->traits = attribute_traits(hint->property);
	hint->array = hint->multi && column->type == get_array_type(hint->property->type);
	if (column->typmod != -1 || (!hint->array && !is_type_of_import(column->type, hint->property->type)))
	{
		hint->reason = "declared type differs";
		return;
	}
	hint->attribute_name = known->slug;
	hint->type = known->type;
	hint->is_creation =
		strcmp(hint->attribute_name, "created_at") == 0 && hint->property->filter == FILTER_TIME && !hint->multi;
}

/*
 * What planning may know of a column: which property of which attribute it
 * shows, declared with the import's own type; else why nothing can be sent about
 * it.
 */
void
attio_hint_attribute(const RemoteRelation *relation, const DeclaredColumn *column, ColumnHint *hint)
{
	KnownColumn known = {.attribute_id = ""};

	if (column->field != NULL)
		know_by_listing(&known, column);
	else if (column->by_name)
		know_by_name(&known, relation, column->name);
	else
		know_by_options(&known, relation, column);
	hint->never_null = column->field != NULL && column->field->not_null;
	hint->attribute_id = known.attribute_id;
	hint->reason = reason_of_unknown(&known);
	hint->learns = !known.is_field && !known.is_gone && (known.slug == NULL || known.type == NULL);
	if (hint->reason == NULL && relation->history != NULL)
		hint->reason = "not filterable in Attio";
	else if (hint->reason == NULL)
		hint_property(&known, column, hint);
}
