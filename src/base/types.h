/*
 * types.h
 *		What readers and writers of values ask of the catalog of types.
 */
#ifndef BASE_TYPES_H
#define BASE_TYPES_H

#include "base/compat.h"

extern Oid element_type_of(Oid type);

#endif /* BASE_TYPES_H */
