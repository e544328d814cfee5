/*
 * check.h
 *		What a check of the connection with a service is made of.
 *
 * The checks that every service has are admin/check's; a service adds a table of
 * its own (remote/service.h).  Each check may raise an error, which becomes its
 * row, and the others still answer.
 */
#ifndef REMOTE_CHECK_H
#define REMOTE_CHECK_H

#include "remote/session.h"

typedef enum CheckStatus
{
	CHECK_OK,
	CHECK_WARNING,
	CHECK_ERROR
} CheckStatus;

/* One row of the answer. */
typedef struct CheckRow
{
	const char *name;
	CheckStatus status;
	const char *meaning; /* a sentence */
	const char *action;  /* what to do, a sentence; NULL = nothing */
} CheckRow;

/* One run of all checks. */
typedef struct CheckRun
{
	Session *session;     /* NULL: there is none */
	HttpExchange *answer; /* to the request about the account, awaited; NULL: it was not made */
	void *account;        /* what the service made of it; NULL = nothing */
	const char *blocked;  /* why checks that need an account cannot run; NULL = they can */
	List *rows;           /* CheckRow */
} CheckRun;

/* One check: it adds at least one row. */
typedef struct CheckDef
{
	const char *name;
	void (*run)(CheckRun *run, const char *name);
	bool needs_account; /* it does not run where the run is blocked */
} CheckDef;

extern void check_add(CheckRun *run, const char *name, CheckStatus status, const char *meaning, const char *action);

#endif /* REMOTE_CHECK_H */
