/*
 * value.h
 *		From one slice of JSON to one datum of a column's type.
 */
#ifndef ROW_VALUE_H
#define ROW_VALUE_H

#include "base/compat.h"
#include "row/tokenizer.h"

typedef struct ValueReader ValueReader;

typedef Datum (*ValueFunction)(ValueReader *reader, const TokSlice *slice);

struct ValueReader
{
	ValueFunction convert;
	Oid type; /* a base type; of an array its elements' */
	int32 typmod;
	FmgrInfo input; /* the type's input function */
	Oid ioparam;
	bits32 settings; /* that it reads, see base/fixed_settings.h */
};

extern void value_reader_init(ValueReader *reader, Oid type, int32 typmod);
/* A moment in nanoseconds, for comparing, by a reader of timestamptz; what is none is an error of the input function. */
extern int64 value_nanoseconds(ValueReader *moment, const TokSlice *slice);
extern void value_slice_of_text(TokSlice *slice, const char *text);
extern bool value_is_text(const TokSlice *slice, const char *text);
extern char *value_string(const TokSlice *slice, size_t *length);

#endif /* ROW_VALUE_H */
