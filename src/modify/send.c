/*
 * send.c
 *		Writes to Attio: one request a row.
 *
 * Owns: how writes are sent and waited for, what a lost answer means, and what
 * an error says of the rows beside it.  Must not know columns.
 */
#include "modify/send.h"

#include "attio/api.h"
#include "base/errors.h"
#include "base/json.h"
#include "modify/encode.h"
#include "modify/ignored.h"
#include "modify/journal.h"
#include "storage/ipc.h"
#include "utils/memutils.h"

/* Rows that an error names of each kind. */
#define NAMED_ROWS 100

/* ----- what is known of each row ----- */

/* The id of a new row in the answer, or NULL. */
static const char *
new_id(const Sender *sender, JsonTree *answer)
{
	return json_string_at(json_at(answer, "data"), sender->relation->resource->id_path);
}

typedef enum WriteState
{
	WRITE_DONE,
	WRITE_UNKNOWN, /* sent, and no answer was read */
	WRITE_NOT_DONE
} WriteState;

/*
 * Has Attio said that it is written: with HTTP 200 and an object, of a new row
 * with its id?  Anything else may be of something that stands between.
 */
static bool
has_succeeded(const Sender *sender, const Write *write)
{
	const HttpExchange *exchange = write->exchange;
	MemoryContext saved;
	JsonTree *answer;
	bool confirmed;

	if (exchange == NULL || !exchange->done || exchange->failure != HTTP_ANSWERED || exchange->status != 200)
		return false;
	saved = MemoryContextSwitchTo(write->context);
	answer = json_read(exchange->body, exchange->length);
	confirmed = json_object_is_type(answer, json_type_object) && (write->id != NULL || new_id(sender, answer) != NULL);
	MemoryContextSwitchTo(saved);
	return confirmed;
}

/*
 * Not written is only what was refused by an answer, or of which surely nothing
 * has left.  Of all else nobody knows before a good answer came.
 */
static WriteState
state_of(const Sender *sender, const Write *write)
{
	if (write->finished)
		return write->was_done ? WRITE_DONE : WRITE_NOT_DONE;
	if (has_succeeded(sender, write))
		return WRITE_DONE;
	return write->exchange != NULL && write->exchange->uncertain ? WRITE_UNKNOWN : WRITE_NOT_DONE;
}

/* The row in words: its id, or before Attio gave it one its place in the statement. */
static void
append_row(StringInfo list, const Write *write)
{
	if (list->len > 0)
		appendStringInfoString(list, ", ");
	if (write->id != NULL)
		appendStringInfoString(list, write->id);
	else
		appendStringInfo(list, "row " INT64_FORMAT, write->number);
}

/* What an error among many rows says of the others. */
static void
explain_progress(void *arg)
{
	const Sender *sender = (const Sender *) arg;
	int counts[3] = {0};
	StringInfoData lists[3];
	ListCell *lc;
	int64 done;

	if (sender->rows <= 1)
		return;
	for (int i = 0; i < (int) lengthof(lists); i++)
		initStringInfo(&lists[i]);
	if (sender->earlier_ids.data != NULL)
		appendStringInfoString(&lists[WRITE_DONE], sender->earlier_ids.data);
	foreach(lc, sender->writes)
	{
		const Write *write = (const Write *) lfirst(lc);
		WriteState state = state_of(sender, write);

		if (counts[state]++ + (state == WRITE_DONE ? Min(sender->earlier, NAMED_ROWS) : 0) < NAMED_ROWS)
			append_row(&lists[state], write);
	}
	done = sender->earlier + counts[WRITE_DONE];
	errcontext("writing to foreign table \"%s\": " INT64_FORMAT " row%s of this statement %s written%s%s%s%s%s%s%s%s",
			   sender->relation->name, done, done == 1 ? "" : "s", done == 1 ? "is" : "are",
			   counts[WRITE_UNKNOWN] > 0 ? psprintf(", %d more may be", counts[WRITE_UNKNOWN]) : "",
			   counts[WRITE_NOT_DONE] > 0
				   ? psprintf(", %d %s not", counts[WRITE_NOT_DONE], counts[WRITE_NOT_DONE] == 1 ? "is" : "are")
				   : "",
			   lists[WRITE_DONE].len > 0 ? "\nwritten: " : "", lists[WRITE_DONE].data,
			   lists[WRITE_UNKNOWN].len > 0 ? "\nmay be written: " : "", lists[WRITE_UNKNOWN].data,
			   lists[WRITE_NOT_DONE].len > 0 ? "\nnot written: " : "", lists[WRITE_NOT_DONE].data);
}

/* These are over: of what was written the errors to come still tell. */
static void
remember(Sender *sender)
{
	ListCell *lc;

	if (sender->earlier_ids.data == NULL)
	{
		MemoryContext saved = MemoryContextSwitchTo(sender->context);

		initStringInfo(&sender->earlier_ids);
		MemoryContextSwitchTo(saved);
	}
	foreach(lc, sender->writes)
	{
		const Write *write = (const Write *) lfirst(lc);

		if (!write->was_done)
			continue;
		if (sender->earlier++ < NAMED_ROWS)
			append_row(&sender->earlier_ids, write);
	}
	sender->writes = NIL;
}

/* ----- single writes ----- */

/* A write that is not sent yet; to delete its context forgets it. */
Write *
write_make(Sender *sender, const char *method, const char *id)
{
	MemoryContext context = AllocSetContextCreate(sender->context, "attio_fdw write", ALLOCSET_SMALL_SIZES);
	MemoryContext saved = MemoryContextSwitchTo(context);
	Write *write = (Write *) palloc0(sizeof(Write));

	CHECK_FOR_INTERRUPTS();
	write->context = context;
	write->number = ++sender->rows;
	write->method = method;
	write->id = id == NULL ? NULL : pstrdup(id);
	write->targets_row = (id != NULL);
	write->path = write_path(sender->relation, id);
	MemoryContextSwitchTo(saved);
	return write;
}

/* Show what would be sent. */
void
write_show(const Write *write)
{
	ereport(NOTICE, (errmsg("dry run: %s %s", write->method, write->path),
					 write->body != NULL ? errdetail("%s", write->shown) : 0));
}

static void
send_write(Sender *sender, Write *write)
{
	MemoryContext saved = MemoryContextSwitchTo(write->context);

	write->exchange =
		api_write(sender->session, write->method, write->path, write->body, write->creates ? HTTP_ONCE : HTTP_REPEAT);
	MemoryContextSwitchTo(saved);
}

/* A create whose answer was lost, or is none of Attio's: it may have been done. */
static void
raise_unknown(const Sender *sender, HttpExchange *exchange)
{
	bool answered = exchange->failure == HTTP_ANSWERED;

	ereport(
		ERROR,
		(errcode(ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN),
		 answered
			 ? errmsg("the answer to a write to \"%s\" does not say what was done: the record may or may not exist",
					  sender->relation->name)
			 : errmsg("the answer to a write to \"%s\" was lost: the record may or may not exist",
					  sender->relation->name),
		 errdetail("%s %s", api_request_detail(exchange),
				   answered ? api_answer_text(exchange) : clean_text(exchange->error, strlen(exchange->error), 200)),
		 errhint("It was not sent again. Look for it in Attio before you do.")));
}

/* Written: for the log, the warning of an abort, and reads that follow. */
static void
note_done(Sender *sender, Write *write)
{
	if (write->id == NULL)
		write->id = pstrdup(new_id(sender, json_read(write->exchange->body, write->exchange->length)));
	write->was_done = true;
	sender->done++;
	session_wrote(sender->session, write->exchange);
	journal_note(write->method, sender->relation->name, write->id, write->before == NULL ? "none" : write->before,
				 write->shown == NULL ? "none" : write->shown, http_header(write->exchange, "x-attio-execution-id"));
}

/* Wait for the answer of a write, and note it.  Raises ERROR when it failed. */
static void
finish_write(Sender *sender, Write *write)
{
	MemoryContext saved = MemoryContextSwitchTo(write->context);
	HttpExchange *exchange = write->exchange;
	ApiSubject subject = {0};

	http_wait(exchange);
	if (write->creates && state_of(sender, write) == WRITE_UNKNOWN)
		raise_unknown(sender, exchange);
	subject.what = psprintf("foreign table \"%s\"", sender->relation->name);
	subject.slug = sender->relation->slug;
	subject.is_list = sender->relation->is_list;
	subject.scopes = sender->relation->is_list ? "list_entry:read-write list_configuration:read"
											   : "record_permission:read-write object_configuration:read";
	/* A row that is gone is none that was to be written; one that is there already may be wished to stay. */
	if (write->targets_row)
		subject.tolerated = "not_found";
	else if (sender->skips_conflicts)
		subject.tolerated = "uniqueness_conflict";
	write->skipped = !api_check(sender->session, exchange, &subject);
	/* a DELETE that was sent again finds nothing where the first one was done */
	if (write->skipped && strcmp(write->method, "DELETE") == 0 && exchange->retries > 0)
		write->skipped = false;
	/* that the object itself is there, so that it is the row that is not */
	if (write->skipped && sender->definitions == NIL)
	{
		MemoryContextSwitchTo(sender->context);
		sender->definitions = relation_definitions(sender->relation, sender->session);
		MemoryContextSwitchTo(write->context);
	}
	if (!write->skipped)
	{
		if (exchange->status == 200 && !has_succeeded(sender, write))
			ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("Attio's answer has an unknown shape"),
							errdetail("%s", api_request_detail(exchange)), errhint("The row may be written.")));
		note_done(sender, write);
		if (write->body != NULL)
			ignored_check(sender, write);
	}
	write->finished = true;
	MemoryContextSwitchTo(saved);
}

/* ----- many writes ----- */

/*
 * Send all of these, several at once: the next as soon as the first of those
 * under way is answered.  After an error nothing more is sent; what was under
 * way is waited for and counted first, so that what the error says of it is
 * true.
 */
static void
send_all(Sender *sender, List *writes, bool keeps_answers)
{
	int window = Max(sender->session->max_requests, 1);
	int started = 0;
	Write *failed = NULL;

	for (int i = 0; i < list_length(writes); i++)
	{
		Write *write = (Write *) list_nth(writes, i);

		while (failed == NULL && started < list_length(writes) && started < i + window)
		{
			/* what came while the rows were made is served before the first is sent */
			CHECK_FOR_INTERRUPTS();
			send_write(sender, (Write *) list_nth(writes, started++));
		}
		if (i >= started)
			break;
		http_wait(write->exchange);
		if (has_succeeded(sender, write) || (failed == NULL && write->targets_row && write->exchange->status == 404))
			finish_write(sender, write);
		else if (failed == NULL)
			failed = write;
		if (write->finished && !keeps_answers)
			http_finish(write->exchange);
	}
	if (failed != NULL)
		finish_write(sender, failed);
}

/* What was answered before the statement was interrupted is written all the same. */
static void
note_answered(int code, Datum arg)
{
	Sender *sender = (Sender *) DatumGetPointer(arg);
	MemoryContext saved = MemoryContextSwitchTo(sender->context);
	ListCell *lc;

	(void) code;
	foreach(lc, sender->writes)
	{
		Write *write = (Write *) lfirst(lc);

		if (!write->finished && !write->was_done && has_succeeded(sender, write))
			note_done(sender, write);
	}
	MemoryContextSwitchTo(saved);
}

/*
 * Send these, several at once, and wait for them.  Their answers live as long
 * as they do, where somebody wants to read them.  An error names the rows that
 * are written, that may be, and that are not.
 */
void
write_send(Sender *sender, List *writes, bool keeps_answers)
{
	ErrorContextCallback context;

	context.callback = explain_progress;
	context.arg = sender;
	context.previous = error_context_stack;
	error_context_stack = &context;
	sender->writes = writes;
	/* where the session is terminated, too */
	PG_ENSURE_ERROR_CLEANUP(note_answered, PointerGetDatum(sender));
	{
		send_all(sender, writes, keeps_answers);
	}
	PG_END_ENSURE_ERROR_CLEANUP(note_answered, PointerGetDatum(sender));
	error_context_stack = context.previous;
	remember(sender);
}
