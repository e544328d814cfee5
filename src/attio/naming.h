/*
 * naming.h
 *		Which columns a table has and what they are called (docs/types.md).
 *
 * Import writes these columns down; a hand-written column without options is
 * looked up among the same names.  Pure: makes no request.
 */
#ifndef ATTIO_NAMING_H
#define ATTIO_NAMING_H

#include "attio/metadata.h"
#include "remote/column.h"

typedef enum ColumnSet
{
	COLUMNS_DEFAULT,
	COLUMNS_RAW, /* default and _raw */
	COLUMNS_ALL, /* every property, and the time of the last change */
	COLUMNS_ANY  /* everything that has a name */
} ColumnSet;

typedef struct ColumnName
{
	char *name;
	ColumnKind kind;
	Oid type; /* of one value */
	bool is_array;
	bool not_null;
	bool companion;                /* the first to go when there are too many columns */
	const FieldDef *field;         /* COLUMN_FIELD */
	const AttributeDef *attribute; /* COLUMN_ATTRIBUTE */
	const PropertyDef *property;   /* COLUMN_ATTRIBUTE of a known type */
} ColumnName;

extern List *name_columns(const ResourceDef *resource, List *attributes, ColumnSet set, List **left_out);
extern char *shorten_name(const char *stem, const char *suffix, const char *id);

#endif /* ATTIO_NAMING_H */
