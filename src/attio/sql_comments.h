/*
 * sql_comments.h
 *		What Attio tells of objects, lists and attributes, as comments.
 */
#ifndef ATTIO_SQL_COMMENTS_H
#define ATTIO_SQL_COMMENTS_H

#include "remote/session.h"

/* Attio's slot of Service. */
extern List *attio_schema_comments(Session *session, List *tables, bool replace);

#endif /* ATTIO_SQL_COMMENTS_H */
