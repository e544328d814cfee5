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
#include "remote/request.h"
#include "remote/service.h"
#include "remote/session.h"
#include "utils/rel.h"

/* What the server's options know of the service's behaviour that nobody documents. */
typedef struct RemoteFacts
{
	const char *nulls;      /* "unknown", "first", "last", "smallest", "largest" */
	bool text_is_exact;     /* equality of text is SQL's */
	bool not_matches_empty; /* a negation finds rows without a value */
	bool text_order_is_c;   /* sorts of text are those of collation C */
} RemoteFacts;

/* What the options of a table and its server say. */
typedef struct RemoteRelation
{
	MemoryContext context; /* that it lives in, with all that it keeps */
	Oid table;
	Oid server;
	const char *name; /* of the table, for messages */
	const Service *service;
	const ResourceDef *resource;
	List *given;            /* Given: what its paths need of the table itself */
	RequestSubject subject; /* what requests are about, as far as the table alone says */
	int page_size;
	bool by_created_at;           /* option page_order */
	bool missing_is_null;         /* option missing_attribute */
	double estimated_rows;        /* -1 = not said */
	double known_rows;            /* that, or what ANALYZE saw; -1 = not known */
	int join_batch;               /* keys that a join looks up in one request */
	bool async_capable;           /* may be scanned beside others */
	const char *matching;         /* option matching_attribute; NULL = an INSERT always creates */
	const char *view;             /* saved view that filters; NULL = none */
	const char *on_ignored_write; /* "warning", "error" or "ignore" */
	RemoteFacts remote;
	Oid user; /* planning: whose session may know the definitions; InvalidOid = none */
	int natts;
	DeclaredColumn **columns; /* of column 1, 2, ...; NULL until asked for; owned by column.c */
	ColumnHint **hints;       /* likewise */

	/* the service's own: shared rooms do not look at these */
	const struct TargetDef *target; /* what of the service's the table shows; NULL for other resources */
	struct KnownDefinitions *known;
	struct NameIndex *names;
} RemoteRelation;

/* A table that a statement reads or writes. */
typedef struct RemoteTable
{
	RemoteRelation *relation;
	Session *session;  /* pinned in the memory context that was current */
	List *definitions; /* AttributeDef; NIL = not needed, or the resource has none */
} RemoteTable;

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

/* What requests about the table are about, for their errors. */
extern RequestSubject remote_subject(const RemoteRelation *relation, const Access *access);

#endif /* REMOTE_TABLE_H */
