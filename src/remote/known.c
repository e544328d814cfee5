/*
 * known.c
 *		What a session knows: the one cache of definitions.
 *
 * Owns: how old a value may be, and its memory.  Must not know what it says.
 */
#include "remote/known.h"

#include "utils/memutils.h"
#include "utils/timestamp.h"

typedef struct Known
{
	const KnownKind *kind;
	const char *key;
	MemoryContext context; /* with this and everything below */
	TimestampTz read_at;
	void *value;
} Known;

/* What is known by this key, however old; or NULL. */
static Known *
find_known(const Session *session, const KnownKind *kind, const char *key)
{
	ListCell *lc;

	foreach(lc, session->known)
	{
		Known *known = (Known *) lfirst(lc);

		if (known->kind == kind && strcmp(known->key, key) == 0)
			return known;
	}
	return NULL;
}

/* Not known any more; who was given it may still look at it, until the session is in nobody's use. */
static void
retire_known(Session *session, Known *known)
{
	session->known = list_delete_ptr(session->known, known);
	MemoryContextSetParent(known->context, session->retired);
}

/* Does what was read say what is known already?  Then that is as new. */
static bool
is_known_already(const Known *old, const Known *known)
{
	return old != NULL && known->value != NULL && known->kind->is_same(old->value, known->value);
}

/* Ask, and remember the answer in the session; NULL where there is none. */
static Known *
read_known(Session *session, const KnownKind *kind, const char *key, const void *what, ScanCost *cost)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw known", ALLOCSET_SMALL_SIZES);
	MemoryContext saved = MemoryContextSwitchTo(context);
	Known *known = (Known *) palloc0(sizeof(Known));
	Known *old;

	MemoryContextSetIdentifier(context, kind->name);
	known->kind = kind;
	known->key = pstrdup(key);
	known->context = context;
	known->value = kind->read(session, what, cost);
	known->read_at = GetCurrentTimestamp();
	/* Looked up now: while the answer was waited for, another may have been read. */
	old = find_known(session, kind, key);
	if (known->value == NULL || is_known_already(old, known))
	{
		TimestampTz read_at = known->read_at;

		old = known->value == NULL ? NULL : old;
		if (old != NULL)
			old->read_at = read_at;
		MemoryContextSwitchTo(saved);
		MemoryContextDelete(context);
		return old;
	}
	if (old != NULL)
		retire_known(session, old);
	MemoryContextSwitchTo(session->context);
	session->known = lappend(session->known, known);
	MemoryContextSetParent(context, session->context);
	MemoryContextSwitchTo(saved);
	return known;
}

/* Is it known, and not older than metadata_ttl? */
static bool
is_fresh_known(const Session *session, const Known *known)
{
	return known != NULL && !TimestampDifferenceExceeds(known->read_at, GetCurrentTimestamp(), session->metadata_ttl);
}

/*
 * A value of this kind by its key.  Asks when what is known is older than
 * metadata_ttl or than "not_before" (0 = any age); "what" is for the kind's
 * reader.  NULL where the reader says that there is none.
 */
void *
known_get(Session *session, const KnownKind *kind, const char *key, TimestampTz not_before, const void *what,
		  ScanCost *cost)
{
	Known *known = find_known(session, kind, key);

	if (!is_fresh_known(session, known) || known->read_at < not_before)
		known = read_known(session, kind, key, what, cost);
	return known == NULL ? NULL : known->value;
}

/* The same, however old, and NULL when it is not known.  Makes no request. */
void *
known_peek(const Session *session, const KnownKind *kind, const char *key)
{
	Known *known = find_known(session, kind, key);

	return known == NULL ? NULL : known->value;
}

/* Would known_get() make no request? */
bool
known_is_fresh(const Session *session, const KnownKind *kind, const char *key, TimestampTz not_before)
{
	const Known *known = find_known(session, kind, key);

	return is_fresh_known(session, known) && known->read_at >= not_before;
}

/* Forget everything: whoever wants to know it asks again. */
void
known_forget(Session *session)
{
	while (session->known != NIL)
		retire_known(session, (Known *) linitial(session->known));
}
