/*
 * flat_stored.h
 *		Does the answer to a flat row show what was sent of it?
 */
#ifndef MODIFY_FLAT_STORED_H
#define MODIFY_FLAT_STORED_H

#include "base/json.h"
#include "remote/resource.h"

/* The fields of a row that was sent and that the row in the answer shows with other values: a List of UnstoredValue. */
extern List *flat_stored_otherwise(const ResourceDef *resource, JsonTree *sent, JsonTree *row);

#endif /* MODIFY_FLAT_STORED_H */
