/*
 * write_parts.h
 *		Names and addresses: values whose parts are columns, and that are written
 *		whole.
 *
 * Both return NULL where the value is empty.  They may ask for the present value,
 * where the table lacks columns for some of its parts.
 */
#ifndef ATTIO_WRITE_PARTS_H
#define ATTIO_WRITE_PARTS_H

#include "attio/write_columns.h"

/*
 * A name always goes as its three parts.  Only the full one given: it is split
 * at the first blank; only parts: the full one is both.
 */
extern JsonTree *name_json(RowEncoder *encoder, const WrittenAttribute *written, const RowChange *change);

/* An address goes with all ten members; changed lines make the coordinates unknown. */
extern JsonTree *place_json(RowEncoder *encoder, const WrittenAttribute *written, const RowChange *change);

#endif /* ATTIO_WRITE_PARTS_H */
