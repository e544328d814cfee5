/*
 * operand.h
 *		The values that a scan's conditions compare with.
 */
#ifndef REMOTE_OPERAND_H
#define REMOTE_OPERAND_H

#include "base/compat.h"

/* One operand's value, where it is known: plain EXPLAIN knows constants only. */
typedef struct Operand
{
	bool known;
	Oid type;
	Datum value;
	bool isnull;
} Operand;

/* The values that an operand holds, without NULLs and doubles. */
typedef struct Elements
{
	Oid type; /* of one value */
	Datum *values;
	int n;
	bool had_null;
} Elements;

extern Elements array_elements(Datum value);
extern Elements operand_elements(const Operand *operand);
extern Elements operand_keys(const Operand *operand);
extern Datum elements_array(const Elements *elements, int from, int n);

#endif /* REMOTE_OPERAND_H */
