/*
 * journal.h
 *		What this transaction has written to services, which no ROLLBACK undoes.
 */
#ifndef MODIFY_JOURNAL_H
#define MODIFY_JOURNAL_H

#include "base/compat.h"

/* One write to the service with this title is done: counted for the warning that an abort gives, and logged. */
extern void journal_note(const char *title, const char *method, const char *table, const char *id, const char *before,
						 const char *body, const char *request_id);

/* May this session write at all?  Raises ERROR when not. */
extern void journal_check_writable(const char *table, bool updatable);

#endif /* MODIFY_JOURNAL_H */
