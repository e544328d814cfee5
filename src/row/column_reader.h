/*
 * column_reader.h
 *		How the columns of a row are read; private to reader.c, one_value.c and given_column.c.
 */
#ifndef ROW_COLUMN_READER_H
#define ROW_COLUMN_READER_H

#include "remote/table.h"
#include "row/doubt.h"
#include "row/projection.h"
#include "row/row_slices.h"
#include "row/value.h"

/* members that one column may show */
#define READER_MAX_LEAVES 24

typedef struct ColumnReader ColumnReader;
typedef struct RowReader RowReader;

typedef Datum (*ColumnFunction)(RowReader *reader, ColumnReader *column, const PagerRow *row, bool *isnull);

struct ColumnReader
{
	const ColumnBinding *binding;
	ColumnFunction read;
	ValueReader value;
	bool is_array;
	int16 element_length;
	bool element_byval;
	char element_align;
	PropertyForm form;
	Oid domain;         /* whose constraints hold; InvalidOid = no domain */
	void *domain_check; /* cache of the check */
	Oid array_of;       /* element type of an array */
	Oid element_domain; /* likewise of an array's elements */
	void *element_check;
	Trust trust;      /* in its definition */
	bool refuses_two; /* a scalar that must not meet a second value */
	int list_leaf;    /* the array of values; -1 = none */
	int leaves[READER_MAX_LEAVES];
	int nleaves;
	int unless_leaf;     /* of what leaves a given column without a value; -1 = nothing */
	bool never_null;     /* every row has a value */
	int nfirst;          /* of a field: so many of which the first is shown; the others are texts of one line */
	int *changed_leaves; /* COLUMN_CHANGED_AT: active_from of each attribute */
	int nchanged;
};

/* An extra (resource.h) that a column shows. */
typedef struct ExtraReader
{
	const Extra *extra;
	int leaf;     /* of its member */
	bool is_told; /* by the way of these rows, as one of them showed */
} ExtraReader;

struct RowReader
{
	MemoryContext context;
	const RemoteRelation *relation;
	Projection *projection;
	ColumnReader *columns;
	int ncolumns;
	RowSlices slices;    /* of the row that is read */
	const PagerRow *row; /* being read, for the error context */
	const ColumnReader *column;
	const TokSlice *slice;      /* being converted, likewise */
	TokSlice made;              /* a slice that stands in no page */
	ValueReader moment;         /* timestamptz, for comparing */
	int values_leaf;            /* the member that holds attribute values; -1 = not wanted */
	Doubt doubt;                /* in the definition of "column" */
	int since_leaf;             /* the time that Ask.since is about; -1 = of no ask */
	bool is_none;               /* the record has no value of its listing's attribute, or is not wanted */
	struct ExtraReader *extras; /* of the columns */
	int nextras;
	bool lacks_extra; /* the row was asked for with an extra that its way may not tell */
};

/* Is there a value, and is it not null? */
static inline bool
is_value(const TokSlice *slice)
{
	return slice != NULL && slice->kind != TOK_NULL;
}

/* A value of the column's base type; the slice is named where that fails. */
static inline Datum
datum_of_slice(RowReader *reader, ColumnReader *column, const TokSlice *slice)
{
	reader->slice = slice;
	return column->value.convert(&column->value, slice);
}

/* The texts of the leaves from this one on that are there, in one line; NULL where there are none. */
extern Datum
read_line(RowReader *reader, ColumnReader *column, const PagerRow *row, uint32 element, int first, bool *isnull);

/* Want what a column shows that was asked for, or the name in its place. */
extern void prepare_given(RowReader *reader, ColumnReader *column);

/* One value of the column's attribute, by the form of its property. */
extern Datum read_value(RowReader *reader, ColumnReader *column, const PagerRow *row, uint32 element, bool *isnull);

#endif /* ROW_COLUMN_READER_H */
