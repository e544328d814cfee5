/*
 * write_value.h
 *		One value of a column, in the form that Attio is sent.
 *
 * Trees and texts are made in the current memory context.
 */
#ifndef ATTIO_WRITE_VALUE_H
#define ATTIO_WRITE_VALUE_H

#include "attio/metadata.h"
#include "base/json.h"
#include "remote/table.h"

/* A column that is written. */
typedef struct WrittenColumn
{
	const ColumnBinding *binding;
	int at; /* index in the tuple */
	bool is_array;
	Oid type; /* of one value; of a domain its base type */
} WrittenColumn;

/* The column cannot hold this value: an ERROR. */
extern void refuse_value(const RemoteTable *table, const WrittenColumn *column, const char *value, const char *hint);

/* One value of a column as text, whatever the session's settings are. */
extern char *written_text(const WrittenColumn *column, Datum value);

/* {key: value} */
extern JsonTree *make_member(const char *key, JsonTree *value);

/*
 * One value of a column that decides its attribute's; "object" is what the
 * column of property target_object says beside it, or NULL.  May make requests.
 * Raises ERROR for what Attio could not store.
 */
extern JsonTree *value_json(const RemoteTable *table, const WrittenColumn *column, const AttributeDef *attribute,
							Datum value, const char *object);

#endif /* ATTIO_WRITE_VALUE_H */
