/*
 * write.c
 *		One write: a request for one row, and what became of it.
 *
 * Owns: what is said of a write before it is sent and after.  Must not know how
 * it is sent.
 */
#include "modify/write.h"

#include "utils/memutils.h"

/* A write without anything in it; to delete its context forgets it. */
Write *
write_allocate(MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "attio_fdw write", ALLOCSET_SMALL_SIZES);
	Write *write = (Write *) MemoryContextAllocZero(context, sizeof(Write));

	write->context = context;
	return write;
}

/* Is it for a row that there was when the statement read it? */
bool
write_targets_row(const Write *write)
{
	return write->action == ACTION_UPDATE || write->action == ACTION_DELETE;
}

/* Is it not written, which is no error? */
bool
write_is_skipped(const Write *write)
{
	return write->outcome == WRITE_GONE || write->outcome == WRITE_CONFLICT;
}

/* The row in words: its id, or before Attio gave it one its place in the statement. */
void
write_append_row(StringInfo list, const char *id, int64 number)
{
	if (list->len > 0)
		appendStringInfoString(list, ", ");
	if (id != NULL)
		appendStringInfoString(list, id);
	else
		appendStringInfo(list, "row " INT64_FORMAT, number);
}

/* Show what would be sent. */
void
write_show(const Write *write)
{
	ereport(NOTICE, (errmsg("dry run: %s %s", write->method, write->path),
					 write->body != NULL ? errdetail("%s", write->shown) : 0));
}
