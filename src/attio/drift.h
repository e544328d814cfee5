/*
 * drift.h
 *		How an imported table differs from what an import would make now.
 */
#ifndef ATTIO_DRIFT_H
#define ATTIO_DRIFT_H

#include "attio/naming.h"
#include "remote/change.h"
#include "remote/table.h"

/* A foreign table as the catalog has it. */
typedef struct DriftTable
{
	Oid oid;
	const char *name;
	const char *schema;
	const char *qualified; /* both, quoted where needed */
	RemoteRelation *relation;
	List *columns; /* DeclaredColumn */
} DriftTable;

/* In the current memory context. */
extern DriftTable *drift_table_open(Oid oid);

/*
 * The changes (SchemaChange) that bring the columns of the table up to date with
 * these definitions of its attributes.  Columns are added only where "adds".
 * Makes no request.
 */
extern List *drift_of_columns(const DriftTable *table, List *attributes, bool adds);

/* Which of the import's sets of columns the table has. */
extern ColumnSet drift_column_set(const DriftTable *table);

/*
 * A change of the table, in the current memory context; without a statement
 * (NULL), the caller says what stands in its way.
 */
extern SchemaChange *drift_change(const DriftTable *table, const char *cause, const char *statement);

/* Attio's slot of Service (drift_tables.c). */
extern List *attio_schema_changes(Session *session, List *tables, const char *schema, bool creates);

#endif /* ATTIO_DRIFT_H */
