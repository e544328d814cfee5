/*
 * queue.c
 *		Writes that wait to be sent.
 *
 * Owns: the form in which a write waits.  What is sent and shown stands in a
 * store that goes to disk beyond work_mem; which row it is for stays in memory,
 * 24 bytes a row, for an error to name those that were not written.  Must not
 * know when a write is sent.
 */
#include "modify/queue.h"

#include "modify/texts.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/uuid.h"

/* The texts of a write. */
typedef enum WriteText
{
	TEXT_PATH,
	TEXT_BODY,
	TEXT_SHOWN,
	TEXT_BEFORE,
	WRITE_TEXTS
} WriteText;

typedef struct QueuedRow
{
	int64 number;
	pg_uuid_t id; /* where the writes are of rows that are there */
} QueuedRow;

struct WriteQueue
{
	MemoryContext context;
	MemoryContext parent; /* of the writes that it hands out */
	TextStore *texts;
	QueuedRow *rows;
	int64 nrows;
	int64 allocated;
	int64 next; /* the first that still waits */
	/* the same for all of them */
	const char *method;
	WriteAction action;
	bool targets_rows;
};

/* An empty queue, as long as the statement or until queue_end(). */
WriteQueue *
queue_create(MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "attio_fdw queue", ALLOCSET_SMALL_SIZES);
	MemoryContext saved = MemoryContextSwitchTo(context);
	WriteQueue *queue = (WriteQueue *) palloc0(sizeof(WriteQueue));

	queue->context = context;
	queue->parent = parent;
	queue->texts = texts_create(WRITE_TEXTS);
	queue->allocated = 32;
	queue->rows = (QueuedRow *) palloc(sizeof(QueuedRow) * queue->allocated);
	MemoryContextSwitchTo(saved);
	return queue;
}

/* Let a write wait; it is freed.  All writes of a queue are of one kind. */
void
queue_put(WriteQueue *queue, Write *write)
{
	const char *texts[WRITE_TEXTS] = {write->path, write->body, write->shown, write->before};
	QueuedRow *row;

	Assert(queue->nrows == 0 || queue->action == write->action);
	if (queue->nrows == queue->allocated)
	{
		queue->rows = (QueuedRow *) repalloc_huge(queue->rows, sizeof(QueuedRow) * queue->allocated * 2);
		queue->allocated *= 2;
	}
	texts_put(queue->texts, texts);
	queue->method = write->method;
	queue->action = write->action;
	queue->targets_rows = write_targets_row(write);
	row = &queue->rows[queue->nrows++];
	row->number = write->number;
	if (queue->targets_rows)
		row->id = *DatumGetUUIDP(DirectFunctionCall1(uuid_in, CStringGetDatum(write->id)));
	MemoryContextDelete(write->context);
}

static char *
row_id_text(const QueuedRow *row)
{
	return DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(&row->id)));
}

/* The write that waits longest, as it was put; NULL when none does. */
Write *
queue_next(WriteQueue *queue)
{
	const QueuedRow *row = &queue->rows[queue->next];
	char *texts[WRITE_TEXTS];
	MemoryContext saved;
	Write *write;

	if (queue->next == queue->nrows)
		return NULL;
	write = write_allocate(queue->parent);
	saved = MemoryContextSwitchTo(write->context);
	if (!texts_next(queue->texts, texts))
		elog(ERROR, "a write that waits to be sent is missing");
	write->method = queue->method;
	write->action = queue->action;
	write->number = row->number;
	write->id = queue->targets_rows ? row_id_text(row) : NULL;
	write->path = texts[TEXT_PATH];
	write->body = texts[TEXT_BODY];
	write->shown = texts[TEXT_SHOWN];
	write->before = texts[TEXT_BEFORE];
	MemoryContextSwitchTo(saved);
	queue->next++;
	return write;
}

/* How many wait. */
int64
queue_length(const WriteQueue *queue)
{
	return queue == NULL ? 0 : queue->nrows - queue->next;
}

/* Name the rows that wait, as many as fit into the limit. */
void
queue_append_rows(const WriteQueue *queue, StringInfo list, int64 limit)
{
	for (int64 i = queue->next; i < queue->nrows && i - queue->next < limit; i++)
		write_append_row(list, queue->targets_rows ? row_id_text(&queue->rows[i]) : NULL, queue->rows[i].number);
}

/* Free it. */
void
queue_end(WriteQueue *queue)
{
	texts_end(queue->texts);
	MemoryContextDelete(queue->context);
}
