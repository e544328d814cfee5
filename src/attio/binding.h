/*
 * binding.h
 *		Which attribute a column shows now.
 */
#ifndef ATTIO_BINDING_H
#define ATTIO_BINDING_H

#include "attio/naming.h"
#include "remote/table.h"

/* The names of columns without options, in the current memory context. */
extern struct NameIndex *name_index_make(void);

/* The column that the import would call so, or NULL. */
extern const ColumnName *relation_named_column(const RemoteRelation *relation, const char *name, List *definitions);

/* Attio's slot of Service. */
extern void attio_bind_column(const RemoteRelation *relation, const DeclaredColumn *column, List *definitions,
							  ColumnBinding *binding);

#endif /* ATTIO_BINDING_H */
