/*
 * endpoints.h
 *		The one table of Attio's endpoints whose rows can be a table.
 */
#ifndef ATTIO_ENDPOINTS_H
#define ATTIO_ENDPOINTS_H

#include "remote/resource.h"

extern const ResourceDef attio_resources[]; /* ends with one without a name */

/* The templates of tables of records and of entries, and of those with the option history. */
extern const ResourceDef *const resource_records;
extern const ResourceDef *const resource_entries;
extern const ResourceDef *const resource_record_history;
extern const ResourceDef *const resource_entry_history;

/* Service.complete_given: ids and slugs of the object, list or attribute that a new row belongs to. */
extern List *attio_complete_given(struct Session *session, List *given, struct ScanCost *cost);

#endif /* ATTIO_ENDPOINTS_H */
