/*
 * functions.h
 *		What the functions that users call share.
 */
#ifndef ATTIO_FUNCTIONS_H
#define ATTIO_FUNCTIONS_H

#include "remote/session.h"

/*
 * The caller's session with a server of ours that the caller may use, pinned in
 * the current memory context.  Raises ERROR for any other.
 */
extern Session *function_session(const char *server_name);

#endif /* ATTIO_FUNCTIONS_H */
