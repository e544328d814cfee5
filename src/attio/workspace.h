/*
 * workspace.h
 *		The workspace that a key belongs to, and what the key may do.
 */
#ifndef ATTIO_WORKSPACE_H
#define ATTIO_WORKSPACE_H

#include "remote/request.h"

extern JsonTree *workspace_self(Session *session, ScanCost *cost);
extern void workspace_check(Session *session, ScanCost *cost);
extern char *workspace_missing_scopes(const char *granted, const char *needed);

#endif /* ATTIO_WORKSPACE_H */
