/*
 * relation.h
 *		What the options of a foreign table and its server say.
 *
 * table.h opens one; column.h knows its columns.
 */
#ifndef REMOTE_RELATION_H
#define REMOTE_RELATION_H

#include "remote/request.h"
#include "remote/service.h"

struct ColumnHint;
struct DeclaredColumn;

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
	List *server_options;   /* DefElem */
	List *given;            /* Given: what its paths need of the table itself */
	RequestSubject subject; /* what requests are about, as far as the table alone says */
	int page_size;
	bool by_creation;             /* option page_order */
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
	List *field_names;               /* FieldNames (table.h): of the fields that show names of ids */
	struct DeclaredColumn **columns; /* of column 1, 2, ...; NULL until asked for; owned by column.c */
	struct ColumnHint **hints;       /* likewise */

	/* the service's own: shared rooms do not look at these */
	const struct TargetDef *target; /* what of the service's the table shows; NULL for other resources */
	const char *history;            /* id or slug of the attribute whose values are its rows; NULL = rows are others */
	struct KnownDefinitions *known;
	struct NameIndex *names;
} RemoteRelation;

#endif /* REMOTE_RELATION_H */
