/*
 * queue.c
 *		Writes that wait to be sent.
 *
 * Owns: the form in which a write waits.  The first stay as they are, as long as
 * they fit into half of work_mem; what is sent and shown of the others stands in
 * a store that goes to disk beyond work_mem.  Which row each is for stays in
 * memory, 40 bytes a row, for an error to name those that were not written.
 * Must not know when a write is sent.
 */
#include "modify/queue.h"

#include "miscadmin.h"
#include "modify/texts.h"
#include "remote/rowid.h"
#include "utils/memutils.h"

/* The texts of a write. */
typedef enum WriteText
{
	TEXT_PATH,
	TEXT_BODY,
	TEXT_SHOWN,
	TEXT_BEFORE,
	TEXT_ID,
	TEXT_KIND,
	WRITE_TEXTS
} WriteText;

StaticAssertDecl(WRITE_TEXTS <= TEXTS_MAX, "a store must have room for the texts of a write");

typedef struct QueuedRow
{
	int64 number;
	RowId id; /* where the writes are of rows that are there */
} QueuedRow;

struct WriteQueue
{
	MemoryContext context;
	MemoryContext parent; /* of the writes that it hands out */
	Oid id_type;
	List *kept; /* Write: the first of them */
	Size kept_size;
	TextStore *texts; /* of those behind; NULL = none */
	QueuedRow *rows;
	int64 nrows;
	int64 allocated;
	int64 next; /* the first that still waits */
	/* the same for all of them */
	const Access *access;
	WriteAction action;
	bool targets_rows;
};

WriteQueue *
queue_create(MemoryContext parent, Oid id_type)
{
	MemoryContext context = AllocSetContextCreate(parent, "attio_fdw queue", ALLOCSET_SMALL_SIZES);
	WriteQueue *queue = (WriteQueue *) MemoryContextAllocZero(context, sizeof(WriteQueue));

	queue->context = context;
	queue->parent = parent;
	queue->id_type = id_type;
	queue->allocated = 32;
	queue->rows = (QueuedRow *) MemoryContextAlloc(context, sizeof(QueuedRow) * queue->allocated);
	return queue;
}

/* Remember which row the write is for. */
static void
add_queued_row(WriteQueue *queue, const Write *write)
{
	QueuedRow *row;

	if (queue->nrows == queue->allocated)
	{
		queue->rows = (QueuedRow *) repalloc_huge(queue->rows, sizeof(QueuedRow) * queue->allocated * 2);
		queue->allocated *= 2;
	}
	row = &queue->rows[queue->nrows++];
	memset(row, 0, sizeof(QueuedRow));
	row->number = write->number;
	if (queue->targets_rows)
		(void) rowid_parse(&row->id, queue->id_type, write->id, strlen(write->id));
	if (queue->targets_rows && write->kind != NULL)
		(void) rowid_add(&row->id, write->kind, strlen(write->kind));
}

/* Put what is sent and shown of a write into the store, and free the write. */
static void
store_write(WriteQueue *queue, Write *write)
{
	const char *texts[WRITE_TEXTS] = {write->path, write->body, write->shown, write->before, write->id, write->kind};

	if (queue->texts == NULL)
		queue->texts = texts_create(WRITE_TEXTS);
	texts_put(queue->texts, texts);
	MemoryContextDelete(write->context);
}

void
queue_put(WriteQueue *queue, Write *write)
{
	MemoryContext saved = MemoryContextSwitchTo(queue->context);
	Size size = queue->texts == NULL ? write_size(write) : 0;

	Assert(queue->nrows == 0 || queue->action == write->action);
	queue->access = write->access;
	queue->action = write->action;
	queue->targets_rows = write_targets_row(write);
	add_queued_row(queue, write);
	if (queue->texts == NULL && queue->kept_size + size <= (Size) work_mem * 1024 / 2)
	{
		queue->kept = lappend(queue->kept, write);
		queue->kept_size += size;
	}
	else
		store_write(queue, write);
	MemoryContextSwitchTo(saved);
}

/* The next write of the store, as it was put but for its tree. */
static Write *
restore_write(WriteQueue *queue)
{
	Write *write = write_allocate(queue->parent);
	MemoryContext saved = MemoryContextSwitchTo(write->context);
	char *texts[WRITE_TEXTS];

	if (queue->texts == NULL || !texts_next(queue->texts, texts))
		elog(ERROR, "a write that waits to be sent is missing");
	write->access = queue->access;
	write->action = queue->action;
	write->number = queue->rows[queue->next].number;
	write->path = texts[TEXT_PATH];
	write->body = texts[TEXT_BODY];
	write->shown = texts[TEXT_SHOWN];
	write->before = texts[TEXT_BEFORE];
	write->id = texts[TEXT_ID];
	write->kind = texts[TEXT_KIND];
	MemoryContextSwitchTo(saved);
	return write;
}

Write *
queue_next(WriteQueue *queue)
{
	Write *write;

	if (queue->next == queue->nrows)
		return NULL;
	write = queue->next < list_length(queue->kept) ? (Write *) list_nth(queue->kept, (int) queue->next)
												   : restore_write(queue);
	queue->next++;
	return write;
}

int64
queue_length(const WriteQueue *queue)
{
	return queue == NULL ? 0 : queue->nrows - queue->next;
}

void
queue_append_rows(const WriteQueue *queue, StringInfo list, int64 limit)
{
	for (int64 i = queue->next; i < queue->nrows && i - queue->next < limit; i++)
	{
		const QueuedRow *row = &queue->rows[i];

		write_append_row(list, queue->targets_rows ? rowid_text(&row->id, queue->id_type) : NULL,
						 rowid_added_text(&row->id, queue->id_type), row->number);
	}
}

void
queue_end(WriteQueue *queue)
{
	for (int64 i = queue->next; i < list_length(queue->kept); i++)
		MemoryContextDelete(((Write *) list_nth(queue->kept, (int) i))->context);
	if (queue->texts != NULL)
		texts_end(queue->texts);
	MemoryContextDelete(queue->context);
}
