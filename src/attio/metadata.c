/*
 * metadata.c
 *		The attribute definitions of objects and lists.
 *
 * Owns: reading them.  Answers of Attio are keyed by slug and slugs can be
 * swapped, so a scan asks here which slug an attribute id has now; the answer is
 * at most metadata_ttl old.
 */
#include "attio/metadata.h"

#include "base/text_rows.h"
#include "access/xact.h"
#include "attio/shape.h"
#include "remote/ahead.h"
#include "remote/known.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* Rows to ask for at once: no listing of Attio is known to refuse or clamp so few. */
#define ATTRIBUTE_PAGE 50
#define ATTRIBUTE_LIMIT 10000

/* Pages that are asked for at once after one that is full. */
#define PAGES_AHEAD 4

/* Whoever answers fewer than asked for has a limit that is a multiple of this. */
#define ROUND_LIMIT 10

/* What each definition of an attribute has. */
static const char *const attribute_strings[] = {"id.attribute_id", "api_slug", "type"};

/* The definitions of one object or list, as the session knows them. */
typedef struct KnownAttributes
{
	MemoryContext context;
	List *attributes;       /* AttributeDef */
	List *hidden;           /* ids of those that answers lack: by the plan, perhaps */
	TimestampTz doubted_in; /* start of the statement that asked again because of an answer */
} KnownAttributes;

/* What the reader is told. */
typedef struct Wanted
{
	const TargetDef *target;
	TargetRefusal *refusal; /* NULL: every refusal is an error */
	MemoryContext caller;   /* where what it says belongs */
} Wanted;

/* One definition of an answer. */
static AttributeDef *
read_attribute(JsonTree *item, const char *path)
{
	AttributeDef *attribute = (AttributeDef *) palloc0(sizeof(AttributeDef));
	int nallowed = json_length_at(item, "config.record_reference.allowed_object_ids");

	attribute->id = shape_string(item, "id.attribute_id");
	attribute->slug = shape_string(item, "api_slug");
	attribute->title = shape_string(item, "title");
	attribute->description = shape_string(item, "description");
	attribute->type_name = shape_string(item, "type");
	if (attribute->id == NULL || attribute->id[0] == '\0' || attribute->slug == NULL || attribute->slug[0] == '\0' ||
		attribute->type_name == NULL)
		shape_raise_incomplete(item, path, "attribute", attribute_strings, lengthof(attribute_strings));
	attribute->type = attribute_type(attribute->type_name);
	attribute->multiselect = json_bool_at(item, "is_multiselect");
	attribute->is_unique = json_bool_at(item, "is_unique");
	attribute->is_required = json_bool_at(item, "is_required");
	attribute->has_default = json_bool_at(item, "is_default_value_enabled");
	attribute->is_writable = json_bool_at(item, "is_writable");
	attribute->is_system = json_bool_at(item, "is_system_attribute");
	/* null counts as several: any object may be meant (docs/attio-api.md 6.1) */
	attribute->several_targets = (nallowed != 1);
	attribute->allowed_objects = shape_strings(item, "config.record_reference.allowed_object_ids", path);
	attribute->currency_code = shape_string(item, "config.currency.default_currency_code");
	return attribute;
}

static char *
attributes_page(const TargetDef *target, int offset)
{
	return psprintf("/v2/%s/%s/attributes?limit=%d&offset=%d", target->kind->plural,
					http_escape(target_identifier(target)), ATTRIBUTE_PAGE, offset);
}

/* Refused: what that says of the object or list. */
static void
note_refusal(const Wanted *wanted, const Refusal *said)
{
	wanted->refusal->disabled = (said->kinds & REFUSAL_DISABLED) != 0;
	if (!wanted->refusal->disabled)
		wanted->refusal->absent = MemoryContextStrdup(wanted->caller, said->message);
}

/* What the errors of its requests say, and which refusals are none. */
static RequestSubject
subject_of(const Wanted *wanted)
{
	const TargetDef *target = wanted->target;
	RequestSubject subject = {.scopes = target->kind->scope, .among = target->kind->plural};

	subject.name = target_name(target);
	subject.what = psprintf("%s \"%s\"", target->kind->noun, subject.name);
	if (wanted->refusal != NULL)
		subject.tolerates = REFUSAL_DISABLED | (wanted->refusal->may_be_absent ? REFUSAL_ABSENT : 0);
	return subject;
}

/* All definitions of one object or list, in UI order; false where a refusal is no error: it is noted. */
static bool
fetch_attributes(Session *session, const Wanted *wanted, List **attributes, ScanCost *cost)
{
	const TargetDef *target = wanted->target;
	MemoryContext result = CurrentMemoryContext;
	Refusal said = {0};
	RequestSubject subject = subject_of(wanted);
	int largest = 0;
	int n;

	subject.said = &said;
	do
	{
		MemoryContext work = AllocSetContextCreate(result, "attio_fdw definitions", ALLOCSET_SMALL_SIZES);
		char *path;
		JsonTree *answer;

		MemoryContextSwitchTo(work);
		path = attributes_page(target, list_length(*attributes));
		answer = ahead_get(session, path, &subject, cost);
		if (answer == NULL)
		{
			note_refusal(wanted, &said);
			MemoryContextSwitchTo(result);
			MemoryContextDelete(work);
			return false;
		}
		n = shape_length(answer, path);
		if (n > ATTRIBUTE_PAGE || list_length(*attributes) > ATTRIBUTE_LIMIT)
			shape_raise(path);
		MemoryContextSwitchTo(result);
		for (int i = 0; i < n; i++)
			*attributes = lappend(*attributes, read_attribute(json_element(json_at(answer, "data"), i), path));
		MemoryContextDelete(work);
		/* behind the first page, and behind the last of those that were asked for ahead */
		if (n == ATTRIBUTE_PAGE && list_length(*attributes) % (PAGES_AHEAD * ATTRIBUTE_PAGE) == ATTRIBUTE_PAGE)
			for (int i = 0; i < PAGES_AHEAD; i++)
				ahead_ask(session, attributes_page(target, list_length(*attributes) + n * i), cost);
		largest = Max(largest, n);
		/* a short page of a round number may have been cut, unless there was a longer one */
	} while (n == ATTRIBUTE_PAGE || (n > 0 && n == largest && n % ROUND_LIMIT == 0));
	ahead_drop(session,
			   psprintf("/v2/%s/%s/attributes?", target->kind->plural, http_escape(target_identifier(target))));
	return true;
}

/* ----- what is known ----- */

static void *
read_attributes(Session *session, const void *what, ScanCost *cost)
{
	KnownAttributes *known = (KnownAttributes *) palloc0(sizeof(KnownAttributes));

	known->context = CurrentMemoryContext;
	return fetch_attributes(session, (const Wanted *) what, &known->attributes, cost) ? known : NULL;
}

/* Are all members of both the same? */
static bool
is_same_attribute(const AttributeDef *one, const AttributeDef *other)
{
	return strcmp(one->id, other->id) == 0 && strcmp(one->slug, other->slug) == 0 &&
		   shape_same_text(one->title, other->title) && shape_same_text(one->description, other->description) &&
		   strcmp(one->type_name, other->type_name) == 0 && one->multiselect == other->multiselect &&
		   one->is_unique == other->is_unique && one->is_required == other->is_required &&
		   one->has_default == other->has_default && one->is_writable == other->is_writable &&
		   one->is_system == other->is_system && one->several_targets == other->several_targets &&
		   shape_same_texts(one->allowed_objects, other->allowed_objects) &&
		   shape_same_text(one->currency_code, other->currency_code);
}

/* What is hidden is to be seen again by who reads them anew. */
static bool
are_same_attributes(const void *one, const void *other)
{
	const KnownAttributes *some = (const KnownAttributes *) one;
	const KnownAttributes *others = (const KnownAttributes *) other;
	const ListCell *lc;
	const ListCell *lc2;

	if (some->hidden != NIL || list_length(some->attributes) != list_length(others->attributes))
		return false;
	forboth(lc, some->attributes, lc2, others->attributes)
		if (!is_same_attribute((const AttributeDef *) lfirst(lc), (const AttributeDef *) lfirst(lc2)))
			return false;
	return true;
}

static const KnownKind known_attributes = {"attributes", read_attributes, are_same_attributes};

static const char *
known_key(const TargetDef *target)
{
	return psprintf("%s/%s", target->kind->plural, target_identifier(target));
}

static KnownAttributes *
peek_known(const Session *session, const TargetDef *target)
{
	return (KnownAttributes *) known_peek(session, &known_attributes, known_key(target));
}

/*
 * The definitions of these targets (a List of TargetDef) will be asked for by
 * id, one after the other: ask for as many as may be under way.  *next is the
 * first that was not asked for yet, 0 at first.  Call it before each.
 */
void
metadata_ask_ahead(Session *session, List *targets, int *next, ScanCost *cost)
{
	for (; *next < list_length(targets) && ahead_has_room(session); ++*next)
	{
		const TargetDef *target = (const TargetDef *) list_nth(targets, *next);

		if (!known_is_fresh(session, &known_attributes, known_key(target), 0))
			ahead_ask(session, attributes_page(target, 0), cost);
	}
}

/*
 * The attribute definitions of an object or list: a List of AttributeDef in UI
 * order, archived ones left out.  Asks Attio when what the session knows is
 * older than metadata_ttl.  With "refusal", what it stands for is no error: it
 * is set, and the List is NIL.
 */
List *
metadata_attributes(Session *session, const TargetDef *target, TargetRefusal *refusal, ScanCost *cost)
{
	Wanted wanted = {target, refusal, CurrentMemoryContext};
	KnownAttributes *known =
		(KnownAttributes *) known_get(session, &known_attributes, known_key(target), 0, &wanted, cost);

	return known == NULL ? NIL : known->attributes;
}

/*
 * What the session knows of them, however old; NIL when it does not.  Makes no
 * request.  Of a session that is not pinned it is valid until the next request.
 */
List *
metadata_peek(const Session *session, const TargetDef *target)
{
	KnownAttributes *known = peek_known(session, target);

	return known == NULL ? NIL : known->attributes;
}

/* A copy in the current memory context. */
static AttributeDef *
copy_attribute(const AttributeDef *attribute)
{
	AttributeDef *copy = (AttributeDef *) palloc(sizeof(AttributeDef));
	ListCell *lc;

	*copy = *attribute;
	copy->id = pstrdup(attribute->id);
	copy->slug = pstrdup(attribute->slug);
	copy->title = attribute->title == NULL ? NULL : pstrdup(attribute->title);
	copy->description = attribute->description == NULL ? NULL : pstrdup(attribute->description);
	copy->type_name = pstrdup(attribute->type_name);
	copy->allowed_objects = NIL;
	foreach(lc, attribute->allowed_objects)
		copy->allowed_objects = lappend(copy->allowed_objects, pstrdup((const char *) lfirst(lc)));
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
metadata_has_changed(Session *session, const TargetDef *target, List *attributes, ScanCost *cost)
{
	TimestampTz statement = GetCurrentStatementStartTimestamp();
	Wanted wanted = {target, NULL, CurrentMemoryContext};
	KnownAttributes *known = peek_known(session, target);

	if (known != NULL && !are_same(known->attributes, attributes))
		return true;
	if (known != NULL && known->doubted_in == statement)
		return false;
	known = (KnownAttributes *) known_get(session, &known_attributes, known_key(target), GetCurrentTimestamp(), &wanted,
										  cost);
	known->doubted_in = statement;
	return !are_same(known->attributes, attributes);
}

/* Do answers lack this attribute although it is defined, as far as the session knows? */
bool
metadata_is_hidden(const Session *session, const TargetDef *target, const char *attribute_id)
{
	KnownAttributes *known = peek_known(session, target);

	return known != NULL && list_has_text(known->hidden, attribute_id);
}

/* Answers lack this attribute although it is defined; known until the definitions are read again. */
void
metadata_note_hidden(Session *session, const TargetDef *target, const char *attribute_id)
{
	KnownAttributes *known = peek_known(session, target);
	MemoryContext saved;

	if (known == NULL || metadata_is_hidden(session, target, attribute_id))
		return;
	saved = MemoryContextSwitchTo(known->context);
	known->hidden = lappend(known->hidden, pstrdup(attribute_id));
	MemoryContextSwitchTo(saved);
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

/*
 * Of a table of the history of one attribute, which an id or a slug names, that
 * attribute; NIL: there is none.  With NULL all.  The List is the caller's, or
 * "attributes".
 */
List *
attributes_shown(List *attributes, const char *history)
{
	const AttributeDef *attribute;

	if (history == NULL)
		return attributes;
	attribute = attribute_by_id(attributes, history);
	if (attribute == NULL)
		attribute = attribute_by_slug(attributes, history);
	return attribute == NULL ? NIL : list_make1(unconstify(AttributeDef *, attribute));
}
