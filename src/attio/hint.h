/*
 * hint.h
 *		What planning may know of a column, without a request.
 *
 * Options say it, or the definitions that the session has read before.  Both may
 * be out of date, so whoever runs the plan binds the column again and compares.
 */
#ifndef ATTIO_HINT_H
#define ATTIO_HINT_H

#include "attio/relation.h"

typedef struct ColumnHint
{
	AttrNumber attnum;
	bool is_key;              /* shows the row's id */
	bool is_parent;           /* shows the id of an entry's parent record */
	bool multi;               /* the attribute holds several values: a filter asks whether any of them fits */
	bool array;               /* and the column shows all of them */
	bool is_created_at;       /* shows the time of creation, by which pages can be sorted */
	const char *attribute_id; /* "" = not known */
	const char *slug;         /* NULL: nothing can be sent about this column */
	const char *type;         /* attribute type */
	const PropertyDef *property;
	const ValueTraits *traits; /* of the property */
	const char *reason;        /* why nothing can be sent, in a few words; NULL = something can */
} ColumnHint;

extern ColumnHint relation_column_hint(const AttioRelation *relation, AttrNumber attnum);

#endif /* ATTIO_HINT_H */
