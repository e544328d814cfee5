/*
 * unstored.h
 *		What is said of values that are not stored as they were sent.
 */
#ifndef MODIFY_UNSTORED_H
#define MODIFY_UNSTORED_H

#include "remote/writing.h"

/* Does somebody want to know of this table? */
extern bool unstored_is_wanted(const RemoteRelation *relation);

/*
 * These values (a List of UnstoredValue) of a row are not stored as they were
 * sent: a WARNING each, or by the server option on_ignored_write an ERROR.
 * Counts them; no more than some are told of in a statement.
 */
extern void unstored_report(const RemoteRelation *relation, const char *id, List *values, int64 *count);

#endif /* MODIFY_UNSTORED_H */
