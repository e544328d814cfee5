/*
 * value_conditions.h
 *		Which conditions on a property of an attribute's value are sent.
 */
#ifndef ATTIO_VALUE_CONDITIONS_H
#define ATTIO_VALUE_CONDITIONS_H

#include "remote/resource.h"

/* As people read a list; NULL where there are none.  In the current memory context. */
extern char *attio_value_conditions(const FieldDef *field);

#endif /* ATTIO_VALUE_CONDITIONS_H */
