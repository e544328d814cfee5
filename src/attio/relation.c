/*
 * relation.c
 *		A foreign table of Attio's: an object or a list, and its definitions.
 *
 * Owns: what the options object and list mean.  Must not know columns.
 */
#include "attio/relation.h"

#include "attio/attio_options.h"
#include "attio/binding.h"
#include "attio/endpoints.h"
#include "attio/interactions.h"
#include "attio/known_definitions.h"
#include "base/errors.h"
#include "base/text_rows.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"

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

/* An option of the server, with its default. */
static const char *
server_word(List *server_options, const char *name)
{
	return option_text(&attio_options, server_options, ForeignServerRelationId, name);
}

/* The same of the table. */
static const char *
table_word(List *options, const char *name)
{
	return option_text(&attio_options, options, ForeignTableRelationId, name);
}

/* The options that are the same for objects, lists and other resources. */
static void
read_own_options(RemoteRelation *relation, List *options, List *server_options)
{
	relation->by_creation = strcmp(table_word(options, "page_order"), "created_at") == 0;
	relation->missing_is_null = strcmp(table_word(options, "missing_attribute"), "null") == 0;
	relation->view = table_word(options, "view");
	relation->history = table_word(options, "history_id");
	if (relation->history == NULL)
		relation->history = table_word(options, "history");
	relation->matching = table_word(options, "matching_attribute");
	relation->remote.nulls = server_word(server_options, "remote_nulls");
	relation->remote.text_is_exact = strcmp(server_word(server_options, "remote_text_equality"), "exact") == 0;
	relation->remote.not_matches_empty = strcmp(server_word(server_options, "remote_not_matches_empty"), "true") == 0;
	relation->remote.text_order_is_c = strcmp(server_word(server_options, "remote_text_order"), "C") == 0;
}

void
attio_open_relation(RemoteRelation *relation, List *options, List *server_options)
{
	const TargetDef *target = target_of_options(options);

	read_own_options(relation, options, server_options);
	relation->names = name_index_make();
	relation->known = (KnownDefinitions *) palloc0(sizeof(KnownDefinitions));
	relation->target = target;
	if (target == NULL)
		return;
	relation->resource = target->kind == &target_list ? resource_entries : resource_records;
	relation->given = list_make1(given_make(target->kind->noun, target_identifier(target)));
	if (relation->history != NULL)
	{
		relation->resource = target->kind == &target_list ? resource_entry_history : resource_record_history;
		relation->given = lappend(relation->given, given_make("attribute", relation->history));
	}
	relation->subject.what = psprintf("foreign table \"%s\"", relation->name);
	relation->subject.name = target->slug;
	relation->subject.among = target->kind->plural;
}

/* The table shows the history of an attribute that does not exist.  Does not return. */
static void
raise_no_history(const RemoteRelation *relation, List *attributes)
{
	List *slugs = NIL;
	const char *nearest;
	ListCell *lc;

	foreach(lc, attributes)
		slugs = lappend(slugs, ((const AttributeDef *) lfirst(lc))->slug);
	nearest = closest_in_list(relation->history, slugs);
	ereport(ERROR, (errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
					errmsg("foreign table \"%s\" shows the history of an unknown attribute: \"%s\"", relation->name,
						   relation->history),
					errdetail("It does not exist in %s \"%s\"; it may have been archived or renamed.",
							  relation->target->kind->noun, relation->target->slug),
					nearest != NULL ? errhint("Perhaps you meant \"%s\".", nearest) : 0));
}

List *
attio_read_definitions(const RemoteRelation *relation, Session *session, ScanCost *cost)
{
	List *attributes;
	List *definitions;

	if (relation->resource->value_of != NULL)
		return list_make1(unconstify(AttributeDef *, interaction_of_any()));
	attributes = metadata_attributes(session, relation->target, NULL, cost);
	definitions = attributes_shown(attributes, relation->history);
	if (definitions == NIL && relation->history != NULL)
		raise_no_history(relation, attributes);
	return definitions;
}

bool
attio_has_changed(const RemoteRelation *relation, Session *session, List *definitions, ScanCost *cost)
{
	if (relation->resource->value_of != NULL)
		return interactions_have_changed(relation, session, cost);
	return metadata_has_changed(session, relation->target, definitions, cost);
}

void
attio_note_hidden(const RemoteRelation *relation, Session *session, const AttributeDef *attribute)
{
	if (relation->target != NULL)
		metadata_note_hidden(session, relation->target, attribute->id);
}

bool
attio_is_hidden(const RemoteRelation *relation, Session *session, const AttributeDef *attribute)
{
	return relation->target != NULL && metadata_is_hidden(session, relation->target, attribute->id);
}

/* Whatever the partitions' bounds are: what a resource lists is what the query asks for. */
static const char *
same_resource(const RemoteRelation *one, const RemoteRelation *other, const char **hint)
{
	if (one->target != NULL || other->target != NULL || one->resource != other->resource)
		return NULL;
	*hint = "Use one foreign table: conditions choose its rows.";
	return psprintf("resource \"%s\"", one->resource->name);
}

/* All of an object or list, or the same history: a saved view may hold other rows. */
const char *
attio_same_rows(const RemoteRelation *one, const RemoteRelation *other, const char **hint)
{
	const TargetDef *first = one->target;
	const TargetDef *second = other->target;

	if (first == NULL || second == NULL)
		return same_resource(one, other, hint);
	if (!texts_equal(one->history, other->history) || first->kind != second->kind || one->view != NULL ||
		other->view != NULL)
		return NULL;
	if (first->id != NULL && second->id != NULL ? pg_strcasecmp(first->id, second->id) != 0
												: strcmp(first->slug, second->slug) != 0)
		return NULL;
	*hint = "Set the option view of each to a saved view that holds only its own rows.";
	return psprintf("%s \"%s\"", first->kind->noun, target_identifier(first));
}
