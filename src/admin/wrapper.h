/*
 * wrapper.h
 *		The services by the names of their wrappers, for functions that tell of one.
 */
#ifndef ADMIN_WRAPPER_H
#define ADMIN_WRAPPER_H

#include "base/compat.h"
#include "remote/service.h"

/* ERROR where none of ours is called so. */
extern const Service *service_of_wrapper_named(const char *name);

#endif /* ADMIN_WRAPPER_H */
