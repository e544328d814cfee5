/*
 * send.h
 *		Writes to Attio: one request a row.
 */
#ifndef ATTIO_SEND_H
#define ATTIO_SEND_H

#include "attio/relation.h"
#include "base/json.h"
#include "http/client.h"
#include "lib/stringinfo.h"
#include "modify/texts.h"

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
	MemoryContext answer_context;
	JsonTree *answer; /* from when it is judged to when it is finished */
	WriteOutcome outcome;
	bool noted; /* done, and in the log */
} Write;

typedef struct WriteQueue WriteQueue;

/* Who sends the writes of one statement. */
typedef struct Sender
{
	MemoryContext context; /* of the statement; each write has a child of it */
	const AttioRelation *relation;
	Session *session;  /* pinned */
	List *definitions; /* AttributeDef; NIL of a DELETE until a row is gone */
	bool skips_conflicts;
	int64 rows;              /* for which a write was made */
	int64 done;              /* writes that Attio has answered */
	int64 skipped;           /* that were not to be written any more */
	int64 ignored;           /* of those done, that were not stored as they were sent */
	StringInfoData done_ids; /* the first of them */
	/* while writes are being sent */
	List *under_way;            /* Write */
	WriteQueue *waiting;        /* to be sent after those; NULL = none */
	int64 skipped_now;          /* skipped since this began */
	StringInfoData skipped_ids; /* the first of them */
} Sender;

extern Write *write_allocate(const Sender *sender);
extern Write *write_make(Sender *sender, const char *method, const char *id);
extern void write_append_row(StringInfo list, const char *id, int64 number);
extern void write_show(const Write *write);
extern bool write_is_skipped(const Write *write);

/* One write; its answer lives as long as it. */
extern void write_send(Sender *sender, Write *write);

/* What is kept of answers: the text, and which request it is of. */
typedef enum AnswerText
{
	ANSWER_BODY,
	ANSWER_REQUEST,
	ANSWER_TEXTS
} AnswerText;

/* All writes of a queue, which is freed; answers of those done go to the store, NULL = nobody wants them. */
extern void write_send_all(Sender *sender, WriteQueue *queue, TextStore *answers);

#endif /* ATTIO_SEND_H */
