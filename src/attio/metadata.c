/*
 * metadata.c
 *		The attribute definitions of objects and lists.
 *
 * Owns: what the session knows of them.  Answers of Attio are keyed by slug and slugs can be
 * swapped, so a scan asks here which slug an attribute id has now; the answer is
 * at most metadata_ttl old.
 */
#include "attio/metadata.h"

#include "access/xact.h"
#include "attio/attribute_pages.h"
#include "attio/shape.h"
#include "base/text_rows.h"
#include "remote/ahead.h"
#include "remote/known.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* The definitions of one object or list, as the session knows them. */
typedef struct KnownAttributes
{
	MemoryContext context;
	List *attributes;       /* AttributeDef */
	List *hidden;           /* ids of those that answers lack: by the plan, perhaps */
	TimestampTz doubted_in; /* start of the statement that asked again because of an answer */
} KnownAttributes;

/* ----- what is known ----- */

static void *
read_attributes(Session *session, const void *what, ScanCost *cost)
{
	KnownAttributes *known = (KnownAttributes *) palloc0(sizeof(KnownAttributes));

	known->context = CurrentMemoryContext;
	if (!attribute_pages_read(session, (const AttributesWanted *) what, &known->attributes, cost))
		return NULL;
	attribute_index_make(known->attributes);
	return known;
}

/* Are all members of both the same? */
static bool
is_same_attribute(const AttributeDef *one, const AttributeDef *other)
{
	return strcmp(one->id, other->id) == 0 && strcmp(one->slug, other->slug) == 0 &&
		   texts_equal(one->title, other->title) && texts_equal(one->description, other->description) &&
		   strcmp(one->type_name, other->type_name) == 0 && one->multiselect == other->multiselect &&
		   one->is_unique == other->is_unique && one->is_required == other->is_required &&
		   one->has_default == other->has_default && one->is_writable == other->is_writable &&
		   one->is_system == other->is_system && one->several_targets == other->several_targets &&
		   text_lists_equal(one->allowed_objects, other->allowed_objects) &&
		   texts_equal(one->currency_code, other->currency_code);
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
			attribute_pages_ask_ahead(session, target, cost);
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
	AttributesWanted wanted = {target, refusal, CurrentMemoryContext};
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
	copy->index = NULL;
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
	attribute_index_make(copies);
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
	AttributesWanted wanted = {target, NULL, CurrentMemoryContext};
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
