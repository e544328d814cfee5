/*
 * params.h
 *		Conditions that become parameters of a request.
 *
 * An endpoint says which of its fields can be asked for (ParamDef).  Conditions on
 * them become parts of the query string or of the path, for any service.
 */
#ifndef REMOTE_PARAMS_H
#define REMOTE_PARAMS_H

#include "remote/ask.h"

struct Session;

/*
 * Add the parameters that a term asks for to what is asked already: each ask
 * becomes one for each set of parameters.  ERROR where a parameter that must be
 * given is not.
 */
extern void params_write(const AskInput *input, AskSet *set);

/*
 * What a scan asks for: by the service's own language, and by parameters.
 * Without a session it makes no request (EXPLAIN).
 */
extern AskSet asks_of_scan(struct Session *session, const AskInput *input);

#endif /* REMOTE_PARAMS_H */
