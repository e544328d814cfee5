/*
 * check.c
 *		attio_fdw_check(): is everything on the way to a service as it should be?
 *
 * Owns: the checks that every service has, and that each of them answers even
 * where others fail.  What only one service knows, it checks itself.
 */
#include "base/compat.h"

#include <math.h>

#include "access/xact.h"
#include "base/text_rows.h"
#include "funcapi.h"
#include "remote/activity.h"
#include "remote/check.h"
#include "remote/request.h"
#include "utils/builtins.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

extern PGDLLEXPORT Datum attio_fdw_check(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(attio_fdw_check);

/* Clocks that differ by more make conditions on now() mean other rows than they seem to. */
#define CLOCK_TOLERANCE 5

/* Seconds for one answer, above which a scan of many pages is slow. */
#define SLOW_ANSWER 1.0

/* ----- one check ----- */

/* An error of a check becomes its row. */
static void
add_error(CheckRun *run, const char *name, const ErrorData *error)
{
	const char *meaning =
		error->detail == NULL ? psprintf("%s.", error->message) : psprintf("%s. %s", error->message, error->detail);

	check_add(run, name, CHECK_ERROR, meaning, error->hint);
}

/* Was the statement interrupted?  Then so are the checks. */
static bool
is_interrupt(const ErrorData *error)
{
	return ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION ||
		   error->sqlerrcode == ERRCODE_OUT_OF_MEMORY;
}

/* Run one check in a subtransaction, so that what it raises leaves nothing behind but a row. */
static void
run_guarded(CheckRun *run, const CheckDef *check)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		check->run(run, check->name);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		if (is_interrupt(error))
			ReThrowError(error);
		add_error(run, check->name, error);
	}
	PG_END_TRY();
}

/* Run it, or say why not. */
static void
run_check(CheckRun *run, const CheckDef *check)
{
	if (run->blocked != NULL && check->needs_account)
		check_add(run, check->name, CHECK_WARNING, psprintf("Not checked: %s.", run->blocked), NULL);
	else
		run_guarded(run, check);
}

/* ----- the checks of every service ----- */

/* GET what tells of the account; its answer, whatever it is.  Asks nothing before it. */
static HttpExchange *
ask_account(CheckRun *run)
{
	Request request = {.method = "GET",
					   .path = run->session->service->account_path,
					   .nature = HTTP_READ,
					   .purpose = FOR_ACCOUNT,
					   .takes_kept = true};
	HttpExchange *exchange = request_start(run->session, &request, NULL);

	request_await(exchange, NULL);
	return exchange;
}

/* Did nothing come back? */
static bool
is_unanswered(const CheckRun *run)
{
	return run->answer == NULL || run->answer->failure != HTTP_ANSWERED;
}

/* Is there an answer at all? */
static void
check_connection(CheckRun *run, const char *name)
{
	run->answer = ask_account(run);
	if (!is_unanswered(run))
	{
		check_add(run, name, CHECK_OK, psprintf("%s answers.", run->session->base_url), NULL);
		return;
	}
	run->blocked = psprintf("there was no answer from %s", run->session->base_url);
	if (run->answer->failure == HTTP_HANDSHAKE_FAILED || run->answer->failure == HTTP_UNTRUSTED)
		check_add(run, name, CHECK_OK, psprintf("%s can be reached, but see \"tls\".", run->session->base_url), NULL);
	else
		(void) request_judge(run->session, run->answer, NULL);
}

/* Is what is sent encrypted, and for the right eyes? */
static void
check_tls(CheckRun *run, const char *name)
{
	HttpFailure failure = run->answer->failure;

	if (strncmp(run->session->base_url, "https:", 6) != 0)
		check_add(run, name, CHECK_OK,
				  "Plain http is used: nothing is encrypted, but nothing leaves the machine of the database server.",
				  NULL);
	else if (failure == HTTP_HANDSHAKE_FAILED || failure == HTTP_UNTRUSTED)
		(void) request_judge(run->session, run->answer, NULL);
	else if (is_unanswered(run))
		check_add(run, name, CHECK_WARNING, psprintf("Not checked: %s.", run->blocked), NULL);
	else
		check_add(run, name, CHECK_OK, "The connection is encrypted, and the certificate was verified.", NULL);
}

/* Do this machine and the service agree what time it is? */
static void
check_clock(CheckRun *run, const char *name)
{
	TimestampTz date;
	double ahead;

	if (is_unanswered(run) || !http_date(run->answer, &date))
	{
		check_add(run, name, CHECK_WARNING, "Not checked: there was no answer with a date.", NULL);
		return;
	}
	/* a date has whole seconds: in the middle of one it is as near as it gets */
	ahead = (GetCurrentTimestamp() - date) / (double) USECS_PER_SEC - 0.5;
	if (fabs(ahead) <= CLOCK_TOLERANCE)
		check_add(run, name, CHECK_OK,
				  psprintf("The clocks of the database server and %s agree to %d seconds.",
						   run->session->service->title, CLOCK_TOLERANCE),
				  NULL);
	else
		check_add(run, name, CHECK_WARNING,
				  psprintf("The clock of the database server is %.0f seconds %s that of %s, so conditions with now() "
						   "select other rows than expected.",
						   fabs(ahead), ahead > 0 ? "ahead of" : "behind", run->session->service->title),
				  "Set the clock of the database server, for example by NTP.");
}

/* How long does one answer take, on a connection that is open? */
static void
check_round_trip(CheckRun *run, const char *name)
{
	HttpExchange *exchange;

	if (is_unanswered(run))
	{
		check_add(run, name, CHECK_WARNING, psprintf("Not checked: %s.", run->blocked), NULL);
		return;
	}
	exchange = ask_account(run);
	if (exchange->failure != HTTP_ANSWERED)
		(void) request_judge(run->session, exchange, NULL);
	check_add(run, name, exchange->elapsed < SLOW_ANSWER ? CHECK_OK : CHECK_WARNING,
			  psprintf("One answer took %.0f ms.", exchange->elapsed * 1000),
			  exchange->elapsed < SLOW_ANSWER
				  ? NULL
				  : "Look at the network between the database server and the service, and at the option proxy.");
	http_finish(exchange);
}

/* How is the rate limit kept? */
static void
check_rate(CheckRun *run, const char *name)
{
	ActivityTotals totals[ACTIVITY_SERVERS];
	ActivityTotals mine = {0};
	int n = activity_totals(totals);
	bool shared = governor_is_shared();
	const Service *service = run->session->service;
	const char *option = service->read_rate_option != NULL ? service->read_rate_option : service->minute_option;
	const char *action = NULL;

	for (int i = 0; i < n; i++)
		if (totals[i].database == MyDatabaseId && totals[i].server == run->session->server)
			mine = totals[i];
	if (mine.refused > 0 && option != NULL)
		action = psprintf("Others use the same limit; lower the server option %s.", option);
	else if (!shared)
		action = "Add attio_fdw to shared_preload_libraries, so that all sessions share the limit.";
	check_add(run, name, mine.refused > 0 ? CHECK_WARNING : CHECK_OK,
			  psprintf("%s made " INT64_FORMAT " requests so far; " INT64_FORMAT " were refused for the rate limit; "
					   "all waited %.1f seconds for it.",
					   activity_is_shared() ? "The sessions with this server" : "This session", mine.requests,
					   mine.refused, mine.governed),
			  action);
}

static const CheckDef first_checks[] = {
	{"connection", check_connection, false},
	{"tls", check_tls, false},
};

static const CheckDef last_checks[] = {
	{"clock", check_clock, false},
	{"round_trip", check_round_trip, false},
	{"rate", check_rate, false},
};

/* ----- all of them ----- */

/* The session cannot be opened without a user mapping, a key, and legal options. */
static void
check_session(CheckRun *run, const char *name)
{
	run->blocked = "there is no session with the server";
	run->session = session_of_caller(name);
	run->blocked = NULL;
}

static void
run_all(CheckRun *run, const char *server)
{
	CheckDef session = {server, check_session, false};

	run_guarded(run, &session);
	if (run->session == NULL)
	{
		((CheckRow *) linitial(run->rows))->name = "session";
		return;
	}
	for (int i = 0; i < (int) lengthof(first_checks); i++)
		run_check(run, &first_checks[i]);
	for (const CheckDef *check = run->session->service->account_checks; check != NULL && check->name != NULL; check++)
		run_check(run, check);
	for (int i = 0; i < (int) lengthof(last_checks); i++)
		run_check(run, &last_checks[i]);
	for (const CheckDef *check = run->session->service->checks; check != NULL && check->name != NULL; check++)
		run_check(run, check);
}

/* attio_fdw_check(server name) -> setof (name, status, meaning, action) */
Datum
attio_fdw_check(PG_FUNCTION_ARGS)
{
	static const char *const words[] = {"ok", "warning", "error"};
	const char *server = NameStr(*PG_GETARG_NAME(0));
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	CheckRun run = {0};
	ListCell *lc;

	/* a mistake of the caller's, and no finding */
	(void) session_server_of_caller(server);
	compat_materialize(fcinfo);
	run_all(&run, server);
	foreach(lc, run.rows)
	{
		const CheckRow *row = (const CheckRow *) lfirst(lc);
		const char *texts[] = {row->name, words[row->status], row->meaning, row->action};

		result_put_texts(result, texts, lengthof(texts));
	}
	return (Datum) 0;
}
