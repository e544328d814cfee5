/*
 * param_rules.h
 *		Which conditions can become parameters of a request.
 *
 * An endpoint says which of its fields can be asked for (ParamDef in resource.h);
 * params.h writes them.
 */
#ifndef REMOTE_PARAM_RULES_H
#define REMOTE_PARAM_RULES_H

#include "remote/comparison.h"
#include "remote/resource.h"

/* Has the field parameters, so that conditions on it can be sent? */
extern bool params_of_field(const ResourceDef *resource, const char *field);

/*
 * What a comparison with this field is worth as a parameter; VERDICT_LOCAL: it
 * cannot be one.
 */
extern Verdict params_ship(const ResourceDef *resource, const char *field, const Comparison *comparison);

/* Do these terms, which all must hold, give all parameters that must be given? */
extern bool params_are_given(const ResourceDef *resource, const List *terms);

/*
 * The resource as it is read under these terms, which all must hold: itself, or a
 * copy whose listing is the way that one of the terms opens.
 */
extern const ResourceDef *params_resource(const ResourceDef *resource, const List *terms);

/* The parameter that a condition on this field becomes, or NULL. */
extern const ParamDef *param_of_condition(const ResourceDef *resource, const char *field, TermOp op);

extern bool param_is_integer(Oid type);
extern bool param_is_time(Oid type);

#endif /* REMOTE_PARAM_RULES_H */
