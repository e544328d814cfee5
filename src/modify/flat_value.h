/*
 * flat_value.h
 *		One value of a field, in the form that a service is sent.
 */
#ifndef MODIFY_FLAT_VALUE_H
#define MODIFY_FLAT_VALUE_H

#include "base/json.h"
#include "remote/column.h"

/* A column of the table, and the field that it shows. */
typedef struct FlatColumn
{
	AttrNumber attnum;
	const char *name;
	const char *table;
	const FieldDef *field; /* NULL: it shows no field */
	bool is_written;
	bool is_assigned; /* of the row that is being encoded */
	Oid type;         /* as declared, of a domain its base type */
	Oid element;      /* of an array; else InvalidOid */
} FlatColumn;

/* Raise an ERROR: the column cannot hold this value. */
extern void flat_refuse_value(const FlatColumn *column, const char *value, const char *hint) __attribute__((noreturn));

/* What the service calls a word of the field's; raises ERROR for others. */
extern const char *flat_word_sent(const FlatColumn *column, const char *text);

/*
 * A value of this type as one of the field's, in the current memory context;
 * NULL is JSON's null.  Raises ERROR for what the field cannot hold.
 */
extern JsonTree *flat_value(const FlatColumn *column, Oid field_type, Oid type, Datum value);

#endif /* MODIFY_FLAT_VALUE_H */
