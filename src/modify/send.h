/*
 * send.h
 *		Writes are sent: one request a row.
 */
#ifndef MODIFY_SEND_H
#define MODIFY_SEND_H

#include "modify/queue.h"
#include "modify/texts.h"
#include "modify/write.h"
#include "remote/writing.h"

/* Who sends the writes of one statement. */
typedef struct Sender
{
	MemoryContext context; /* of the statement; each write has a child of it */
	const RemoteRelation *relation;
	Session *session;            /* pinned */
	const WriteMethods *methods; /* NULL: nobody knows what of a body an answer must show */
	void *writer;                /* what they have made; NULL of a DELETE */
	Answers *answers;            /* what is wanted of answers; NULL where rows hold nothing but fields */
	bool knows_table;            /* the definitions have been read, so the table has what it shows */
	bool skips_conflicts;
	int64 rows;              /* for which a write was made */
	int64 done;              /* writes that have a good answer */
	int64 skipped;           /* that were not to be written any more */
	int64 unstored;          /* values of those done that were not stored as they were sent */
	StringInfoData done_ids; /* the first of them */
	/* while writes are being sent */
	List *under_way;            /* Write */
	WriteQueue *waiting;        /* to be sent after those; NULL = none */
	int64 skipped_now;          /* skipped since this began */
	StringInfoData skipped_ids; /* the first of them */
} Sender;

/* A write that is not sent yet, of the statement's next row: "id", or NULL of a new one.  Its path is the caller's. */
extern Write *write_make(Sender *sender, WriteAction action, const char *id);

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

#endif /* MODIFY_SEND_H */
