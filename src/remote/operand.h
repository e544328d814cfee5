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

extern Elements elements_of_array(Datum value);
extern Elements elements_of_operand(const Operand *operand);
extern Elements keys_of_operand(const Operand *operand);
extern Datum elements_array(const Elements *elements, int from, int n);

#endif /* REMOTE_OPERAND_H */
