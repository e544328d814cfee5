/*
 * column_users.h
 *		What in the database stands in the way of changing a column.
 */
#ifndef ATTIO_COLUMN_USERS_H
#define ATTIO_COLUMN_USERS_H

#include "base/compat.h"
#include "access/attnum.h"

/* What is to be done with a column: bits, so that one reason can hold of several. */
typedef enum ColumnUse
{
	TO_DROP = 1,
	TO_RETYPE = 2,
	TO_RENAME = 4
} ColumnUse;

/*
 * What uses the column of this table, so that this cannot be done with it: as
 * people read a list, in the current memory context; NULL = nothing.
 */
extern char *column_users(Oid table, AttrNumber attnum, ColumnUse use);

#endif /* ATTIO_COLUMN_USERS_H */
