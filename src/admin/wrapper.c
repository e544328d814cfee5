/*
 * wrapper.c
 *		The services by the names of their wrappers, for functions that tell of one.
 *
 * Owns: the error.
 */
#include "admin/wrapper.h"

#include "foreign/foreign.h"

const Service *
service_of_wrapper_named(const char *name)
{
	const Service *service = service_of_wrapper(get_foreign_data_wrapper_oid(name, false));

	if (service == NULL)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("foreign-data wrapper \"%s\" belongs to another library", name)));
	return service;
}
