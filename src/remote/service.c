/*
 * service.c
 *		The services that this library serves.
 *
 * Owns: the list of them.  A server's service is found by the handler function
 * of its wrapper, which only superusers can choose.
 */
#include "remote/service.h"

#include "foreign/foreign.h"
#include "utils/lsyscache.h"

#define SERVICE_LIMIT 8

static const Service *registered_services[SERVICE_LIMIT];
static int nregistered_services = 0;

void
service_register(const Service *service)
{
	if (nregistered_services == SERVICE_LIMIT)
		elog(ERROR, "too many services");
	registered_services[nregistered_services++] = service;
}

/* The service with this handler function; NULL where there is none. */
static const Service *
service_of_handler(const char *handler)
{
	for (int i = 0; i < nregistered_services; i++)
		if (strcmp(registered_services[i]->handler, handler) == 0)
			return registered_services[i];
	return NULL;
}

const Service *
service_of_wrapper(Oid wrapper)
{
	ForeignDataWrapper *fdw = GetForeignDataWrapper(wrapper);
	const char *handler = OidIsValid(fdw->fdwhandler) ? get_func_name(fdw->fdwhandler) : NULL;

	return handler == NULL ? NULL : service_of_handler(handler);
}

const Service *
service_of_server(Oid server)
{
	return service_of_wrapper(GetForeignServer(server)->fdwid);
}

char *
service_label(const Service *service, const char *words)
{
	return psprintf("%s %s", service->title, words);
}
