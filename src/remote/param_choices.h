/*
 * param_choices.h
 *		Conditions that choose among the listings that a resource has.
 */
#ifndef REMOTE_PARAM_CHOICES_H
#define REMOTE_PARAM_CHOICES_H

#include "remote/ask.h"

/* What such conditions say, as far as it is known: a List of AskChoice, in the current memory context. */
extern List *param_choices(const AskInput *input);

/*
 * May a listing that is given this have rows, by the conditions that choose among
 * listings?  What it is not given they do not ask about.
 */
extern bool params_choose_listing(const AskInput *input, const List *given);

/* The same of choices that are known. */
extern bool choices_leave_listing(const List *choices, const List *given);

#endif /* REMOTE_PARAM_CHOICES_H */
