/*
 * row_path.h
 *		Parts of the path of a write that the row says.
 */
#ifndef MODIFY_ROW_PATH_H
#define MODIFY_ROW_PATH_H

#include "remote/relation.h"
#include "remote/resource.h"

/* Does the path have parts, besides the row's id, that columns of the row show? */
extern bool row_path_needs_row(const ResourceDef *resource, const char *path);

/*
 * These parts, by the columns of a row: a List of Given, in the current memory
 * context.  ERROR where the table has no column of one, or the row no value.
 */
extern List *row_path_given(const RemoteRelation *relation, const char *path, TupleDesc tupdesc, const Datum *values,
							const bool *nulls);

#endif /* MODIFY_ROW_PATH_H */
