/*
 * send.h
 *		Writes to Attio: one request a row.
 */
#ifndef ATTIO_SEND_H
#define ATTIO_SEND_H

#include "attio/relation.h"
#include "http/client.h"

/* One write: what is sent, and what of the row it is for. */
typedef struct Write
{
	MemoryContext context;
	const char *method;
	char *path;
	char *body;   /* NULL = none */
	char *id;     /* NULL until Attio says it */
	bool creates; /* sent twice, it would make two rows */
	char *before; /* for the log */
	HttpExchange *exchange;
} Write;

/* Who sends the writes of one statement. */
typedef struct Sender
{
	MemoryContext context; /* of the statement; each write has a child of it */
	const AttioRelation *relation;
	Session *session; /* pinned */
	int64 done;       /* writes that Attio has answered */
	int unknown;      /* writes under way, or whose answer was lost */
} Sender;

extern Write *write_make(Sender *sender, const char *method, const char *id);
extern void write_show(const Write *write);
extern void write_send(Sender *sender, List *writes);

#endif /* ATTIO_SEND_H */
