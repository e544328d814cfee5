/*
 * members.h
 *		Who uses the workspace.
 */
#ifndef ATTIO_MEMBERS_H
#define ATTIO_MEMBERS_H

#include "remote/session.h"

extern bool workspace_has_member(Session *session, const char *id);
extern bool workspace_may_have_member(Session *session, const char *id);
extern void members_forget(Session *session);

#endif /* ATTIO_MEMBERS_H */
