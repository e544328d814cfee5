/*
 * hint.h
 *		What planning may know of a column that shows an attribute.
 *
 * Options say it, or the definitions that the session has read before.  Both may
 * be out of date, so whoever runs the plan binds the column again and compares.
 */
#ifndef ATTIO_HINT_H
#define ATTIO_HINT_H

#include "attio/naming.h"
#include "remote/table.h"

/* Attio's slot of Service. */
extern void attio_hint_attribute(const RemoteRelation *relation, const DeclaredColumn *column, ColumnHint *hint);

#endif /* ATTIO_HINT_H */
