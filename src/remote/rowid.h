/*
 * rowid.h
 *		A row's id, whatever its type: for what was seen, handed out, written.
 *
 * Ids of one type compare as the type does.  Bytes behind the length are zero,
 * so a RowId can be the key of a hash table as it is.
 */
#ifndef REMOTE_ROWID_H
#define REMOTE_ROWID_H

#include "base/compat.h"

#define ROWID_BYTES 31

typedef struct RowId
{
	uint8 length; /* 0 = none */
	unsigned char bytes[ROWID_BYTES];
} RowId;

/* Read an id of this type (uuid, bigint, text) from its text; false where it is none. */
extern bool rowid_parse(RowId *id, Oid type, const char *text, size_t length);

/* Make this text part of the id; false where there is no room. */
extern bool rowid_add(RowId *id, const char *text, size_t length);

/* The id that is this value of the type. */
extern void rowid_of_datum(RowId *id, Oid type, Datum value);

/* The id as text, in the current memory context; NULL of a text that was too long to be kept. */
extern char *rowid_text(const RowId *id, Oid type);

/* What was made part of an id of a type whose ids are all as long, in the current memory context; NULL = nothing. */
extern char *rowid_added_text(const RowId *id, Oid type);

/* Compares two RowId, for qsort() and bsearch() too. */
extern int rowid_compare(const void *a, const void *b);

#endif /* REMOTE_ROWID_H */
