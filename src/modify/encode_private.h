/*
 * encode_private.h
 *		What the files of the encoder share: its columns, and single values.
 */
#ifndef ATTIO_ENCODE_PRIVATE_H
#define ATTIO_ENCODE_PRIVATE_H

#include "modify/encode.h"

/* A column that is written. */
typedef struct WrittenColumn
{
	const ColumnBinding *binding;
	int at; /* index in the tuple */
	bool is_array;
	Oid type; /* of one value; of a domain its base type */
} WrittenColumn;

/* An attribute with its columns. */
typedef struct WrittenAttribute
{
	const AttributeDef *attribute;
	List *columns; /* WrittenColumn */
} WrittenAttribute;

struct Encoder
{
	MemoryContext context;
	const RemoteRelation *relation;
	Session *session;
	TupleDesc tupdesc;
	List *definitions;
	bool inserting;
	List *attributes;  /* WrittenAttribute */
	List *whole;       /* WrittenAttribute of columns of type jsonb, which hold the values as they are sent */
	List *refused;     /* ColumnBinding: read-only, or without an attribute: may only stay as they are */
	List *deferred;    /* IntList: attribute numbers that the statement does not name; bound by the first value */
	JsonTree *present; /* the record as it is; NULL until asked for */
};

/* In the encoder's memory context; json values are the caller's to put somewhere. */
extern void encode_refuse(const Encoder *encoder, const WrittenColumn *column, const char *value, const char *hint);
extern char *encode_text(const WrittenColumn *column, Datum value);
extern JsonTree *encode_member(const char *key, JsonTree *value);
extern JsonTree *encode_value(const Encoder *encoder, const WrittenColumn *column, const AttributeDef *attribute,
							  Datum value, const char *object);

#endif /* ATTIO_ENCODE_PRIVATE_H */
