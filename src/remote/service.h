/*
 * service.h
 *		What the shared rooms may know of a service.
 *
 * One constant for each service; attio_fdw.c registers it, and no shared room
 * names one.  Data comes before functions: what would be the same function in
 * two services is a fact, and stands here as a fact.
 */
#ifndef REMOTE_SERVICE_H
#define REMOTE_SERVICE_H

#include "base/options.h"
#include "http/http.h"
#include "nodes/parsenodes.h"
#include "remote/ask.h"
#include "remote/comparison.h"
#include "utils/rel.h"

struct AttributeDef;
struct CheckDef;
struct ColumnBinding;
struct ColumnHint;
struct DeclaredColumn;
struct RemoteRelation;
struct ResourceDef;
struct Session;
struct WriteMethods;
struct Refusal;
struct ScanCost;
struct RequestSubject;

typedef struct Service
{
	/* ----- names ----- */
	const char *title;   /* what messages and labels of EXPLAIN call it */
	const char *wrapper; /* "attio_fdw": what the wrapper is called in messages */
	const char *handler; /* its handler function: servers with this handler are this service's */

	/* ----- options ----- */
	const OptionSet *options;   /* its own, beside those of every service */
	const char *sorting_option; /* of a table, with its value: pages are sorted from the start; NULL = there is none */
	const char *page_limit_option; /* of a server: rows that one query returns, at most; NULL = there is none */
	const char *read_rate_option;  /* of a server: requests per second that read, of all that use the key; NULL = any */
	const char *write_rate_option; /* the same of requests that write; NULL = as for reads */
	const char *minute_option;     /* of a server: requests per minute, reads and writes together; NULL = any */
	const char *reserve_option;    /* of a server: requests of the month that are kept; NULL = none */

	/*
	 * Of a server, "warning", "error" or "ignore": what becomes of values that are
	 * stored otherwise than they were sent; NULL = "ignore".
	 */
	const char *ignored_option;

	/* ----- requests ----- */
	const char *authorization; /* value of the header, "%s" is the key */
	const char *credentials;   /* what that "%s" is instead, in base64, where its own "%s" is the key; NULL = the key */
	const char *user_agent;
	const char *request_id;     /* response header that names the request; NULL = there is none */
	const char *accurate_at;    /* response header: the moment that an answer shows; NULL = there is none */
	const HttpLimits *limits;   /* response headers that tell what is left of limits; NULL = there are none */
	const char *const *passing; /* refusals that hold one of these words may pass; ends with NULL */

	/* Before the first request of a session: is it the right account?  May make requests.  NULL = nothing to check. */
	void (*check_session)(struct Session *session, struct ScanCost *cost);

	const char *account_path; /* GET tells whose key it is, whatever the key may do */

	/* What an answer that is not a success says.  Makes no request, raises nothing. */
	void (*explain_refusal)(struct Session *session, HttpExchange *exchange, const struct RequestSubject *subject,
							struct Refusal *refusal);

	/* ----- tables and their columns: remote/table.h, remote/column.h ----- */
	const struct ResourceDef *resources; /* ends with one without a name */

	/*
	 * What the options of a table say in the service's own words: resource and
	 * given, if the option "resource" does not.  NULL = nothing.
	 */
	void (*open_relation)(struct RemoteRelation *relation, List *options, List *server_options);

	/* The definitions of a table's attributes: a List of AttributeDef.  May make requests. */
	List *(*read_definitions)(const struct RemoteRelation *relation, struct Session *session, struct ScanCost *cost);

	/* Are they others now?  Asks for them again, once a statement. */
	bool (*has_changed)(const struct RemoteRelation *relation, struct Session *session, List *definitions,
						struct ScanCost *cost);

	/*
	 * Do two tables, which are parts of one, list the same rows?  What these are,
	 * for people; NULL = they do not.  The hint says what can be done.  NULL = no
	 * two tables do.  Makes no request.
	 */
	const char *(*same_rows)(const struct RemoteRelation *one, const struct RemoteRelation *other, const char **hint);

	/* What ids are called, of this kind (FieldDef.names): a List of Given.  May make requests.  NULL = no field needs it. */
	List *(*read_names)(struct Session *session, const char *kind, struct ScanCost *cost);

	/*
	 * What is given of the parents of a new row, completed with what is not (their
	 * ids or slugs); where they are not found, as it was.  May make requests.  NULL
	 * = rows have no parents of which several things are shown.
	 */
	List *(*complete_given)(struct Session *session, List *given, struct ScanCost *cost);

	/* Answers lack an attribute although it is defined: so it is until the definitions are read again. */
	void (*note_hidden)(const struct RemoteRelation *relation, struct Session *session,
						const struct AttributeDef *attribute);
	bool (*is_hidden)(const struct RemoteRelation *relation, struct Session *session,
					  const struct AttributeDef *attribute);

	/* What planning may know of a column that no field is known for.  Makes no request. */
	void (*hint_attribute)(const struct RemoteRelation *relation, const struct DeclaredColumn *column,
						   struct ColumnHint *hint);

	/* What it shows, by the definitions; raises ERROR where that is nothing. */
	void (*bind_column)(const struct RemoteRelation *relation, const struct DeclaredColumn *column, List *definitions,
						struct ColumnBinding *binding);

	/* ----- conditions: remote/terms.h, remote/ask.h ----- */

	/*
	 * What a comparison is worth when it is sent; VERDICT_LOCAL: it cannot be.  May
	 * put another operator in its place that it implies.  Makes no request.
	 */
	Verdict (*ship)(const struct RemoteRelation *relation, Comparison *comparison);

	/*
	 * What a scan asks for by its terms but the parameters (params.h, which is the
	 * way in).  May ask for what must be known to write it; without a session it
	 * asks nothing, and names stand for what is not known (EXPLAIN).  NULL: the
	 * service has no language for conditions.
	 */
	AskSet (*write_asks)(struct Session *session, const AskInput *input);

	/* The ids of rows that such a filter names, an array, if all rows that meet it are among them; else NULL. */
	JsonTree *(*named_ids)(const struct ResourceDef *resource, JsonTree *filter);

	/* Can the service still give the order that was planned?  Makes no request. */
	bool (*can_sort)(const SortInput *input);

	/* That order as it stands in a request.  Makes no request. */
	JsonTree *(*write_sorts)(const SortInput *input);

	/*
	 * Conditions on a field that is a property of a value (FIELD_VALUE) that can be
	 * sent, as people read a list: "=, <".  NULL: it has no such fields.
	 */
	char *(*value_conditions)(const struct FieldDef *field);

	/* ----- writes: remote/writing.h ----- */
	const struct WriteMethods *writing; /* of rows that hold attribute values; NULL = all are read-only */

	/* ----- administration; NULL where the service has no such thing ----- */

	/* The statements that IMPORT FOREIGN SCHEMA runs (char *).  May make requests. */
	List *(*import_schema)(struct Session *session, ImportForeignSchemaStmt *stmt);

	/*
	 * The one that creates a table, in the current memory context; with the name
	 * of an attribute, one of its history (NULL = of the table's rows).  May make
	 * requests.
	 */
	char *(*table_ddl)(struct Session *session, const char *table, const char *columns, const char *history);

	/*
	 * What attio_fdw_check() looks at, beside what it does for every service:
	 * the account, and what it shows.  Both end with one without a name.
	 */
	const struct CheckDef *account_checks;
	const struct CheckDef *checks;

	/*
	 * What brings these tables (a List of Oid), which are of one schema, up to
	 * date: a List of SchemaChange (remote/change.h).  "creates": and what the
	 * schema lacks.  Makes requests.
	 */
	List *(*schema_changes)(struct Session *session, List *tables, const char *schema, bool creates);

	/*
	 * The COMMENT statements (char *) that tell of these tables and their
	 * columns what the service does.  "replace": also where somebody else has
	 * written a comment.  Makes requests.
	 */
	List *(*schema_comments)(struct Session *session, List *tables, bool replace);

	/* Write down in a table's options what its columns show; returns for how many.  Closes the table. */
	int (*bind_table)(struct Session *session, Relation rel);
} Service;

/* Make a service known; called once for each while the library is loaded. */
extern void service_register(const Service *service);

/* The service of a server; NULL where its wrapper is another library's. */
extern const Service *service_of_server(Oid server);

/* The service of a foreign-data wrapper; NULL where it is another library's. */
extern const Service *service_of_wrapper(Oid wrapper);

/* A label of EXPLAIN: the words behind the service's title, in the current memory context. */
extern char *service_label(const Service *service, const char *words);

#endif /* REMOTE_SERVICE_H */
