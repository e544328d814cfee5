/*
 * param_asks.h
 *		From the values of parameters to what listings are asked for.
 *
 * Private to params.c, which knows the values, and to this.
 */
#ifndef REMOTE_PARAM_ASKS_H
#define REMOTE_PARAM_ASKS_H

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

/* The asks for all of the parameters, of which "all" has a member for each. */
extern List *asks_of_params(const AskInput *input, List *asks, const ParamValues *all);

#endif /* REMOTE_PARAM_ASKS_H */
