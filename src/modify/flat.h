/*
 * flat.h
 *		Rows that hold nothing but fields are written as flat JSON.
 */
#ifndef MODIFY_FLAT_H
#define MODIFY_FLAT_H

#include "remote/writing.h"

/* For resources without attribute values; what can be written their fields say. */
extern const WriteMethods flat_writing;

#endif /* MODIFY_FLAT_H */
