/*
 * operand.c
 *		The values that an operand holds.
 *
 * Owns: arrays taken apart, without NULLs and doubles.  Must not know what is
 * asked with them.
 */
#include "remote/operand.h"

#include "utils/array.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"

/* Of more values than these, doubles are found by sorting. */
#define MANY_VALUES 100

typedef struct ElementType
{
	int16 length;
	bool byval;
} ElementType;

/* Any order of images will do. */
static int
compare_images(const void *a, const void *b, void *arg)
{
	const ElementType *type = (const ElementType *) arg;
	Datum one = *(const Datum *) a;
	Datum other = *(const Datum *) b;
	Size size;
	Size other_size;
	int compared;

	if (type->byval)
		return one < other ? -1 : one > other;
	size = datumGetSize(one, false, type->length);
	other_size = datumGetSize(other, false, type->length);
	compared = memcmp(DatumGetPointer(one), DatumGetPointer(other), Min(size, other_size));
	return compared != 0 ? compared : size < other_size ? -1 : size > other_size;
}

/* Each value once; in another order where they are many. */
static void
drop_doubles(Elements *elements, int16 length, bool byval)
{
	ElementType type = {length, byval};
	int n = 0;

	if (elements->n > MANY_VALUES)
		qsort_arg(elements->values, elements->n, sizeof(Datum), compare_images, &type);
	for (int i = 0; i < elements->n; i++)
	{
		bool known = false;

		for (int j = elements->n > MANY_VALUES ? Max(n - 1, 0) : 0; j < n && !known; j++)
			known = datumIsEqual(elements->values[j], elements->values[i], byval, length);
		if (!known)
			elements->values[n++] = elements->values[i];
	}
	elements->n = n;
}

/* The values of an array, in the current memory context; each once, in another order where they are many. */
Elements
elements_of_array(Datum value)
{
	ArrayType *array = DatumGetArrayTypeP(value);
	Elements elements = {0};
	int16 length;
	bool byval;
	char align;
	Datum *all;
	bool *nulls;
	int n;

	elements.type = ARR_ELEMTYPE(array);
	get_typlenbyvalalign(elements.type, &length, &byval, &align);
	deconstruct_array(array, elements.type, length, byval, align, &all, &nulls, &n);
	elements.values = (Datum *) palloc(sizeof(Datum) * Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		elements.had_null = elements.had_null || nulls[i];
		if (!nulls[i])
			elements.values[elements.n++] = all[i];
	}
	drop_doubles(&elements, length, byval);
	return elements;
}

/* The values that an operand, an array or a single id, holds; none of one that is NULL or not known. */
Elements
elements_of_operand(const Operand *operand)
{
	Elements elements = {0};

	if (operand->isnull || !operand->known)
		return elements;
	if (OidIsValid(get_base_element_type(operand->type)))
		return elements_of_array(operand->value);
	elements.type = operand->type;
	elements.values = (Datum *) palloc(sizeof(Datum));
	elements.values[0] = operand->value;
	elements.n = 1;
	return elements;
}

/* The ids that an operand names, sorted, each once: a repeated key gives its rows once. */
Elements
keys_of_operand(const Operand *operand)
{
	Elements keys = elements_of_operand(operand);
	ElementType type;

	if (keys.n > 1)
	{
		get_typlenbyval(keys.type, &type.length, &type.byval);
		qsort_arg(keys.values, keys.n, sizeof(Datum), compare_images, &type);
	}
	return keys;
}

/* So many of the values from one on, as an array. */
Datum
elements_array(const Elements *elements, int from, int n)
{
	int16 length;
	bool byval;
	char align;

	get_typlenbyvalalign(elements->type, &length, &byval, &align);
	return PointerGetDatum(construct_array(elements->values + from, n, elements->type, length, byval, align));
}
