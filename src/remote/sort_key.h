/*
 * sort_key.h
 *		One key of an order that a plan counts on.
 *
 * A service writes it in its own language; the executor compares rows by it.
 */
#ifndef REMOTE_SORT_KEY_H
#define REMOTE_SORT_KEY_H

#include "base/compat.h"

typedef struct SortKey
{
	/* what the service sorts by: the column decides which attribute is meant when the scan starts */
	AttrNumber attnum;
	bool descending;
	const char *attribute_id; /* what planning took the column for; "" = not known */
	const char *name;         /* of the attribute */
	const char *type;
	const char *property;

	/* how the executor compares */
	bool nulls_first;
	Oid sort_operator; /* InvalidOid while planning has not chosen the path */
	Oid collation;
} SortKey;

#endif /* REMOTE_SORT_KEY_H */
