/*
 * relation.h
 *		A foreign table, bound to a resource and its columns to attributes.
 *
 * attio_relation_open() reads the options and makes no request, so the planner may
 * call it.  relation_bind() asks for the definitions and says, for the columns
 * a scan wants, what each of them shows now.
 */
#ifndef ATTIO_RELATION_H
#define ATTIO_RELATION_H

#include "attio/naming.h"
#include "nodes/bitmapset.h"
#include "utils/rel.h"

/* What the server's options know of Attio's behaviour that nobody documents (docs/attio-api.md 12). */
typedef struct RemoteFacts
{
	const char *nulls;      /* "unknown", "first", "last", "smallest", "largest" */
	bool text_is_exact;     /* $eq of text is SQL's */
	bool not_matches_empty; /* $not finds rows without a value */
	bool text_order_is_c;   /* sorts of text are those of collation C */
} RemoteFacts;

/* A copy of what the session knew when planning first asked. */
typedef struct KnownDefinitions
{
	List *definitions; /* AttributeDef; NIL = not asked, or nothing known */
	bool learns;       /* a column was asked about of which the first scan makes more known */
} KnownDefinitions;

typedef struct AttioRelation
{
	Oid table;
	const char *name; /* of the table, for messages */
	const ResourceDef *resource;
	List *given;             /* Given: what its paths need of the table itself */
	const TargetDef *target; /* the object or list; NULL for other resources */
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
	Oid user;                       /* planning: whose session may know the definitions; InvalidOid = none */
	struct KnownDefinitions *known; /* what planning has found there */
	struct NameIndex *names;        /* of columns without options; owned by relation.c */
} AttioRelation;

/* What one column shows. */
typedef struct ColumnBinding
{
	AttrNumber attnum;
	const char *name;
	Oid type; /* as declared */
	int32 typmod;
	ColumnKind kind;
	bool missing;                  /* the attribute is gone: NULL */
	const FieldDef *field;         /* COLUMN_FIELD */
	const AttributeDef *attribute; /* COLUMN_ATTRIBUTE; NULL where it is missing */
	const char *slug;              /* its present slug */
	const PropertyDef *property;   /* COLUMN_ATTRIBUTE; NULL: the value objects as they came */
	bool single;                   /* was imported as an attribute of one value */
} ColumnBinding;

extern AttioRelation *attio_relation_open(Relation rel);
extern List *relation_definitions(const AttioRelation *relation, Session *session, ScanCost *cost);
extern RequestSubject relation_subject(const AttioRelation *relation, const Access *access);
extern ColumnBinding *
relation_bind_column(const AttioRelation *relation, TupleDesc tupdesc, AttrNumber attnum, List *definitions);
extern ColumnBinding *relation_bind_number(const AttioRelation *relation, AttrNumber attnum, List *definitions);
extern bool relation_has_changed(const AttioRelation *relation, Session *session, List *definitions, ScanCost *cost);
extern void relation_note_hidden(const AttioRelation *relation, Session *session, const AttributeDef *attribute);
extern bool relation_is_hidden(const AttioRelation *relation, Session *session, const AttributeDef *attribute);
extern const ColumnName *relation_named_column(const AttioRelation *relation, const char *name, List *definitions);
extern bool relation_column_has_value(const AttioRelation *relation, TupleDesc tupdesc, AttrNumber attnum);
extern const FieldDef *relation_column_field(const AttioRelation *relation, AttrNumber attnum);
extern bool relation_column_needs_definitions(const AttioRelation *relation, AttrNumber attnum);

#endif /* ATTIO_RELATION_H */
