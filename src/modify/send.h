/*
 * send.h
 *		Writes to Attio: one request a row.
 */
#ifndef ATTIO_SEND_H
#define ATTIO_SEND_H

#include "attio/relation.h"
#include "http/client.h"
#include "lib/stringinfo.h"

/* One write: what is sent, and what of the row it is for. */
typedef struct Write
{
	MemoryContext context;
	const char *method;
	char *path;
	char *body;       /* attributes by their ids; NULL = none */
	char *shown;      /* the same by slug, for people */
	char *id;         /* NULL until Attio says it */
	int64 number;     /* of the row in the statement, from 1 */
	bool creates;     /* sent twice, it would make two rows */
	bool targets_row; /* by id, which may be gone */
	char *before;     /* for the log */
	HttpExchange *exchange;
	bool finished; /* its answer was read */
	bool was_done; /* and it is written */
	bool skipped;  /* or not, which is no error: the row is gone, or (ON CONFLICT DO NOTHING) there is one already */
} Write;

/* Who sends the writes of one statement. */
typedef struct Sender
{
	MemoryContext context; /* of the statement; each write has a child of it */
	const AttioRelation *relation;
	Session *session;  /* pinned */
	List *definitions; /* AttributeDef; NIL of a DELETE until a row is gone */
	bool skips_conflicts;
	int64 rows;                 /* for which a write was made */
	int64 done;                 /* writes that Attio has answered */
	int64 ignored;              /* of these, that were not stored as they were sent */
	List *writes;               /* that are being sent */
	int64 earlier;              /* rows written before those */
	StringInfoData earlier_ids; /* the first of them */
} Sender;

extern Write *write_make(Sender *sender, const char *method, const char *id);
extern void write_show(const Write *write);
extern void write_send(Sender *sender, List *writes, bool keeps_answers);

#endif /* ATTIO_SEND_H */
