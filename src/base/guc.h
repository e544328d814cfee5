/*
 * guc.h
 *		Settings of a session.
 */
#ifndef ATTIO_GUC_H
#define ATTIO_GUC_H

#include "base/compat.h"

extern int attio_request_timeout; /* milliseconds; 0 = as the server option says */
extern bool attio_log_requests;   /* one LOG line a request, without the key */

extern int attio_max_requests;              /* of one statement; 0 = any number */
extern bool attio_read_only;                /* writes are refused */
extern bool attio_dry_run;                  /* writes are shown, not made */
extern bool attio_allow_copy;               /* COPY, and INSERT of dumps */
extern bool attio_allow_unqualified_writes; /* UPDATE and DELETE without WHERE */
extern int attio_max_rows_written;          /* by the UPDATEs and DELETEs of one statement; 0 = any number */
extern bool attio_log_writes;               /* one LOG line a write */

extern bool attio_push_filter; /* whether conditions are sent to Attio */

extern bool attio_push_count;          /* whether count(*) is probed for */
extern bool attio_enable_batched_join; /* whether joins by lookups are planned */

extern bool attio_push_sort;  /* whether orders are asked of Attio */
extern bool attio_push_limit; /* whether LIMIT shapes the first page */

extern void attio_define_settings(void);

#endif /* ATTIO_GUC_H */
