/*
 * param_asks.h
 *		From the values of parameters to what listings are asked for.
 */
#ifndef REMOTE_PARAM_ASKS_H
#define REMOTE_PARAM_ASKS_H

#include "remote/param_values.h"

/* The asks for all of the parameters, of which "all" has a member for each. */
extern List *asks_of_params(const AskInput *input, List *asks, const ParamValues *all);

#endif /* REMOTE_PARAM_ASKS_H */
