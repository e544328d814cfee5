/*
 * target.c
 *		Objects and lists: whose attributes, records and entries there are.
 *
 * Owns: what they differ in, the two requests that read all of them, and what
 * the session knows of them.
 */
#include "attio/target.h"

#include "attio/shape.h"
#include "base/text_rows.h"
#include "remote/ahead.h"
#include "remote/known.h"
#include "utils/timestamp.h"

const TargetKind target_object = {
	.noun = "object",
	.id_option = "object_id",
	.plural = "objects",
	.path = "/v2/objects",
	.id_path = "id.object_id",
	.scope = "object_configuration:read",
	.title = "plural_noun",
};

const TargetKind target_list = {
	.noun = "list",
	.id_option = "list_id",
	.plural = "lists",
	.path = "/v2/lists",
	.id_path = "id.list_id",
	.scope = "list_configuration:read",
	.title = "name",
};

/* What requests name it by. */
const char *
target_identifier(const TargetDef *target)
{
	return target->id != NULL ? target->id : target->slug;
}

/* What messages name it by. */
const char *
target_name(const TargetDef *target)
{
	return target->slug != NULL ? target->slug : target->id;
}

/* One object or list of an answer. */
static TargetDef *
read_target(const TargetKind *kind, JsonTree *item)
{
	TargetDef *target = (TargetDef *) palloc0(sizeof(TargetDef));

	target->kind = kind;
	target->id = shape_string(item, kind->id_path);
	target->slug = shape_string(item, "api_slug");
	target->title = shape_string(item, kind->title);
	if (target->id == NULL)
		shape_raise_incomplete(item, kind->path, kind->noun, &kind->id_path, 1);
	target->parents = shape_strings(item, "parent_object", kind->path);
	return target;
}

/* All of one kind, as a List of TargetDef in a List: NIL would be "not known". */
static void *
read_targets(Session *session, const void *what, ScanCost *cost)
{
	const TargetKind *kind = (const TargetKind *) what;
	RequestSubject subject = {.scopes = kind->scope};
	JsonTree *answer = ahead_get(session, kind->path, &subject, cost);
	int n = shape_length(answer, kind->path);
	List *targets = NIL;

	for (int i = 0; i < n; i++)
		targets = lappend(targets, read_target(kind, json_element(json_at(answer, "data"), i)));
	return list_make1(targets);
}

static bool
are_same_targets(const void *one, const void *other)
{
	const List *some = (const List *) linitial((const List *) one);
	const List *others = (const List *) linitial((const List *) other);
	const ListCell *lc;
	const ListCell *lc2;

	if (list_length(some) != list_length(others))
		return false;
	forboth(lc, some, lc2, others)
	{
		const TargetDef *target = (const TargetDef *) lfirst(lc);
		const TargetDef *now = (const TargetDef *) lfirst(lc2);

		if (strcmp(target->id, now->id) != 0 || !texts_equal(target->slug, now->slug) ||
			!texts_equal(target->title, now->title) || !text_lists_equal(target->parents, now->parents))
			return false;
	}
	return true;
}

static const KnownKind known_targets = {"objects or lists", read_targets, are_same_targets};

static List *
get_targets(Session *session, const TargetKind *kind, TimestampTz not_before, ScanCost *cost)
{
	return (List *) linitial((List *) known_get(session, &known_targets, kind->plural, not_before, kind, cost));
}

/* All objects and all lists will be asked for: do so at once. */
void
targets_ask_ahead(Session *session, ScanCost *cost)
{
	ahead_ask(session, target_object.path, cost);
	ahead_ask(session, target_list.path, cost);
}

/* Slugs of objects, or parents of lists, will be asked for: ask now for what that would ask for. */
void
target_ask_ahead(Session *session, const TargetKind *kind, ScanCost *cost)
{
	if (!known_is_fresh(session, &known_targets, kind->plural, 0))
		ahead_ask(session, kind->path, cost);
}

/* All objects, or all lists that the key can see: a List of TargetDef, at most metadata_ttl old. */
List *
targets_known(Session *session, const TargetKind *kind, ScanCost *cost)
{
	return get_targets(session, kind, 0, cost);
}

/* The same, but always asks. */
List *
targets_read(Session *session, const TargetKind *kind, ScanCost *cost)
{
	return get_targets(session, kind, GetCurrentTimestamp(), cost);
}

/* All objects, then all lists, asked for side by side; the List is the caller's.  Always asks. */
List *
targets_read_all(Session *session, ScanCost *cost)
{
	List *objects;

	targets_ask_ahead(session, cost);
	objects = targets_read(session, &target_object, cost);
	return list_concat_copy(objects, targets_read(session, &target_list, cost));
}

/*
 * The slugs of all other objects or lists ("objects", "lists") than this one that
 * the session knows, however old.  Makes no request.  The List is the caller's.
 */
List *
targets_known_slugs(const Session *session, const char *plural, const char *except)
{
	List *known = plural == NULL ? NIL : (List *) known_peek(session, &known_targets, plural);
	List *slugs = NIL;
	ListCell *lc;

	foreach(lc, known == NIL ? NIL : (List *) linitial(known))
	{
		const TargetDef *target = (const TargetDef *) lfirst(lc);

		if (target->slug != NULL && strcmp(target->slug, except) != 0)
			slugs = lappend(slugs, unconstify(char *, target->slug));
	}
	return slugs;
}

/*
 * The slugs of the objects whose records can be entries of this list; NIL when
 * it is not known.  At most metadata_ttl old.
 */
List *
target_parents(Session *session, const TargetDef *list, ScanCost *cost)
{
	const char *identifier = target_identifier(list);
	ListCell *lc;

	foreach(lc, get_targets(session, &target_list, 0, cost))
	{
		const TargetDef *other = (const TargetDef *) lfirst(lc);

		if (pg_strcasecmp(other->id, identifier) == 0 || (other->slug != NULL && strcmp(other->slug, identifier) == 0))
			return other->parents;
	}
	return NIL;
}

/* Service.read_names: slugs of objects, or of lists, by their ids; at most metadata_ttl old. */
List *
target_slugs_by_id(Session *session, const char *kind, ScanCost *cost)
{
	const TargetKind *wanted = strcmp(kind, target_list.plural) == 0 ? &target_list : &target_object;
	List *names = NIL;
	ListCell *lc;

	foreach(lc, get_targets(session, wanted, 0, cost))
	{
		const TargetDef *target = (const TargetDef *) lfirst(lc);

		if (target->slug != NULL)
			names = lappend(names, given_make(pstrdup(target->id), pstrdup(target->slug)));
	}
	return names;
}

/* The present slug of an object, or NULL; at most metadata_ttl old. */
const char *
target_object_slug(Session *session, const char *id, ScanCost *cost)
{
	ListCell *lc;

	foreach(lc, get_targets(session, &target_object, 0, cost))
	{
		const TargetDef *target = (const TargetDef *) lfirst(lc);

		if (pg_strcasecmp(target->id, id) == 0)
			return target->slug;
	}
	return NULL;
}

/* The object or list of these with the table's id, or its slug where the table tells no id; NULL = none. */
const TargetDef *
target_find(List *targets, const TargetDef *wanted)
{
	ListCell *lc;

	foreach(lc, targets)
	{
		const TargetDef *target = (const TargetDef *) lfirst(lc);

		if (target->kind == wanted->kind &&
			(wanted->id != NULL ? pg_strcasecmp(target->id, wanted->id) == 0
								: target->slug != NULL && strcmp(target->slug, wanted->slug) == 0))
			return target;
	}
	return NULL;
}
