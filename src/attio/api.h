/*
 * api.h
 *		Requests to Attio and what their answers mean.
 *
 * Every request of the extension goes through here: it is where the workspace
 * is checked, where status and error code become an SQLSTATE (docs/attio-api.md
 * 10.2), and where the key is kept out of messages.
 */
#ifndef ATTIO_API_H
#define ATTIO_API_H

#include "remote/session.h"
#include "base/json.h"

/* What Attio says with an error that the caller is prepared for. */
typedef struct ApiRefusal
{
	int status;          /* HTTP */
	const char *message; /* harmless, in the memory context of api_check()'s caller */
} ApiRefusal;

/* What a request is about; shapes the hints of its errors. */
typedef struct ApiSubject
{
	const char *what;             /* "object \"people\"", for messages; may be NULL */
	const char *slug;             /* looked up among known slugs on 404; may be NULL */
	bool is_list;                 /* among lists rather than objects */
	const char *scopes;           /* scopes the request needs, separated by blanks */
	const char *tolerated;        /* an error code that is an answer too; may be NULL */
	bool tolerates_bad_request;   /* any HTTP 400 is, but a disabled object */
	bool tolerates_absence;       /* HTTP 403 and 404 are, where Attio itself says so */
	ApiRefusal *said;             /* filled where the error is tolerated; may be NULL */
	const char *bad_request_hint; /* for an HTTP 400 that no code explains; may be NULL */
} ApiSubject;

extern HttpExchange *api_start(Session *session, const char *method, const char *path, const char *body);
extern HttpExchange *
api_start_in_line(Session *session, const char *method, const char *path, const char *body, const void *line);
extern HttpExchange *
api_write(Session *session, const char *method, const char *path, const char *body, HttpNature nature);
extern bool api_check(Session *session, HttpExchange *exchange, const ApiSubject *subject);
extern bool api_names_unknown_slug(const HttpExchange *exchange);
extern HttpExchange *api_get_start(Session *session, const char *path);
extern JsonTree *api_get_finish(Session *session, HttpExchange *exchange, const ApiSubject *subject);
extern JsonTree *api_get(Session *session, const char *path, const ApiSubject *subject);
extern JsonTree *api_self(Session *session);
extern char *api_missing_scopes(const char *granted, const char *needed);
extern const char *api_answer_text(const HttpExchange *exchange);
extern const char *api_request_detail(HttpExchange *exchange);

#endif /* ATTIO_API_H */
