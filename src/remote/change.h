/*
 * change.h
 *		What would bring foreign tables up to date with their service.
 */
#ifndef REMOTE_CHANGE_H
#define REMOTE_CHANGE_H

#include "base/compat.h"

/* One difference between a foreign table and what an import would make now. */
typedef struct SchemaChange
{
	const char *table;     /* its name, with that of its schema */
	const char *cause;     /* what has changed at the service, in a few words */
	const char *statement; /* that follows it; NULL = it is not followed */
	const char *obstacle;  /* why not, a sentence; NULL = nothing stands in the way */
	const char *advice;    /* what can be done then, a sentence */
} SchemaChange;

#endif /* REMOTE_CHANGE_H */
