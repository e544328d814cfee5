/*
 * endpoints.h
 *		The one table of Affinity's endpoints whose rows can be a table.
 */
#ifndef AFFINITY_ENDPOINTS_H
#define AFFINITY_ENDPOINTS_H

#include "remote/resource.h"

struct RemoteRelation;

extern const ResourceDef affinity_resources[];

/* What two tables both list, where they show the same; else NULL. */
extern const char *
affinity_same_rows(const struct RemoteRelation *one, const struct RemoteRelation *other, const char **hint);

#endif /* AFFINITY_ENDPOINTS_H */
