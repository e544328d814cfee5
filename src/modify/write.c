/*
 * write.c
 *		One write: a request for one row, and what became of it.
 *
 * Owns: what is said of a write before it is sent and after.  Must not know how
 * it is sent.
 */
#include "modify/write.h"

#include "remote/writing.h"
#include "utils/memutils.h"

/* What a tree takes, as a multiple of its text: json-c has a table for each object, and a slot array for each array. */
#define TREE_FACTOR 16

/* A write without anything in it; to delete its context forgets it. */
Write *
write_allocate(MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "attio_fdw write", ALLOCSET_SMALL_SIZES);
	Write *write = (Write *) MemoryContextAllocZero(context, sizeof(Write));

	write->context = context;
	return write;
}

Size
write_size(const Write *write)
{
	Size tree = write->sent == NULL ? 0 : strlen(write->body) * TREE_FACTOR;

	return MemoryContextMemAllocated(write->context, true) + tree;
}

const Access *
write_access(const ResourceDef *resource, WriteAction action)
{
	switch (action)
	{
		case ACTION_CREATE:
			return &resource->create;
		case ACTION_MATCH:
			return &resource->match;
		case ACTION_UPDATE:
			return &resource->update;
		case ACTION_DELETE:
			return &resource->delete;
	}
	return NULL;
}

char *
write_request_shown(const RemoteRelation *relation, WriteAction action)
{
	const Access *access = write_access(relation->resource, action);
	List *given = relation->given;

	if (action == ACTION_MATCH)
		given = lappend(list_copy(given), given_make(GIVEN_MATCHING, relation->matching));
	return psprintf("%s %s", access->method, resource_path_shown(access->path, given, NULL));
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

/* The row by its identity, in the current memory context. */
char *
write_named(const char *id, const char *kind)
{
	return kind == NULL ? pstrdup(id) : psprintf("%s (%s)", id, kind);
}

/* The row in words: its identity, or before it has an id, its place in the statement. */
void
write_append_row(StringInfo list, const char *id, const char *kind, int64 number)
{
	if (list->len > 0)
		appendStringInfoString(list, ", ");
	if (id != NULL)
		appendStringInfoString(list, write_named(id, kind));
	else
		appendStringInfo(list, "row " INT64_FORMAT, number);
}

/* Show what would be sent. */
void
write_show(const Write *write)
{
	ereport(NOTICE, (errmsg("dry run: %s %s", write->access->method, write->path),
					 write->body != NULL ? errdetail("%s", write->shown) : 0));
}
