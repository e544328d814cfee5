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

/*
 * The first parameter of a way that is not gone, although these terms give all
 * that it takes; NULL: there is none.
 */
extern const ParamDef *params_left_way(const ResourceDef *resource, const List *terms);

/* Is there a listing for each of the parents, because the terms do not say of which one? */
extern bool params_leave_parents(const ResourceDef *resource, const List *terms);

/* Does the term become bounds, within which rows with other values are, too? */
extern bool params_are_bounds(const ResourceDef *resource, const List *term);

/* How many of so many keys of a lookup by this term fit one request. */
extern int params_keys_per_request(const ResourceDef *resource, const List *term, int keys);

/* Is what the term says sent, where all of these terms must hold?  Half of a group is not. */
extern bool params_send(const ResourceDef *resource, const List *terms, const List *term);

/* The parameter by which rows can be had in the order of this field, or NULL. */
extern const ParamDef *param_of_order(const ResourceDef *resource, const char *field, bool descending);

/* The parameter that a condition on this field becomes, or NULL. */
extern const ParamDef *param_of_condition(const ResourceDef *resource, const char *field, TermOp op);

/* Does the term choose among the listings that the resource has (PARAM_CHOICE)? */
extern bool param_chooses(const ResourceDef *resource, const List *term);

/* Do rows show what is asked for by the parameter?  Then one request has one value of it. */
extern bool param_is_shown(const ResourceDef *resource, const ParamDef *param);

/* How many of its values one request may have. */
extern int param_values_per_request(const ResourceDef *resource, const ParamDef *param);

#endif /* REMOTE_PARAM_RULES_H */
