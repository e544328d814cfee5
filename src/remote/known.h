/*
 * known.h
 *		What a session knows: the one cache of definitions.
 *
 * A value is read by whoever wants it and kept in the session, for metadata_ttl.
 * What is returned belongs to the session, lives as long as that is pinned, and
 * is never changed in place: what is read anew takes another's place.
 */
#ifndef REMOTE_KNOWN_H
#define REMOTE_KNOWN_H

#include "remote/request.h"

/* A kind of values; each has one constant, and is told apart by its address. */
typedef struct KnownKind
{
	const char *name; /* of the memory contexts */

	/*
	 * Ask for a value and make it in the current memory context.  NULL: there is
	 * none, and nothing is remembered.
	 */
	void *(*read)(Session *session, const void *what, ScanCost *cost);

	/* Say two values the same?  Then what is known stays: who has the session in use may read it over and over. */
	bool (*is_same)(const void *one, const void *other);
} KnownKind;

extern void *known_get(Session *session, const KnownKind *kind, const char *key, TimestampTz not_before,
					   const void *what, ScanCost *cost);
extern void *known_peek(const Session *session, const KnownKind *kind, const char *key);
extern bool known_is_fresh(const Session *session, const KnownKind *kind, const char *key, TimestampTz not_before);
extern void known_forget(Session *session);

#endif /* REMOTE_KNOWN_H */
