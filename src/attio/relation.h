/*
 * relation.h
 *		A foreign table of Attio's: an object or a list, and its definitions.
 */
#ifndef ATTIO_RELATION_H
#define ATTIO_RELATION_H

#include "attio/naming.h"
#include "remote/table.h"

/* Attio's slots of Service. */
extern void attio_open_relation(RemoteRelation *relation, List *options, List *server_options);
extern List *attio_read_definitions(const RemoteRelation *relation, Session *session, ScanCost *cost);
/* Do both list the same rows?  A slot of Service. */
extern const char *attio_same_rows(const RemoteRelation *one, const RemoteRelation *other, const char **hint);
extern bool attio_has_changed(const RemoteRelation *relation, Session *session, List *definitions, ScanCost *cost);
extern void attio_note_hidden(const RemoteRelation *relation, Session *session, const AttributeDef *attribute);
extern bool attio_is_hidden(const RemoteRelation *relation, Session *session, const AttributeDef *attribute);

#endif /* ATTIO_RELATION_H */
