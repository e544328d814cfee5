/*
 * write_columns.h
 *		Which columns of a table are written, and to which attributes.
 *
 * Columns of one attribute are written together.  Columns that the statement
 * names are bound when it begins; others, which defaults and triggers may fill,
 * by the first value that they bring.  So an attribute that is gone is an error
 * only where somebody wants to write it.
 */
#ifndef ATTIO_WRITE_COLUMNS_H
#define ATTIO_WRITE_COLUMNS_H

#include "attio/write_value.h"
#include "base/text_index.h"
#include "remote/writing.h"

/* An attribute with its columns. */
typedef struct WrittenAttribute
{
	const AttributeDef *attribute;
	List *columns; /* WrittenColumn */
} WrittenAttribute;

/* What Attio makes the rows of a statement to bodies with. */
typedef struct RowEncoder
{
	MemoryContext context; /* lives as long as the statement */
	RemoteTable table;
	bool inserting;
	List *attributes;         /* WrittenAttribute */
	TextIndex *by_slug;       /* the same; NULL while there are none */
	List *whole;              /* WrittenAttribute of columns of type jsonb, which hold the values as they are sent */
	List *refused;            /* ColumnBinding: read-only, or without an attribute: may only stay as they are */
	List *deferred;           /* IntList: attribute numbers that the statement does not name */
	JsonTree *present;        /* the record as it is, of one row; NULL until asked for */
	AttrNumber parent_record; /* columns of a new entry's parent; 0 = none */
	AttrNumber parent_object;
	List *answer_definitions; /* newer than the table's, where an answer shows that */
} RowEncoder;

/* Bind those of these columns (an IntList) that the statement names; the others wait for a value. */
extern void bind_written_columns(RowEncoder *encoder, List *columns, const Bitmapset *named);

/* Bind columns that nobody named, and that have got a value all the same. */
extern void bind_assigned_columns(RowEncoder *encoder, const RowChange *change);

/*
 * A read-only column, or one without attribute, may be left out or, by an
 * UPDATE, assigned what it is; else an ERROR.
 */
extern void check_refused_columns(const RowEncoder *encoder, const RowChange *change);

/* Is the column assigned?  NULL is not. */
extern bool is_assigned(const WrittenColumn *column, const RowChange *change);

/* All of a column as text, the braces of an array included. */
extern char *column_text(const WrittenColumn *column, const RowChange *change);

/* The first column of the attribute that is written this way, or NULL. */
extern WrittenColumn *column_of_kind(const WrittenAttribute *written, WriteKind kind);

#endif /* ATTIO_WRITE_COLUMNS_H */
