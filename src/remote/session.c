/*
 * session.c
 *		Sessions with a service: one for each user mapping, kept across statements.
 *
 * Owns: the cache of sessions and its invalidation.  The key goes from the user
 * mapping into the HTTP client's header and nowhere else.
 */
#include "remote/session.h"

#include "access/xact.h"
#include "base/guc.h"
#include "catalog/pg_user_mapping.h"
#include "common/base64.h"
#include "remote/activity.h"
#include "remote/secret.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

typedef struct SessionEntry
{
	Oid mapping;      /* hash key */
	Session *session; /* NULL = none yet */
} SessionEntry;

static HTAB *sessions = NULL;
static bool has_invalid = false; /* any that is not pinned, perhaps */

/* Close a session; its key is wiped. */
static void
session_drop(Session *session)
{
	http_client_close(session->client);
	MemoryContextDelete(session->context);
}

/* Drop what is out of date and not in use: sessions of dropped mappings, too, which nobody asks for again. */
static void
drop_invalid(void)
{
	HASH_SEQ_STATUS scan;
	SessionEntry *entry;

	if (!has_invalid)
		return;
	has_invalid = false;
	hash_seq_init(&scan, sessions);
	while ((entry = (SessionEntry *) hash_seq_search(&scan)) != NULL)
	{
		Session *session = entry->session;

		if (session != NULL && (!session->invalid || session->pins > 0))
			continue;
		(void) hash_search(sessions, &entry->mapping, HASH_REMOVE, NULL);
		if (session != NULL)
			session_drop(session);
	}
}

/* Sessions that are out of date go with the transaction that used them. */
static void
on_transaction_end(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		drop_invalid();
}

/* A changed server or mapping marks its sessions; they go at the next session_get() or the transaction's end. */
static void
on_invalidation(Datum arg, int cacheid, uint32 hashvalue)
{
	HASH_SEQ_STATUS scan;
	SessionEntry *entry;

	has_invalid = true;
	hash_seq_init(&scan, sessions);
	while ((entry = (SessionEntry *) hash_seq_search(&scan)) != NULL)
	{
		Session *session = entry->session;

		if (session == NULL)
			continue;
		if (hashvalue == 0 || (cacheid == FOREIGNSERVEROID && session->server_hash == hashvalue) ||
			(cacheid == USERMAPPINGOID && session->mapping_hash == hashvalue))
			session->invalid = true;
	}
}

/* The table of sessions, and the callbacks that keep it up to date. */
static void
make_cache(void)
{
	HASHCTL ctl;

	ctl.keysize = sizeof(Oid);
	ctl.entrysize = sizeof(SessionEntry);
	sessions = hash_create("attio_fdw sessions", 8, &ctl, HASH_ELEM | HASH_BLOBS);
	CacheRegisterSyscacheCallback(FOREIGNSERVEROID, on_invalidation, (Datum) 0);
	CacheRegisterSyscacheCallback(USERMAPPINGOID, on_invalidation, (Datum) 0);
	RegisterXactCallback(on_transaction_end, NULL);
}

/* The user's own mapping, or that of PUBLIC.  Raises ERROR, with the statement to run, if there is none. */
static UserMapping *
find_mapping(ForeignServer *server, Oid user)
{
	HeapTuple tuple;

	tuple = SearchSysCache2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(user), ObjectIdGetDatum(server->serverid));
	if (!HeapTupleIsValid(tuple))
		tuple =
			SearchSysCache2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(InvalidOid), ObjectIdGetDatum(server->serverid));
	if (!HeapTupleIsValid(tuple))
	{
		const char *role = GetUserNameFromId(user, false);

		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("role \"%s\" has no user mapping for server \"%s\"", role, server->servername),
						errhint("Run: CREATE USER MAPPING FOR %s SERVER %s OPTIONS (api_key '...');",
								quote_identifier(role), quote_identifier(server->servername))));
	}
	ReleaseSysCache(tuple);
	return GetUserMapping(user, server->serverid);
}

/* A request is over, whether anybody waits for it or not. */
static void
note_answer(void *arg, HttpExchange *exchange)
{
	const Session *session = (const Session *) arg;

	activity_note(session->server, exchange, session->service->request_id);
}

static char *
strip_slashes(const char *url)
{
	char *copy = pstrdup(url);
	size_t length = strlen(copy);

	while (length > 0 && copy[length - 1] == '/')
		copy[--length] = '\0';
	return copy;
}

/* Requests per second that nobody counts on. */
#define UNLIMITED_RATE 10000

/* What an option says of the rate limit; "otherwise" where the service has no such option. */
static int
read_rate(const OptionSet *set, List *options, const char *name, int otherwise)
{
	return name == NULL ? otherwise : option_int(set, options, ForeignServerRelationId, name);
}

/* A text in base64, in the current memory context, and wiped when that is reset. */
static char *
base64_of(const char *text)
{
	int length = (int) strlen(text);
	int room = pg_b64_enc_len(length);
	char *encoded = (char *) palloc0(room + 1);

	secret_wipe_later(encoded);
	if (pg_b64_encode((const void *) text, length, encoded, room) < 0)
		elog(ERROR, "could not encode the credentials");
	return encoded;
}

/* What the header says, with the key in it; a secret, wiped with the current memory context. */
static char *
write_authorization(const Service *service, const char *key)
{
	const char *said = key;
	char *header;

	if (service->credentials != NULL)
	{
		char *credentials = psprintf(service->credentials, key);

		secret_wipe_later(credentials);
		said = base64_of(credentials);
	}
	header = psprintf(service->authorization, said);
	secret_wipe_later(header);
	return header;
}

/* What the HTTP client is told of the server and its service.  The secrets in it live in the current memory context. */
static HttpConfig
make_config(const Service *service, ForeignServer *server, UserMapping *mapping)
{
	static const SecretDef api_key = {"API key", "api_key", "api_key_file", "api_key_env"};
	const OptionSet *set = service->options;
	List *options = server->options;
	char *key = secret_read(&api_key, set, server, mapping);
	HttpConfig config = {0};

	config.realm = service->wrapper;
	config.authorization = write_authorization(service, key);
	config.base_url = strip_slashes(option_text(set, options, ForeignServerRelationId, "base_url"));
	config.ca_file = option_text(set, options, ForeignServerRelationId, "ca_file");
	config.proxy = option_text(set, options, ForeignServerRelationId, "proxy");
	config.proxy_user = option_text(set, mapping->options, UserMappingRelationId, "proxy_user");
	config.proxy_password = option_text(set, mapping->options, UserMappingRelationId, "proxy_password");
	config.user_agent = service->user_agent;
	config.connect_timeout = option_int(set, options, ForeignServerRelationId, "connect_timeout");
	config.request_timeout = option_int(set, options, ForeignServerRelationId, "request_timeout");
	config.max_response_size = option_int(set, options, ForeignServerRelationId, "max_response_size");
	config.max_connections = option_int(set, options, ForeignServerRelationId, "max_concurrent_requests");
	config.max_retries = option_int(set, options, ForeignServerRelationId, "max_retries");
	config.retry_deadline = option_int(set, options, ForeignServerRelationId, "retry_deadline");
	config.passing = service->passing;
	config.rates.reads = read_rate(set, options, service->read_rate_option, UNLIMITED_RATE);
	config.rates.writes = read_rate(set, options, service->write_rate_option, config.rates.reads);
	config.rates.minute = read_rate(set, options, service->minute_option, 0);
	config.limits = service->limits;
	config.month_reserve = read_rate(set, options, service->reserve_option, 0);
	return config;
}

/* What the options say of the session itself. */
static void
read_options(Session *session, ForeignServer *server)
{
	const OptionSet *set = session->service->options;
	const char *limit = session->service->page_limit_option;
	List *options = (List *) copyObject(server->options);

	session->options = options;
	session->base_url = strip_slashes(option_text(set, options, ForeignServerRelationId, "base_url"));
	session->metadata_ttl = option_int(set, options, ForeignServerRelationId, "metadata_ttl");
	session->max_requests = option_int(set, options, ForeignServerRelationId, "max_concurrent_requests");
	session->max_retries = option_int(set, options, ForeignServerRelationId, "max_retries");
	session->read_after_write_timeout = option_int(set, options, ForeignServerRelationId, "read_after_write_timeout");
	session->page_limit = limit == NULL ? INT_MAX : option_int(set, options, ForeignServerRelationId, limit);
	/* who says so knows that pages are not cut */
	if (limit != NULL && option_is_set(options, limit))
		session->page_seen = session->page_limit;
}

/* A new session, whose account is not checked yet.  It belongs to the statement until it is complete. */
static Session *
session_open(ForeignServer *server, UserMapping *mapping)
{
	const Service *service = service_of_server(server->serverid);
	MemoryContext context;
	MemoryContext secrets;
	MemoryContext saved;
	Session *session;
	HttpConfig config;

	if (service == NULL)
		elog(ERROR, "server \"%s\" belongs to another foreign-data wrapper", server->servername);
	/* Until it is complete, the session goes with the statement; what is secret goes in any case. */
	context = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw session", ALLOCSET_SMALL_SIZES);
	secrets = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw secrets", ALLOCSET_SMALL_SIZES);
	saved = MemoryContextSwitchTo(secrets);
	config = make_config(service, server, mapping);
	MemoryContextSwitchTo(context);
	session = (Session *) palloc0(sizeof(Session));
	session->context = context;
	session->retired = AllocSetContextCreate(context, "attio_fdw retired", ALLOCSET_SMALL_SIZES);
	session->mapping = mapping->umid;
	session->server = server->serverid;
	session->service = service;
	strlcpy(session->server_name, server->servername, sizeof(session->server_name));
	read_options(session, server);
	session->server_hash = GetSysCacheHashValue1(FOREIGNSERVEROID, ObjectIdGetDatum(server->serverid));
	session->mapping_hash = GetSysCacheHashValue1(USERMAPPINGOID, ObjectIdGetDatum(mapping->umid));
	config.listener = note_answer;
	config.listener_arg = session;
	MemoryContextSwitchTo(saved);
	session->client = http_client_open(&config);
	MemoryContextSetParent(context, CacheMemoryContext);
	MemoryContextDelete(secrets);
	return session;
}

/*
 * The session of a user with a server, opened when there is none.  Makes no
 * request.  Raises ERROR when the user has no mapping or the mapping no key.
 */
Session *
session_get(Oid serverid, Oid user)
{
	ForeignServer *server = GetForeignServer(serverid);
	UserMapping *mapping = find_mapping(server, user);
	SessionEntry *entry;
	bool found;

	if (sessions == NULL)
		make_cache();
	drop_invalid();
	entry = (SessionEntry *) hash_search(sessions, &mapping->umid, HASH_ENTER, &found);
	if (!found)
		entry->session = NULL;
	/* one in use goes when its statement ends */
	if (entry->session != NULL && entry->session->invalid)
		entry->session = NULL;
	if (entry->session == NULL)
		entry->session = session_open(server, mapping);
	return entry->session;
}

/* The session that session_get() would return, if there is one that is not out of date; else NULL. */
Session *
session_peek(Oid serverid, Oid user)
{
	Oid mapping = GetSysCacheOid2(USERMAPPINGUSERSERVER, Anum_pg_user_mapping_oid, ObjectIdGetDatum(user),
								  ObjectIdGetDatum(serverid));
	SessionEntry *entry;

	if (sessions == NULL)
		return NULL;
	if (!OidIsValid(mapping))
		mapping = GetSysCacheOid2(USERMAPPINGUSERSERVER, Anum_pg_user_mapping_oid, ObjectIdGetDatum(InvalidOid),
								  ObjectIdGetDatum(serverid));
	entry = (SessionEntry *) hash_search(sessions, &mapping, HASH_FIND, NULL);
	return entry == NULL || entry->session == NULL || entry->session->invalid ? NULL : entry->session;
}

/* Reset callback: the session is in one use less. */
static void
session_unpin(void *arg)
{
	Session *session = (Session *) arg;
	SessionEntry *entry;

	if (--session->pins > 0)
		return;
	MemoryContextDeleteChildren(session->retired);
	if (!session->invalid)
		return;
	entry = (SessionEntry *) hash_search(sessions, &session->mapping, HASH_FIND, NULL);
	if (entry != NULL && entry->session == session)
		entry->session = NULL;
	session_drop(session);
}

/* Keep a session at least as long as the current memory context. */
void
session_pin(Session *session)
{
	MemoryContextCallback *callback = (MemoryContextCallback *) palloc(sizeof(MemoryContextCallback));

	callback->func = session_unpin;
	callback->arg = session;
	session->pins++;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);
}

/* The server of ours that is called so, whoever may use it.  Raises ERROR for any other. */
Oid
session_server_named(const char *server_name)
{
	ForeignServer *server = GetForeignServerByName(server_name, false);

	if (service_of_server(server->serverid) == NULL)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("server \"%s\" is not a server of attio_fdw", server->servername)));
	return server->serverid;
}

/* The same of one that the caller may use.  Raises ERROR for any other. */
Oid
session_server_of_caller(const char *server_name)
{
	Oid server = session_server_named(server_name);
	AclResult allowed = compat_server_aclcheck(server, GetUserId(), ACL_USAGE);

	if (allowed != ACLCHECK_OK)
		aclcheck_error(allowed, OBJECT_FOREIGN_SERVER, server_name);
	return server;
}

/*
 * The caller's session with a server of ours that the caller may use, pinned in
 * the current memory context.  Raises ERROR for any other.
 */
Session *
session_of_caller(const char *server_name)
{
	Session *session = session_get(session_server_of_caller(server_name), GetUserId());

	session_pin(session);
	return session;
}

/* Clocks that differ by less agree: an answer's date has whole seconds, and is of its beginning. */
#define CLOCK_TOLERANCE (2 * USECS_PER_SEC)

/*
 * A write was answered: what is read from now on should show it.  The moment is
 * by this machine's clock where that agrees with the answer's date, which has
 * no fractions of a second.
 */
void
session_wrote(Session *session, HttpExchange *exchange)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz date;

	session->writes++;
	if (http_date(exchange, &date) && Max(now - date, date - now) > CLOCK_TOLERANCE)
		now = date;
	if (session->read_after_write_timeout > 0)
		session->wrote_at = Max(session->wrote_at, now);
}

/* Does this backend hold a session with a server of that name? */
bool
session_is_open(const char *server_name)
{
	HASH_SEQ_STATUS scan;
	SessionEntry *entry;
	bool found = false;

	if (sessions == NULL)
		return false;
	hash_seq_init(&scan, sessions);
	while ((entry = (SessionEntry *) hash_seq_search(&scan)) != NULL)
		found = found || (entry->session != NULL && strcmp(entry->session->server_name, server_name) == 0);
	return found;
}

/*
 * Close the sessions of a server, or all (NULL).  One in use goes when its
 * statement ends.  Returns how many were closed or will be.
 */
int
session_disconnect(const char *server_name)
{
	HASH_SEQ_STATUS scan;
	SessionEntry *entry;
	int closed = 0;

	if (sessions == NULL)
		return 0;
	hash_seq_init(&scan, sessions);
	while ((entry = (SessionEntry *) hash_seq_search(&scan)) != NULL)
	{
		Session *session = entry->session;

		if (session == NULL || (session->invalid && session->pins > 0) ||
			(server_name != NULL && strcmp(session->server_name, server_name) != 0))
			continue;
		session->invalid = true;
		closed++;
		if (session->pins == 0)
		{
			entry->session = NULL;
			session_drop(session);
		}
	}
	return closed;
}
