/*
 * endpoints.h
 *		The one table of Affinity's endpoints whose rows can be a table.
 */
#ifndef AFFINITY_ENDPOINTS_H
#define AFFINITY_ENDPOINTS_H

#include "remote/resource.h"

extern const ResourceDef affinity_resources[];

#endif /* AFFINITY_ENDPOINTS_H */
