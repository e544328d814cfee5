/*
 * ahead.h
 *		Definitions that are asked for before they are waited for.
 *
 * Each is taken at most once, by the path that it was asked for by, and is
 * cancelled when the memory context goes in which that was done.
 */
#ifndef REMOTE_AHEAD_H
#define REMOTE_AHEAD_H

#include "remote/request.h"

extern bool ahead_has_room(const Session *session);
extern void ahead_ask(Session *session, const char *path, ScanCost *cost);
extern JsonTree *ahead_get(Session *session, const char *path, const RequestSubject *subject, ScanCost *cost);
extern void ahead_drop(const Session *session, const char *beginning);

#endif /* REMOTE_AHEAD_H */
