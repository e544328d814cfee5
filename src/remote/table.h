/*
 * table.h
 *		A foreign table: what its options say, and a session that reads or writes
 *		it by the definitions of its attributes.
 *
 * remote_relation_open() reads the options and makes no request, so the planner
 * may call it.  remote_table_open() is for who runs a statement.
 */
#ifndef REMOTE_TABLE_H
#define REMOTE_TABLE_H

#include "remote/column.h"
#include "remote/relation.h"
#include "remote/request.h"
#include "remote/service.h"
#include "remote/session.h"
#include "utils/rel.h"

/* A table that a statement reads or writes. */
typedef struct RemoteTable
{
	RemoteRelation *relation;
	Session *session;  /* pinned in the memory context that was current */
	List *definitions; /* AttributeDef; NIL = not needed, or the resource has none */
} RemoteTable;

/* What the ids of a field are called. */
typedef struct FieldNames
{
	const FieldDef *field;
	List *names; /* Given: id and name */
} FieldNames;

extern RemoteRelation *remote_relation_open(Relation rel);

/* The same of a table that is locked, but not open. */
extern RemoteRelation *remote_relation_open_by_oid(Oid table);

/* The definitions of the table's attributes; NIL for a resource without any.  May make requests. */
extern List *remote_definitions(const RemoteRelation *relation, Session *session, ScanCost *cost);

/*
 * Something an answer said casts doubt on these definitions of the table.  Asks
 * for them again, once a statement; true where they are others now.
 */
extern bool remote_has_changed(const RemoteRelation *relation, Session *session, List *definitions, ScanCost *cost);

/*
 * Open a table for the role whose user mapping counts.  The definitions are read
 * if "definitions", or if one of the columns (an IntList) needs them.
 */
extern RemoteTable
remote_table_open(RemoteRelation *relation, Oid user, bool definitions, List *columns, ScanCost *cost);

/* Does the field show the name of an id that its rows have?  Only where rows are asked for by a way. */
extern bool field_is_named(const RemoteRelation *relation, const FieldDef *field);

/* Learn the names that these columns (an IntList) show.  May make requests. */
extern void remote_table_learn_names(RemoteTable *table, List *columns, ScanCost *cost);

/* The name of an id, or NULL.  It lives as long as the relation. */
extern const char *remote_name_of_id(const RemoteRelation *relation, const FieldDef *field, const char *id);

/* What requests about the table are about, for their errors. */
extern RequestSubject remote_subject(const RemoteRelation *relation, const Access *access);

#endif /* REMOTE_TABLE_H */
