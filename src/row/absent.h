/*
 * absent.h
 *		A value of which the wanted members are not there.
 */
#ifndef ROW_ABSENT_H
#define ROW_ABSENT_H

#include "remote/property.h"
#include "row/tokenizer.h"

extern void absent_check(const TokSlice *list, uint32 element, const char *attribute, const PropertyDef *property);
extern void absent_check_row(const char *row, size_t length, const char *attribute, const PropertyDef *property);

/* Likewise of a field that shows a member of each element of an array. */
extern void absent_check_element(const TokSlice *list, uint32 element, const char *field);

#endif /* ROW_ABSENT_H */
