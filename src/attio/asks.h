/*
 * asks.h
 *		What a scan of a table of Attio's asks for.
 */
#ifndef ATTIO_ASKS_H
#define ATTIO_ASKS_H

#include "remote/ask.h"

struct Session;

/* Attio's slot of Service. */
extern AskSet attio_asks(struct Session *session, const AskInput *input);

#endif /* ATTIO_ASKS_H */
