/*
 * fresh.h
 *		Does an answer know of what this session wrote?
 */
#ifndef PAGE_FRESH_H
#define PAGE_FRESH_H

#include "remote/session.h"

/*
 * Is the page older than a write of this session, so that it should be asked
 * for again?  Waits a moment then.  "since" is when that began, 0 at first.
 */
extern bool fresh_ask_again(Session *session, HttpExchange *exchange, TimestampTz *since);

#endif /* PAGE_FRESH_H */
