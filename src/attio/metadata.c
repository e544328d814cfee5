/*
 * metadata.c
 *		What a session knows of its workspace: objects, lists, attributes.
 *
 * Owns: reading of definitions, and their cache.  Answers of Attio are keyed by
 * slug and slugs can be swapped, so a scan asks here which slug an attribute id
 * has now; the answer is at most metadata_ttl old.
 */
#include "attio/metadata.h"

#include "access/xact.h"
#include "attio/ahead.h"
#include "attio/choices.h"
#include "attio/members.h"
#include "remote/resource.h"
#include "base/errors.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* Rows to ask for at once: no listing of Attio is known to refuse or clamp so few. */
#define ATTRIBUTE_PAGE 50
#define ATTRIBUTE_LIMIT 10000

/* What each definition of an attribute has. */
static const char *const attribute_strings[] = {"id.attribute_id", "api_slug", "type"};

/* Pages that are asked for at once after one that is full. */
#define PAGES_AHEAD 4

/* Whoever answers fewer than asked for has a limit that is a multiple of this. */
#define ROUND_LIMIT 10

typedef struct KnownTarget
{
	bool is_list;
	char *identifier; /* as asked for: id or slug */
	TimestampTz read_at;
	List *attributes;       /* AttributeDef */
	List *hidden;           /* ids of those that answers lack: by the plan, perhaps */
	TimestampTz doubted_in; /* start of the statement that asked again because of an answer */
	MemoryContext context;
} KnownTarget;

struct Metadata
{
	List *known; /* KnownTarget */
	MemoryContext objects_context;
	List *objects; /* TargetDef, in that context */
	TimestampTz objects_read_at;
	MemoryContext parents_context;
	List *parents; /* ListParents, in that context */
	TimestampTz parents_read_at;
};

/* The objects whose records can be entries of a list. */
typedef struct ListParents
{
	char *id;
	char *slug;    /* NULL: a list without slug */
	List *objects; /* slugs */
} ListParents;

static char *
copy_string(JsonTree *tree, const char *path)
{
	const char *value = json_string_at(tree, path);

	return value == NULL ? NULL : pstrdup(value);
}

/*
 * A definition lacks one of the strings that each has: say which definition, by
 * what it does have, and which string.  Does not return.
 */
void
metadata_raise_incomplete(JsonTree *item, const char *path, const char *what, const char *const *needed, int nneeded)
{
	const char *const names[] = {"api_slug", "title", needed[0]};
	const char *missing = "member";
	const char *name = NULL;

	for (int i = nneeded - 1; i >= 0; i--)
	{
		const char *value = json_string_at(item, needed[i]);

		if (value == NULL || value[0] == '\0')
			missing = needed[i];
	}
	for (int i = 0; i < (int) lengthof(names) && (name == NULL || name[0] == '\0'); i++)
		name = json_string_at(item, names[i]);
	ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("Attio's answer has an unknown shape"),
					errdetail("GET %s answered HTTP 200 with %s whose %s is missing, empty or null.", path,
							  name == NULL ? psprintf("one %s without a name", what)
										   : psprintf("the %s \"%s\"", what, clean_text(name, strlen(name), 100)),
							  missing)));
}

static void
raise_shape_error(const char *path)
{
	ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("Attio's answer has an unknown shape"),
					errdetail("GET %s answered HTTP 200 without members that belong to it.", path)));
}

/* The strings at a path; NIL when there is no array. */
static List *
read_strings(JsonTree *tree, const char *member, const char *path)
{
	List *strings = NIL;
	JsonTree *array = json_at(tree, member);

	for (int i = 0; i < json_length_at(array, ""); i++)
	{
		char *string = copy_string(json_element(array, i), "");

		if (string == NULL)
			raise_shape_error(path);
		strings = lappend(strings, string);
	}
	return strings;
}

static AttributeDef *
read_attribute(JsonTree *item, const char *path)
{
	AttributeDef *attribute = (AttributeDef *) palloc0(sizeof(AttributeDef));
	int nallowed = json_length_at(item, "config.record_reference.allowed_object_ids");

	attribute->id = copy_string(item, "id.attribute_id");
	attribute->slug = copy_string(item, "api_slug");
	attribute->title = copy_string(item, "title");
	attribute->type_name = copy_string(item, "type");
	if (attribute->id == NULL || attribute->id[0] == '\0' || attribute->slug == NULL || attribute->slug[0] == '\0' ||
		attribute->type_name == NULL)
		metadata_raise_incomplete(item, path, "attribute", attribute_strings, lengthof(attribute_strings));
	attribute->type = attribute_type(attribute->type_name);
	attribute->multiselect = json_bool_at(item, "is_multiselect");
	attribute->is_unique = json_bool_at(item, "is_unique");
	attribute->is_required = json_bool_at(item, "is_required");
	attribute->has_default = json_bool_at(item, "is_default_value_enabled");
	attribute->is_writable = json_bool_at(item, "is_writable");
	attribute->is_system = json_bool_at(item, "is_system_attribute");
	/* null counts as several: any object may be meant (docs/attio-api.md 6.1) */
	attribute->several_targets = (nallowed != 1);
	attribute->allowed_objects = read_strings(item, "config.record_reference.allowed_object_ids", path);
	attribute->currency_code = copy_string(item, "config.currency.default_currency_code");
	return attribute;
}

/* The path that all endpoints of one object or list begin with, after "/v2/". */
static char *
target_path(bool is_list, const char *identifier)
{
	return psprintf("%s/%s", is_list ? "lists" : "objects", http_escape(identifier));
}

static char *
attributes_page(bool is_list, const char *identifier, int offset)
{
	return psprintf("/v2/%s/attributes?limit=%d&offset=%d", target_path(is_list, identifier), ATTRIBUTE_PAGE, offset);
}

/*
 * All definitions of one object or list, in the current memory context.  With
 * "refusal", what it stands for is no error: it is set.
 */
static List *
fetch_attributes(Session *session, bool is_list, const char *identifier, const char *slug, TargetRefusal *refusal,
				 ScanCost *cost)
{
	MemoryContext target = CurrentMemoryContext;
	List *attributes = NIL;
	Refusal said = {0};
	RequestSubject subject = {.said = &said};
	int largest = 0;
	int n;

	slug = slug != NULL ? slug : identifier;
	subject.what = psprintf("%s \"%s\"", is_list ? "list" : "object", slug);
	subject.name = slug;
	subject.among = is_list ? "lists" : "objects";
	subject.scopes = is_list ? "list_configuration:read" : "object_configuration:read";
	if (refusal != NULL)
		subject.tolerates = REFUSAL_DISABLED | (refusal->may_be_absent ? REFUSAL_ABSENT : 0);
	do
	{
		MemoryContext work = AllocSetContextCreate(target, "attio_fdw definitions", ALLOCSET_SMALL_SIZES);
		char *path;
		JsonTree *answer;

		MemoryContextSwitchTo(work);
		path = attributes_page(is_list, identifier, list_length(attributes));
		answer = ahead_get(session, path, &subject, cost);
		if (answer == NULL)
		{
			MemoryContextSwitchTo(target);
			refusal->disabled = (said.kinds & REFUSAL_DISABLED) != 0;
			refusal->absent = refusal->disabled ? NULL : pstrdup(said.message);
			MemoryContextDelete(work);
			return NIL;
		}
		n = json_length_at(answer, "data");
		if (n < 0 || n > ATTRIBUTE_PAGE || list_length(attributes) > ATTRIBUTE_LIMIT)
			raise_shape_error(path);
		MemoryContextSwitchTo(target);
		for (int i = 0; i < n; i++)
			attributes = lappend(attributes, read_attribute(json_element(json_at(answer, "data"), i), path));
		MemoryContextDelete(work);
		/* behind the first page, and behind the last of those that were asked for ahead */
		if (n == ATTRIBUTE_PAGE && list_length(attributes) % (PAGES_AHEAD * ATTRIBUTE_PAGE) == ATTRIBUTE_PAGE)
			for (int i = 0; i < PAGES_AHEAD; i++)
				ahead_ask(session, attributes_page(is_list, identifier, list_length(attributes) + n * i), cost);
		largest = Max(largest, n);
		/* a short page of a round number may have been cut, unless there was a longer one */
	} while (n == ATTRIBUTE_PAGE || (n > 0 && n == largest && n % ROUND_LIMIT == 0));
	ahead_drop(session, psprintf("/v2/%s/attributes?", target_path(is_list, identifier)));
	return attributes;
}

static List *
copy_strings(List *strings)
{
	List *copies = NIL;
	ListCell *lc;

	foreach(lc, strings)
		copies = lappend(copies, pstrdup((const char *) lfirst(lc)));
	return copies;
}

static AttributeDef *
copy_attribute(const AttributeDef *attribute)
{
	AttributeDef *copy = (AttributeDef *) palloc(sizeof(AttributeDef));

	*copy = *attribute;
	copy->id = pstrdup(attribute->id);
	copy->slug = pstrdup(attribute->slug);
	copy->title = attribute->title == NULL ? NULL : pstrdup(attribute->title);
	copy->type_name = pstrdup(attribute->type_name);
	copy->allowed_objects = copy_strings(attribute->allowed_objects);
	copy->currency_code = attribute->currency_code == NULL ? NULL : pstrdup(attribute->currency_code);
	return copy;
}

/* In the current memory context. */
List *
metadata_copy(List *attributes)
{
	List *copies = NIL;
	ListCell *lc;

	foreach(lc, attributes)
		copies = lappend(copies, copy_attribute((const AttributeDef *) lfirst(lc)));
	return copies;
}

static KnownTarget *
find_known(Session *session, bool is_list, const char *identifier)
{
	ListCell *lc;

	foreach(lc, session->metadata->known)
	{
		KnownTarget *known = (KnownTarget *) lfirst(lc);

		if (known->is_list == is_list && strcmp(known->identifier, identifier) == 0)
			return known;
	}
	return NULL;
}

static void
forget_known(Session *session, KnownTarget *known)
{
	session->metadata->known = list_delete_ptr(session->metadata->known, known);
	MemoryContextDelete(known->context);
}

static void
remember(Session *session, bool is_list, const char *identifier, List *attributes)
{
	MemoryContext context = AllocSetContextCreate(session->context, "attio_fdw target", ALLOCSET_SMALL_SIZES);
	MemoryContext saved = MemoryContextSwitchTo(context);
	KnownTarget *known = (KnownTarget *) palloc0(sizeof(KnownTarget));
	/* Looked up now: waiting for the answer may have served an invalidation. */
	KnownTarget *old = find_known(session, is_list, identifier);

	if (old != NULL)
		forget_known(session, old);
	known->is_list = is_list;
	known->identifier = pstrdup(identifier);
	known->attributes = metadata_copy(attributes);
	known->context = context;
	known->read_at = GetCurrentTimestamp();
	MemoryContextSwitchTo(session->context);
	session->metadata->known = lappend(session->metadata->known, known);
	MemoryContextSwitchTo(saved);
}

static void
make_metadata(Session *session)
{
	if (session->metadata == NULL)
		session->metadata = (struct Metadata *) MemoryContextAllocZero(session->context, sizeof(struct Metadata));
}

/* Known, and at most metadata_ttl old; else NULL. */
static KnownTarget *
find_fresh(Session *session, bool is_list, const char *identifier)
{
	KnownTarget *known = find_known(session, is_list, identifier);

	return known == NULL || TimestampDifferenceExceeds(known->read_at, GetCurrentTimestamp(), session->metadata_ttl)
			   ? NULL
			   : known;
}

/*
 * The definitions of these targets (a List of TargetDef) will be asked for by
 * id, one after the other: ask for as many as may be under way.  *next is the
 * first that was not asked for yet, 0 at first.  Call it before each.
 */
void
metadata_ask_ahead(Session *session, List *targets, int *next, ScanCost *cost)
{
	make_metadata(session);
	for (; *next < list_length(targets) && ahead_has_room(session); ++*next)
	{
		const TargetDef *target = (const TargetDef *) list_nth(targets, *next);

		if (find_fresh(session, target->is_list, target->id) == NULL)
			ahead_ask(session, attributes_page(target->is_list, target->id, 0), cost);
	}
}

/*
 * The attribute definitions of an object or list, by id or slug: a List of
 * AttributeDef in UI order, archived ones left out.  Asks Attio when what the
 * session knows is older than metadata_ttl.  The slug (may be NULL) is for
 * messages; for "refusal" see above.
 */
List *
metadata_attributes(Session *session, bool is_list, const char *identifier, const char *slug, TargetRefusal *refusal,
					ScanCost *cost)
{
	KnownTarget *known;
	List *attributes;

	make_metadata(session);
	if ((known = find_fresh(session, is_list, identifier)) != NULL)
		return metadata_copy(known->attributes);
	attributes = fetch_attributes(session, is_list, identifier, slug, refusal, cost);
	if (refusal != NULL && (refusal->disabled || refusal->absent != NULL))
		return NIL;
	remember(session, is_list, identifier, attributes);
	return attributes;
}

/* ----- doubts ----- */

/* Would columns show the same by both? */
static bool
are_same(List *some, List *others)
{
	ListCell *lc;

	if (list_length(some) != list_length(others))
		return false;
	foreach(lc, some)
	{
		const AttributeDef *one = (const AttributeDef *) lfirst(lc);
		const AttributeDef *other = attribute_by_id(others, one->id);

		if (other == NULL || strcmp(one->slug, other->slug) != 0 || strcmp(one->type_name, other->type_name) != 0 ||
			one->multiselect != other->multiselect)
			return false;
	}
	return true;
}

/*
 * An answer casts doubt on these definitions: are there others by now?  Asks
 * Attio, but only once in a statement.
 */
bool
metadata_has_changed(Session *session, bool is_list, const char *identifier, const char *slug, List *attributes,
					 ScanCost *cost)
{
	TimestampTz statement = GetCurrentStatementStartTimestamp();
	KnownTarget *known;

	make_metadata(session);
	known = find_known(session, is_list, identifier);
	if (known != NULL && !are_same(known->attributes, attributes))
		return true;
	if (known != NULL && known->doubted_in == statement)
		return false;
	remember(session, is_list, identifier, fetch_attributes(session, is_list, identifier, slug, NULL, cost));
	known = find_known(session, is_list, identifier);
	known->doubted_in = statement;
	return !are_same(known->attributes, attributes);
}

bool
metadata_is_hidden(Session *session, bool is_list, const char *identifier, const char *attribute_id)
{
	KnownTarget *known = session->metadata == NULL ? NULL : find_known(session, is_list, identifier);
	ListCell *lc;

	if (known != NULL)
		foreach(lc, known->hidden)
			if (strcmp((const char *) lfirst(lc), attribute_id) == 0)
				return true;
	return false;
}

/* Answers lack this attribute although it is defined; known until the definitions are read again. */
void
metadata_note_hidden(Session *session, bool is_list, const char *identifier, const char *attribute_id)
{
	KnownTarget *known = session->metadata == NULL ? NULL : find_known(session, is_list, identifier);
	MemoryContext saved;

	if (known == NULL || metadata_is_hidden(session, is_list, identifier, attribute_id))
		return;
	saved = MemoryContextSwitchTo(known->context);
	known->hidden = lappend(known->hidden, pstrdup(attribute_id));
	MemoryContextSwitchTo(saved);
}

/*
 * What the session knows of them, however old; NIL when it does not.  Makes no
 * request.  Belongs to the session: valid until the next request.
 */
List *
metadata_peek(Session *session, bool is_list, const char *identifier)
{
	KnownTarget *known = session->metadata == NULL ? NULL : find_known(session, is_list, identifier);

	return known == NULL ? NIL : known->attributes;
}

/* All objects and all lists will be asked for: do so at once. */
void
metadata_ask_targets(Session *session, ScanCost *cost)
{
	ahead_ask(session, "/v2/objects", cost);
	ahead_ask(session, "/v2/lists", cost);
}

/* All objects, or all lists that the key can see: a List of TargetDef.  Always asks. */
List *
metadata_targets(Session *session, bool is_list, ScanCost *cost)
{
	const char *path = is_list ? "/v2/lists" : "/v2/objects";
	RequestSubject subject = {0};
	List *targets = NIL;
	JsonTree *answer;
	int n;

	subject.scopes = is_list ? "list_configuration:read" : "object_configuration:read";
	answer = ahead_get(session, path, &subject, cost);
	n = json_length_at(answer, "data");
	if (n < 0)
		raise_shape_error(path);
	for (int i = 0; i < n; i++)
	{
		JsonTree *item = json_element(json_at(answer, "data"), i);
		TargetDef *target = (TargetDef *) palloc0(sizeof(TargetDef));

		target->is_list = is_list;
		target->id = copy_string(item, is_list ? "id.list_id" : "id.object_id");
		target->slug = copy_string(item, "api_slug");
		if (target->id == NULL)
		{
			const char *id = is_list ? "id.list_id" : "id.object_id";

			metadata_raise_incomplete(item, path, is_list ? "list" : "object", &id, 1);
		}
		targets = lappend(targets, target);
	}
	return targets;
}

/* Read the objects anew when what the session knows of them is too old. */
static void
refresh_objects(Session *session, ScanCost *cost)
{
	struct Metadata *metadata = session->metadata;
	List *targets;
	MemoryContext saved;
	ListCell *lc;

	if (metadata->objects_context != NULL &&
		!TimestampDifferenceExceeds(metadata->objects_read_at, GetCurrentTimestamp(), session->metadata_ttl))
		return;
	targets = metadata_targets(session, false, cost);
	if (metadata->objects_context == NULL)
		metadata->objects_context = AllocSetContextCreate(session->context, "attio_fdw objects", ALLOCSET_SMALL_SIZES);
	MemoryContextReset(metadata->objects_context);
	metadata->objects = NIL;
	saved = MemoryContextSwitchTo(metadata->objects_context);
	foreach(lc, targets)
	{
		const TargetDef *target = (const TargetDef *) lfirst(lc);
		TargetDef *copy = (TargetDef *) palloc0(sizeof(TargetDef));

		copy->id = pstrdup(target->id);
		copy->slug = target->slug == NULL ? NULL : pstrdup(target->slug);
		metadata->objects = lappend(metadata->objects, copy);
	}
	metadata->objects_read_at = GetCurrentTimestamp();
	MemoryContextSwitchTo(saved);
}

/* The present slug of an object, or NULL; at most metadata_ttl old. */
const char *
metadata_object_slug(Session *session, const char *id, ScanCost *cost)
{
	ListCell *lc;

	make_metadata(session);
	refresh_objects(session, cost);
	foreach(lc, session->metadata->objects)
	{
		const TargetDef *target = (const TargetDef *) lfirst(lc);

		if (pg_strcasecmp(target->id, id) == 0)
			return target->slug == NULL ? NULL : pstrdup(target->slug);
	}
	return NULL;
}

static ListParents *
read_parents(JsonTree *item)
{
	ListParents *list = (ListParents *) palloc0(sizeof(ListParents));

	list->id = copy_string(item, "id.list_id");
	list->slug = copy_string(item, "api_slug");
	if (list->id == NULL)
	{
		const char *id = "id.list_id";

		metadata_raise_incomplete(item, "/v2/lists", "list", &id, 1);
	}
	list->objects = read_strings(item, "parent_object", "/v2/lists");
	return list;
}

/* Read the lists anew when what the session knows of their parents is too old. */
static void
refresh_parents(Session *session, ScanCost *cost)
{
	struct Metadata *metadata = session->metadata;
	RequestSubject subject = {0};
	JsonTree *answer;
	MemoryContext saved;
	int n;

	if (metadata->parents_context != NULL &&
		!TimestampDifferenceExceeds(metadata->parents_read_at, GetCurrentTimestamp(), session->metadata_ttl))
		return;
	subject.scopes = "list_configuration:read";
	answer = request_get(session, "/v2/lists", &subject, cost);
	n = json_length_at(answer, "data");
	if (n < 0)
		raise_shape_error("/v2/lists");
	if (metadata->parents_context == NULL)
		metadata->parents_context = AllocSetContextCreate(session->context, "attio_fdw lists", ALLOCSET_SMALL_SIZES);
	metadata->parents = NIL;
	metadata->parents_read_at = 0;
	MemoryContextReset(metadata->parents_context);
	saved = MemoryContextSwitchTo(metadata->parents_context);
	for (int i = 0; i < n; i++)
		metadata->parents = lappend(metadata->parents, read_parents(json_element(json_at(answer, "data"), i)));
	metadata->parents_read_at = GetCurrentTimestamp();
	MemoryContextSwitchTo(saved);
}

/*
 * The slugs of the objects whose records can be entries of this list, by its id
 * or slug; NIL when it is not known.  At most metadata_ttl old.
 */
List *
metadata_list_parents(Session *session, const char *identifier, ScanCost *cost)
{
	ListCell *lc;

	make_metadata(session);
	refresh_parents(session, cost);
	foreach(lc, session->metadata->parents)
	{
		const ListParents *list = (const ListParents *) lfirst(lc);

		if (pg_strcasecmp(list->id, identifier) == 0 || (list->slug != NULL && strcmp(list->slug, identifier) == 0))
			return copy_strings(list->objects);
	}
	return NIL;
}

/*
 * The slugs of all objects or all lists ("objects", "lists") that the session
 * knows, however old.  Makes no request.  In the current memory context.
 */
List *
metadata_known_slugs(Session *session, const char *among)
{
	List *slugs = NIL;
	ListCell *lc;

	if (session->metadata == NULL || among == NULL)
		return NIL;
	if (strcmp(among, "objects") == 0)
		foreach(lc, session->metadata->objects)
			slugs = lappend(slugs, ((const TargetDef *) lfirst(lc))->slug);
	else
		foreach(lc, session->metadata->parents)
			slugs = lappend(slugs, ((const ListParents *) lfirst(lc))->slug);
	return slugs;
}

/* Forget all definitions; the next scan of each table asks again. */
void
metadata_forget(Session *session)
{
	while (session->metadata != NULL && session->metadata->known != NIL)
		forget_known(session, (KnownTarget *) linitial(session->metadata->known));
	if (session->metadata != NULL)
		session->metadata->objects_read_at = session->metadata->parents_read_at = 0;
	choices_forget(session);
	members_forget(session);
}

/* The definition with this id, or NULL. */
const AttributeDef *
attribute_by_id(List *attributes, const char *id)
{
	ListCell *lc;

	foreach(lc, attributes)
		if (pg_strcasecmp(((const AttributeDef *) lfirst(lc))->id, id) == 0)
			return (const AttributeDef *) lfirst(lc);
	return NULL;
}

/* The definition with this slug, or NULL. */
const AttributeDef *
attribute_by_slug(List *attributes, const char *slug)
{
	ListCell *lc;

	foreach(lc, attributes)
		if (strcmp(((const AttributeDef *) lfirst(lc))->slug, slug) == 0)
			return (const AttributeDef *) lfirst(lc);
	return NULL;
}
