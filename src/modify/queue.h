/*
 * queue.h
 *		Writes that wait to be sent.
 */
#ifndef ATTIO_QUEUE_H
#define ATTIO_QUEUE_H

#include "modify/write.h"

typedef struct WriteQueue WriteQueue;

extern WriteQueue *queue_create(MemoryContext parent);
extern void queue_put(WriteQueue *queue, Write *write);
extern Write *queue_next(WriteQueue *queue);
extern int64 queue_length(const WriteQueue *queue);
extern void queue_append_rows(const WriteQueue *queue, StringInfo list, int64 limit);
extern void queue_end(WriteQueue *queue);

#endif /* ATTIO_QUEUE_H */
