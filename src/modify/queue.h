/*
 * queue.h
 *		Writes that wait to be sent.
 */
#ifndef MODIFY_QUEUE_H
#define MODIFY_QUEUE_H

#include "modify/write.h"

typedef struct WriteQueue WriteQueue;

/* An empty queue of writes to rows with ids of this type; it lives in "parent" until queue_end(), its writes do, too. */
extern WriteQueue *queue_create(MemoryContext parent, Oid id_type);

/* Let a write wait, which is the queue's from now on.  All writes of a queue are of one kind. */
extern void queue_put(WriteQueue *queue, Write *write);

/* The write that waits longest; NULL when none does. */
extern Write *queue_next(WriteQueue *queue);

/* How many wait; NULL is an empty queue. */
extern int64 queue_length(const WriteQueue *queue);

/* Name the rows that wait, as many as fit into the limit. */
extern void queue_append_rows(const WriteQueue *queue, StringInfo list, int64 limit);

/* Free it, with the writes that wait. */
extern void queue_end(WriteQueue *queue);

#endif /* MODIFY_QUEUE_H */
