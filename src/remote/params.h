/*
 * params.h
 *		Conditions that become parameters of a request.
 *
 * An endpoint says which of its fields can be asked for (ParamDef).  Conditions on
 * them become parts of the query string or of the path, for any service.
 */
#ifndef REMOTE_PARAMS_H
#define REMOTE_PARAMS_H

#include "base/compat.h"
#include "executor/tuptable.h"
#include "remote/ask.h"

struct ResourceDef;
struct Session;

/*
 * What a scan asks for: by the service's own language, by parameters, and which
 * extras.  Without a session it makes no request (EXPLAIN).  ERROR where a
 * parameter that must be given is not.
 */
extern AskSet asks_of_scan(struct Session *session, const AskInput *input);

/* Do they say all that the path of a listing needs, so that nothing else says which listings there are? */
extern bool asks_say_parent(const struct ResourceDef *resource, const AskSet *set);

/* Do these take more than one listing of the resource? */
extern bool asks_need_several(const struct ResourceDef *resource, const AskSet *set);

/* Ask for the order of a field by the parameter that gives it, which there is (param_of_order()). */
extern void params_add_order(const struct ResourceDef *resource, const char *field, bool descending, AskSet *set);

/*
 * Is the row one of this ask's, where a parameter's values are asked for in
 * several?  A service that returns more than it was asked for returns it for
 * each of them.  Not for rows that have ids, which come once.
 */
extern bool ask_has_row(const Ask *ask, TupleTableSlot *slot);

#endif /* REMOTE_PARAMS_H */
