/*
 * bind.h
 *		Writing down in a table's options what its columns show.
 */
#ifndef ATTIO_BIND_H
#define ATTIO_BIND_H

#include "remote/session.h"
#include "utils/rel.h"

extern int attio_bind_table(Session *session, Relation rel);

#endif /* ATTIO_BIND_H */
