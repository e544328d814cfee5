/*
 * param_values.h
 *		What conditions say of the parameters of a request.
 */
#ifndef REMOTE_PARAM_VALUES_H
#define REMOTE_PARAM_VALUES_H

#include "remote/ask.h"

/* What one parameter is asked for; several values make several asks, or one with all of them. */
typedef struct ParamValues
{
	const ParamDef *def;
	List *texts;       /* char *; NIL = it is not asked for */
	AttrNumber column; /* whose condition it is */
	Oid field;         /* type of its field */
	bool is_null;      /* the text stands for no value */
	bool is_moment;    /* a bound of a timestamptz: */
	TimestampTz moment;
	bool is_ahead;  /* that no condition says */
	bool of_option; /* likewise, but an option of the server */
} ParamValues;

/*
 * What the terms say of each of the resource's parameters, in their order, and
 * what is sent where they say nothing.  In the current memory context.  Where no
 * row can meet them, or one of them is not among the values, the set says so.
 */
extern ParamValues *param_values_of_terms(const AskInput *input, AskSet *set);

/* Values to be equal to become the parameter's; false: one of them cannot be sent. */
extern bool
param_add_equals(ParamValues *values, const FieldDef *field, const Condition *condition, const Operand *operand);

#endif /* REMOTE_PARAM_VALUES_H */
