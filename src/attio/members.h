/*
 * members.h
 *		Who uses the workspace.
 */
#ifndef ATTIO_MEMBERS_H
#define ATTIO_MEMBERS_H

#include "remote/request.h"

extern void members_ask_ahead(Session *session, ScanCost *cost);
extern bool workspace_has_member(Session *session, const char *id, ScanCost *cost);
extern bool workspace_may_have_member(Session *session, const char *id, ScanCost *cost);

#endif /* ATTIO_MEMBERS_H */
