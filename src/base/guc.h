/*
 * guc.h
 *		Settings of a session.
 */
#ifndef BASE_GUC_H
#define BASE_GUC_H

#include "base/compat.h"

extern int setting_request_timeout; /* milliseconds; 0 = as the server option says */
extern bool setting_log_requests;   /* one LOG line a request, without the key */

extern int setting_max_requests;              /* of one statement; 0 = any number */
extern bool setting_read_only;                /* writes are refused */
extern bool setting_dry_run;                  /* writes are shown, not made */
extern bool setting_allow_copy;               /* COPY, and INSERT of dumps */
extern bool setting_allow_unqualified_writes; /* UPDATE and DELETE without WHERE */
extern int setting_max_rows_written;          /* by the UPDATEs and DELETEs of one statement; 0 = any number */
extern bool setting_log_writes;               /* one LOG line a write */

extern bool setting_push_filter; /* whether conditions are sent to the service */

extern bool setting_push_count;          /* whether count(*) is probed for */
extern bool setting_enable_batched_join; /* whether joins by lookups are planned */

extern bool setting_push_sort;  /* whether orders are asked of the service */
extern bool setting_push_limit; /* whether LIMIT shapes the first page */

extern void settings_define(void);

#endif /* BASE_GUC_H */
