/*
 * encode.h
 *		From the columns of a row to the values that Attio is sent.
 *
 * Columns of one attribute are written together.  Encoding may make requests:
 * for options, for slugs of objects, and for the present value where a part of
 * a name or an address is assigned and the row does not hold the others.
 *
 * Columns that the statement names are bound when it begins; others, which
 * defaults and triggers may fill, by the first value that they bring.  So an
 * attribute that is gone is an error only where somebody wants to write it.
 */
#ifndef ATTIO_ENCODE_H
#define ATTIO_ENCODE_H

#include "attio/metadata.h"
#include "attio/relation.h"
#include "base/json.h"
#include "executor/tuptable.h"

typedef struct Encoder Encoder;

/* The old row of an UPDATE; values is NULL where it was not read, and then all columns are assigned. */
typedef struct OldRow
{
	const char *id;
	const Datum *values;
	const bool *nulls;
} OldRow;

extern Encoder *encoder_create(const RemoteRelation *relation, Session *session, List *definitions, TupleDesc tupdesc,
							   List *attnums, const Bitmapset *named, bool inserting);
extern JsonTree *encoder_values(Encoder *encoder, TupleTableSlot *slot, const OldRow *old);
extern void encoder_check_required(const Encoder *encoder, JsonTree *values);

/* The path below which the rows' ids stand: /v2/objects/ID/records. */
extern char *write_path(const RemoteRelation *relation, const char *id);

/* The same for EXPLAIN, by slug. */
extern char *write_path_shown(const RemoteRelation *relation, const char *id);

#endif /* ATTIO_ENCODE_H */
