/*
 * write_values.h
 *		From the columns of a row to the values that Attio is sent.
 *
 * May make requests: for options, for slugs of objects, and for the present
 * value where a part of a name or an address is assigned and the row does not
 * hold the others.
 */
#ifndef ATTIO_WRITE_VALUES_H
#define ATTIO_WRITE_VALUES_H

#include "attio/write_columns.h"

/*
 * The values to send, by slug: of a new row all that are not NULL, else those
 * that are assigned.  An empty object: nothing is to be written.  Raises ERROR
 * for what Attio could not store, and for a read-only column that is assigned
 * something else.
 */
extern JsonTree *encode_values(RowEncoder *encoder, const RowChange *change);

/* Of a row that is created: an ERROR where an attribute that must have a value has none. */
extern void check_required(const RowEncoder *encoder, JsonTree *values);

#endif /* ATTIO_WRITE_VALUES_H */
