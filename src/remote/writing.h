/*
 * writing.h
 *		How rows are written: what a service is told of a row, and what it makes
 *		of it.
 *
 * Whoever runs a statement decides when a request is sent, and what its answer
 * means.  A service says what stands in it.  A resource whose rows hold nothing
 * but fields needs no methods: its fields say what can be written.
 */
#ifndef REMOTE_WRITING_H
#define REMOTE_WRITING_H

#include "base/compat.h"
#include "base/json.h"
#include "executor/tuptable.h"
#include "nodes/bitmapset.h"
#include "remote/table.h"

/* The Given of a path by which a new row is matched with one that is there. */
#define GIVEN_MATCHING "matching_attribute"

/* Which columns of a row are assigned. */
typedef enum AssignRule
{
	ASSIGN_GIVEN,   /* those that are not NULL: of a new row */
	ASSIGN_CHANGED, /* those that differ from the row as it was read */
	ASSIGN_ALL      /* all: the row was not read */
} AssignRule;

/* A row that is written. */
typedef struct RowChange
{
	TupleTableSlot *slot; /* as it is to be, all of its columns deformed */
	AssignRule rule;
	const char *id;          /* NULL of a new row */
	const Datum *old_values; /* ASSIGN_CHANGED: as it was read; else NULL */
	const bool *old_nulls;
} RowChange;

/* A statement that writes rows. */
typedef struct WriteTarget
{
	RemoteTable table;
	CmdType operation;
	List *columns;          /* IntList: attribute numbers that may be assigned */
	const Bitmapset *named; /* those that the statement names, as in a range table entry */
	bool skips_conflicts;   /* ON CONFLICT DO NOTHING */
} WriteTarget;

/* What is sent of a row. */
typedef struct RowBody
{
	bool is_shown; /* set by the caller: people will read it */
	JsonTree *sent;
	JsonTree *shown; /* the same as people read it; NULL = as it is sent */
	List *given;     /* Given: what the path needs of the row */
} RowBody;

/* A value that an answer does not show as it was sent. */
typedef struct UnstoredValue
{
	const char *name;
	JsonTree *sent;
	JsonTree *stored;
} UnstoredValue;

/*
 * What a service gives to have rows written that hold more than fields.  "writer"
 * is what begin() has made.
 */
typedef struct WriteMethods
{
	/*
	 * Prepare for a statement that creates or updates rows.  The result belongs to
	 * the current memory context, which lives as long as the statement; the target
	 * does, too.  Raises ERROR for what the statement can surely not write.
	 */
	void *(*begin)(const WriteTarget *target);

	/*
	 * What is sent of a row, in the current memory context; false where that is
	 * nothing.  May make requests.  Raises ERROR for what cannot be stored.
	 */
	bool (*encode)(void *writer, const RowChange *change, RowBody *body);

	/* Is the column among what is shown of this body?  For the log of writes. */
	bool (*holds_column)(void *writer, const RowBody *body, AttrNumber attnum);

	/* Is the column's value all that is sent where only it is assigned, whatever else the row holds?  Makes no request. */
	bool (*is_alone)(const ColumnHint *hint);

	/*
	 * The names (char *) of the values that find_unstored() looks at for this body,
	 * among those that the row has below ResourceDef.values.  NULL = at any.  Makes
	 * no request.
	 */
	List *(*compared_names)(void *writer, JsonTree *sent);

	/*
	 * The values of a body that the row in the answer to it does not show: a List of
	 * UnstoredValue.  May make requests.
	 */
	List *(*find_unstored)(void *writer, JsonTree *sent, JsonTree *row);
} WriteMethods;

/* Is the column with this index (from 0) assigned? */
extern bool change_assigns(const RowChange *change, int at);

#endif /* REMOTE_WRITING_H */
