/*
 * write.h
 *		One write: a request for one row, and what became of it.
 */
#ifndef ATTIO_WRITE_H
#define ATTIO_WRITE_H

#include "base/json.h"
#include "http/http.h"
#include "lib/stringinfo.h"

/* What became of a write: decided once, when its answer arrives. */
typedef enum WriteOutcome
{
	WRITE_PLANNED,  /* nothing of it was sent */
	WRITE_SENT,     /* under way, as far as anybody has looked */
	WRITE_DONE,     /* Attio has said that it is written */
	WRITE_GONE,     /* there is no such row any more, which is no error */
	WRITE_CONFLICT, /* there is such a row already, which is none either */
	WRITE_REFUSED,  /* surely not written */
	WRITE_UNKNOWN   /* something of it has left, and nobody knows */
} WriteOutcome;

/* What a write does. */
typedef enum WriteAction
{
	ACTION_CREATE, /* a new row: sent twice, it would make two */
	ACTION_MATCH,  /* the row that matches, or a new one */
	ACTION_UPDATE, /* the row with this id, which may be gone */
	ACTION_DELETE  /* likewise */
} WriteAction;

/* One write: what is sent, and what of the row it is for. */
typedef struct Write
{
	MemoryContext context;
	const char *method;
	char *path;
	char *body;   /* attributes by their ids; NULL = none */
	char *shown;  /* the same by slug, for people */
	char *id;     /* NULL until Attio says it */
	int64 number; /* of the row in the statement, from 1 */
	WriteAction action;
	char *before; /* for the log */
	HttpExchange *exchange;
	MemoryContext answer_context;
	JsonTree *answer; /* from when it is judged to when it is finished */
	WriteOutcome outcome;
	bool noted; /* done, and in the log */
} Write;

extern Write *write_allocate(MemoryContext parent);
extern bool write_targets_row(const Write *write);
extern bool write_is_skipped(const Write *write);
extern void write_append_row(StringInfo list, const char *id, int64 number);
extern void write_show(const Write *write);

#endif /* ATTIO_WRITE_H */
