/*
 * write.h
 *		One write: a request for one row, and what became of it.
 */
#ifndef MODIFY_WRITE_H
#define MODIFY_WRITE_H

#include "base/json.h"
#include "lib/stringinfo.h"
#include "modify/answered.h"
#include "remote/table.h"

/* What became of a write: decided once, when its answer arrives. */
typedef enum WriteOutcome
{
	WRITE_PLANNED,  /* nothing of it was sent */
	WRITE_SENT,     /* under way, as far as anybody has looked */
	WRITE_DONE,     /* an answer has said that it is written */
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
	const Access *access;
	WriteAction action;
	char *path;
	char *body;     /* NULL = none */
	char *shown;    /* the same as people read it; NULL where nobody will */
	JsonTree *sent; /* the same as a tree; NULL where the write has waited on disk */
	char *id;       /* NULL until an answer says it */
	char *kind;     /* what is part of the identity, too, as rows show it (ResourceDef.id_with); NULL = not known */
	int64 number;   /* of the row in the statement, from 1 */
	char *before;   /* for the log */
	HttpExchange *exchange;
	MemoryContext answer_context;
	JsonTree *answer;   /* from when the outcome is known to when the write is finished */
	Answered *answered; /* or this, of a row with attribute values, as long as the write; NULL where there is none */
	List *compared;     /* char *: names of its values that are compared with what was sent */
	WriteOutcome outcome;
	bool noted; /* done, and in the log */
} Write;

/* Memory that a write takes, its tree included, for whoever keeps many of them. */
extern Size write_size(const Write *write);

/* The method of the endpoint that does this. */
extern const Access *write_access(const ResourceDef *resource, WriteAction action);

/* Method and path of the requests that do this to rows of a table, for EXPLAIN. */
extern char *write_request_shown(const RemoteRelation *relation, WriteAction action);

extern Write *write_allocate(MemoryContext parent);
extern bool write_targets_row(const Write *write);
extern bool write_is_skipped(const Write *write);
extern char *write_named(const char *id, const char *kind);
extern void write_append_row(StringInfo list, const char *id, const char *kind, int64 number);
extern void write_show(const Write *write);

#endif /* MODIFY_WRITE_H */
