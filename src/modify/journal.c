/*
 * journal.c
 *		What this transaction has written to services, which no ROLLBACK undoes.
 *
 * Owns: the count by (sub)transaction, the warning of an abort, and the log of
 * writes.  Must not know how a write is made.
 */
#include "modify/journal.h"

#include "access/xact.h"
#include "base/guc.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/memutils.h"

/* Ids that a warning names. */
#define NAMED_IDS 10
#define ID_LENGTH 40

/* The writes to one service of one nesting level of transactions. */
typedef struct JournalLevel
{
	int depth;
	const char *title; /* the service's */
	int64 count;
	char ids[NAMED_IDS][ID_LENGTH];
	struct JournalLevel *outer;
} JournalLevel;

static JournalLevel *innermost = NULL;
static bool registered = false;

/* The writes of this level stay although it is rolled back. */
static void
warn_of_writes(const JournalLevel *level)
{
	StringInfoData ids;

	initStringInfo(&ids);
	for (int i = 0; i < Min(level->count, NAMED_IDS); i++)
		appendStringInfo(&ids, "%s%s", i > 0 ? ", " : "", level->ids[i]);
	if (level->count > NAMED_IDS)
		appendStringInfoString(&ids, ", ...");
	ereport(WARNING, (errmsg(level->count == 1 ? "%lld write to %s stays although the transaction is rolled back"
											   : "%lld writes to %s stay although the transaction is rolled back",
							 (long long) level->count, level->title),
					  errdetail("%s", ids.data), errhint("%s has no transactions; undo them by hand.", level->title)));
}

/* Forget the writes of the innermost level to one service. */
static void
drop_level(void)
{
	JournalLevel *level = innermost;

	innermost = level->outer;
	pfree(level);
}

/* One write more. */
static void
add_id(JournalLevel *level, const char *id)
{
	if (level->count < NAMED_IDS)
		strlcpy(level->ids[level->count], id, ID_LENGTH);
	level->count++;
}

/* A transaction ends: its writes stay, and are told of where it is rolled back. */
static void
on_transaction(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_PREPARE:
			if (innermost != NULL)
				ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
								errmsg("cannot PREPARE a transaction that has written to %s", innermost->title)));
			break;
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PARALLEL_ABORT:
			for (JournalLevel *level = innermost; level != NULL; level = level->outer)
				warn_of_writes(level);
			/* FALLTHROUGH */
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PARALLEL_COMMIT:
			while (innermost != NULL)
				drop_level();
			break;
		default:
			break;
	}
}

/* Levels of one depth and service become one. */
static void
merge_levels(void)
{
	JournalLevel **link = &innermost;

	while (*link != NULL)
	{
		JournalLevel *level = *link;
		JournalLevel *outer = level->outer;

		while (outer != NULL && outer->depth == level->depth && strcmp(outer->title, level->title) != 0)
			outer = outer->outer;
		if (outer == NULL || outer->depth != level->depth)
		{
			link = &level->outer;
			continue;
		}
		for (int64 i = 0; i < level->count; i++)
			add_id(outer, i < NAMED_IDS ? level->ids[i] : "");
		*link = level->outer;
		pfree(level);
	}
}

/* A savepoint is released: its writes are the outer level's; or rolled back: they stay. */
static void
on_subtransaction(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	int depth = GetCurrentTransactionNestLevel();

	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		while (innermost != NULL && innermost->depth >= depth)
		{
			warn_of_writes(innermost);
			drop_level();
		}
	}
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
	{
		for (JournalLevel *level = innermost; level != NULL && level->depth >= depth; level = level->outer)
			level->depth--;
		merge_levels();
	}
}

/*
 * A line for the log.  It hides its context, so nothing is asked for one: among
 * many rows that would cost more than the rows.  An interrupt waits until the
 * context is there again: its error shows one.
 */
static void
log_write(const char *method, const char *table, const char *id, const char *before, const char *body,
		  const char *request_id)
{
	ErrorContextCallback *saved = error_context_stack;

	HOLD_INTERRUPTS();
	error_context_stack = NULL;
	ereport(LOG, (errmsg("attio_fdw: role %s, %s, table %s, id %s, before %s, after %s, request id %s",
						 GetUserNameFromId(GetUserId(), true), method, table, id, before, body,
						 request_id == NULL ? "none" : request_id),
				  errhidestmt(true), errhidecontext(true)));
	error_context_stack = saved;
	RESUME_INTERRUPTS();
}

/* The innermost level of this depth and service, made where there is none. */
static JournalLevel *
find_level(const char *title, int depth)
{
	JournalLevel *level = innermost;

	while (level != NULL && level->depth == depth && strcmp(level->title, title) != 0)
		level = level->outer;
	if (level != NULL && level->depth == depth)
		return level;
	level = (JournalLevel *) MemoryContextAllocZero(TopMemoryContext, sizeof(JournalLevel));
	level->depth = depth;
	level->title = title;
	level->outer = innermost;
	innermost = level;
	return level;
}

void
journal_note(const char *title, const char *method, const char *table, const char *id, const char *before,
			 const char *body, const char *request_id)
{
	if (!registered)
	{
		RegisterXactCallback(on_transaction, NULL);
		RegisterSubXactCallback(on_subtransaction, NULL);
		registered = true;
	}
	add_id(find_level(title, GetCurrentTransactionNestLevel()), id);
	if (setting_log_writes)
		log_write(method, table, id, before, body, request_id);
}

void
journal_check_writable(const char *table, bool updatable)
{
	if (setting_read_only)
		ereport(ERROR, (errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
						errmsg("cannot write to foreign table \"%s\": attio_fdw.read_only is on", table)));
	if (!updatable)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("foreign table \"%s\" does not allow writing", table),
						errhint("Option updatable of the table or its server is false, or the table shows a view.")));
}
