/*
 * known_definitions.h
 *		What a table that is planned or read has been told of definitions.
 */
#ifndef ATTIO_KNOWN_DEFINITIONS_H
#define ATTIO_KNOWN_DEFINITIONS_H

#include "nodes/pg_list.h"

/* RemoteRelation.known. */
typedef struct KnownDefinitions
{
	List *definitions;  /* AttributeDef, a copy of what the session knew when planning first asked; NIL = nothing */
	List *interactions; /* ObjectInteractions (interactions.c), of which the present listings are; NIL = none are */
} KnownDefinitions;

#endif /* ATTIO_KNOWN_DEFINITIONS_H */
