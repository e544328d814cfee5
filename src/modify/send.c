/*
 * send.c
 *		Writes are sent: one request a row.
 *
 * Owns: how writes are sent and waited for, what a lost answer means, and what
 * an error says of the rows beside it.  Must not know columns.
 */
#include "modify/send.h"

#include "base/errors.h"
#include "modify/journal.h"
#include "modify/queue.h"
#include "modify/unstored.h"
#include "remote/known.h"
#include "remote/request.h"
#include "storage/ipc.h"
#include "utils/memutils.h"

/* Rows that an error names of each kind. */
#define NAMED_ROWS 100

/* ----- what is known of each row ----- */

/* The id in an answer, which may be a number; NULL = none. */
static const char *
answered_id_of_fields(const ResourceDef *resource, JsonTree *answer)
{
	JsonTree *row = resource->row_path == NULL ? answer : json_at(answer, resource->row_path);
	JsonTree *id = json_at(row, resource->id_path);

	return json_is_number(id) ? json_write(id) : json_string_at(row, resource->id_path);
}

/* What the answer says is part of its identity beside the id, as rows show it; NULL = nothing. */
static char *
answered_kind(const ResourceDef *resource, const Write *write)
{
	const FieldDef *field = resource_identity_field(resource);
	MemoryContext saved;
	JsonTree *kind;
	const char *text;

	if (field == NULL || write->answer == NULL)
		return NULL;
	saved = MemoryContextSwitchTo(write->answer_context);
	kind = json_at(resource->row_path == NULL ? write->answer : json_at(write->answer, resource->row_path),
				   resource->id_with);
	text = json_is_number(kind) ? json_write(kind) : json_string_at(kind, "");
	if (text != NULL && field->words != NULL)
		text = word_shown(field->words, text);
	MemoryContextSwitchTo(saved);
	return text == NULL ? NULL : MemoryContextStrdup(write->context, text);
}

/* Are the values that an answer shows compared with those that were sent? */
static bool
is_compared(const Sender *sender, const Write *write)
{
	return write->body != NULL && sender->writer != NULL && sender->methods->find_unstored != NULL &&
		   unstored_is_wanted(sender->relation);
}

/* What was sent, as a tree. */
static JsonTree *
sent_tree(Write *write)
{
	if (write->sent == NULL)
		write->sent = json_read(write->body, strlen(write->body));
	return write->sent;
}

/* Read the answer, of a row with attribute values: its id, and what of its values somebody looks at. */
static const char *
read_answered(const Sender *sender, Write *write)
{
	if (is_compared(sender, write) && sender->methods->compared_names != NULL)
		write->compared = sender->methods->compared_names(sender->writer, sent_tree(write));
	answers_want(sender->answers, write->compared);
	write->answered = answered_read(sender->answers, write->exchange->body, write->exchange->length);
	if (write->answered == NULL)
		return NULL;
	return write->id != NULL ? write->id : answered_id(sender->answers, write->answered);
}

/* Read the answer, of a row of fields: its id, where it is an object that does not say that nothing was done. */
static const char *
read_answer(const Sender *sender, Write *write)
{
	const char *done = write->access->done;

	write->answer_context = AllocSetContextCreate(write->context, "attio_fdw answer", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(write->answer_context);
	write->answer = json_read(write->exchange->body, write->exchange->length);
	if (!json_is_object(write->answer) ||
		(done != NULL && json_has_at(write->answer, done) && !json_bool_at(write->answer, done)))
		return NULL;
	return write->id != NULL ? write->id : answered_id_of_fields(sender->relation->resource, write->answer);
}

/*
 * Does the answer say that it is written: with an object, of a new row with its
 * id?  Anything else may be of something that stands between.  Keeps the answer
 * for who looks at it, and the id.
 */
static bool
is_confirmed(const Sender *sender, Write *write)
{
	MemoryContext saved;
	const char *id;

	/* an answer without a body, as the endpoint's are, says that it is done */
	if (write->access->status == 204 && write->id != NULL)
		return true;
	saved = MemoryContextSwitchTo(write->context);
	id = sender->answers != NULL && write->access->done == NULL ? read_answered(sender, write)
																: read_answer(sender, write);
	MemoryContextSwitchTo(saved);
	if (id == NULL)
		return false;
	if (write->id == NULL)
	{
		write->id = MemoryContextStrdup(write->context, id);
		write->kind = answered_kind(sender->relation->resource, write);
	}
	return true;
}

/*
 * Decide what became of a write, if its answer has arrived and nobody has yet.
 * Refused is only what was refused by an answer, or of which surely nothing has
 * left.  Of all else nobody knows before a good answer came.
 */
static void
conclude_write(const Sender *sender, Write *write)
{
	const HttpExchange *exchange = write->exchange;

	if (write->outcome != WRITE_SENT || !exchange->done)
		return;
	if (request_is_success(exchange, write->access->status) && is_confirmed(sender, write))
		write->outcome = WRITE_DONE;
	else
		write->outcome = exchange->uncertain ? WRITE_UNKNOWN : WRITE_REFUSED;
}

/* What an error says of rows: how many, and which the first are. */
typedef enum ProgressKind
{
	PROGRESS_DONE,
	PROGRESS_UNKNOWN,
	PROGRESS_NOT_DONE,
	PROGRESS_KINDS
} ProgressKind;

typedef struct Progress
{
	int64 counts[PROGRESS_KINDS];
	StringInfoData lists[PROGRESS_KINDS];
} Progress;

/* Decide of all whose answers have arrived, so that an error to come says what is known. */
static void
conclude_answered(const Sender *sender)
{
	ListCell *lc;

	foreach(lc, sender->under_way)
		conclude_write(sender, (Write *) lfirst(lc));
}

/* What an error says of a write whose outcome is known, or not yet. */
static ProgressKind
progress_kind(const Write *write)
{
	switch (write->outcome)
	{
		case WRITE_DONE:
			return PROGRESS_DONE;
		case WRITE_UNKNOWN:
			return PROGRESS_UNKNOWN;
		case WRITE_SENT:
			return write->exchange->uncertain ? PROGRESS_UNKNOWN : PROGRESS_NOT_DONE;
		default:
			return PROGRESS_NOT_DONE;
	}
}

/* Count and name the rows of the statement by what became of them. */
static void
count_progress(const Sender *sender, Progress *progress)
{
	ListCell *lc;

	for (int i = 0; i < PROGRESS_KINDS; i++)
		initStringInfo(&progress->lists[i]);
	progress->counts[PROGRESS_DONE] = sender->done;
	if (sender->done_ids.data != NULL)
		appendStringInfoString(&progress->lists[PROGRESS_DONE], sender->done_ids.data);
	progress->counts[PROGRESS_NOT_DONE] = sender->skipped_now;
	if (sender->skipped_ids.data != NULL)
		appendStringInfoString(&progress->lists[PROGRESS_NOT_DONE], sender->skipped_ids.data);
	foreach(lc, sender->under_way)
	{
		Write *write = (Write *) lfirst(lc);
		ProgressKind kind;

		/* answered while another was waited for, which was interrupted: what is known must be said */
		conclude_write(sender, write);
		kind = progress_kind(write);
		if (!write->noted && progress->counts[kind]++ < NAMED_ROWS)
			write_append_row(&progress->lists[kind], write->id, write->kind, write->number);
	}
	if (sender->waiting == NULL)
		return;
	queue_append_rows(sender->waiting, &progress->lists[PROGRESS_NOT_DONE],
					  NAMED_ROWS - progress->counts[PROGRESS_NOT_DONE]);
	progress->counts[PROGRESS_NOT_DONE] += queue_length(sender->waiting);
}

/* What an error among many rows says of the others. */
static void
explain_progress(void *arg)
{
	const Sender *sender = (const Sender *) arg;
	Progress progress = {0};
	const int64 *counts = progress.counts;
	const StringInfoData *lists = progress.lists;

	if (sender->rows <= 1)
		return;
	count_progress(sender, &progress);
	errcontext("writing to foreign table \"%s\": " INT64_FORMAT " row%s of this statement %s written%s%s%s%s%s%s%s%s",
			   sender->relation->name, counts[PROGRESS_DONE], counts[PROGRESS_DONE] == 1 ? "" : "s",
			   counts[PROGRESS_DONE] == 1 ? "is" : "are",
			   counts[PROGRESS_UNKNOWN] > 0 ? psprintf(", " INT64_FORMAT " more may be", counts[PROGRESS_UNKNOWN]) : "",
			   counts[PROGRESS_NOT_DONE] > 0 ? psprintf(", " INT64_FORMAT " %s not", counts[PROGRESS_NOT_DONE],
														counts[PROGRESS_NOT_DONE] == 1 ? "is" : "are")
											 : "",
			   lists[PROGRESS_DONE].len > 0 ? "\nwritten: " : "", lists[PROGRESS_DONE].data,
			   lists[PROGRESS_UNKNOWN].len > 0 ? "\nmay be written: " : "", lists[PROGRESS_UNKNOWN].data,
			   lists[PROGRESS_NOT_DONE].len > 0 ? "\nnot written: " : "", lists[PROGRESS_NOT_DONE].data);
	/* what is made for a warning stays otherwise until an error comes */
	for (int i = 0; i < PROGRESS_KINDS; i++)
		pfree(lists[i].data);
}

/* One row more of a kind, of which errors to come tell. */
static void
remember_row(const Sender *sender, StringInfo list, int64 earlier, const Write *write)
{
	MemoryContext saved = MemoryContextSwitchTo(sender->context);

	if (list->data == NULL)
		initStringInfo(list);
	if (earlier < NAMED_ROWS)
		write_append_row(list, write->id, write->kind, write->number);
	MemoryContextSwitchTo(saved);
}

/* ----- single writes ----- */

Write *
write_make(Sender *sender, WriteAction action, const char *id)
{
	Write *write = write_allocate(sender->context);

	CHECK_FOR_INTERRUPTS();
	write->number = ++sender->rows;
	write->action = action;
	write->access = write_access(sender->relation->resource, action);
	write->id = id == NULL ? NULL : MemoryContextStrdup(write->context, id);
	return write;
}

/* Send the request; its answer is not waited for. */
static void
start_write(Sender *sender, Write *write)
{
	MemoryContext saved = MemoryContextSwitchTo(write->context);
	Request request = {
		.method = write->access->method, .path = write->path, .body = write->body, .nature = write->access->nature};

	write->exchange = request_start(sender->session, &request, NULL);
	write->outcome = WRITE_SENT;
	MemoryContextSwitchTo(saved);
}

/*
 * The answer to a create was lost, or did not come from the service: the row
 * may have been created.  Does not return.
 */
static void
raise_unknown(const Sender *sender, HttpExchange *exchange)
{
	bool answered = exchange->failure == HTTP_ANSWERED;

	ereport(ERROR,
			(errcode(ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN),
			 answered
				 ? errmsg("the answer to a write to \"%s\" does not say what was done: the record may or may not exist",
						  sender->relation->name)
				 : errmsg("the answer to a write to \"%s\" was lost: the record may or may not exist",
						  sender->relation->name),
			 errdetail("%s %s", request_detail(sender->session, exchange),
					   answered ? request_answer_text(exchange)
								: clean_text(exchange->error, strlen(exchange->error), 200)),
			 errhint("The request was not retried. Check in %s before retrying.", sender->relation->service->title)));
}

/* Written: for the log, the warning of an abort, errors to come, and reads that follow. */
static void
note_done(Sender *sender, Write *write)
{
	write->noted = true;
	remember_row(sender, &sender->done_ids, sender->done++, write);
	session_wrote(sender->session, write->exchange);
	if (sender->relation->resource->defines)
		known_forget(sender->session);
	journal_note(sender->relation->service->title, write->access->method, sender->relation->name,
				 write_named(write->id, write->kind), write->before == NULL ? "none" : write->before,
				 write->shown != NULL  ? write->shown
				 : write->body != NULL ? write->body
									   : "none",
				 request_id(sender->session, write->exchange));
}

/* A refusal that is no error: the row is gone, or (ON CONFLICT DO NOTHING) it is there already. */
static void
note_skipped(Sender *sender, Write *write)
{
	/* a DELETE that was sent again finds nothing where the first one was done */
	bool was_done = write->action == ACTION_DELETE && write->exchange->retries > 0;

	/* that the table itself is there, so that it is the row that is not; an ERROR where it is not */
	if (!was_done && !sender->knows_table)
	{
		(void) remote_definitions(sender->relation, sender->session, NULL);
		sender->knows_table = true;
	}
	if (was_done)
	{
		write->outcome = WRITE_DONE;
		note_done(sender, write);
		return;
	}
	write->outcome = write_targets_row(write) ? WRITE_GONE : WRITE_CONFLICT;
	remember_row(sender, &sender->skipped_ids, sender->skipped_now, write);
	sender->skipped_now++;
	sender->skipped++;
}

/* What the write is about, and which refusals of it are no errors. */
static RequestSubject
subject_of_write(const Sender *sender, const Write *write)
{
	RequestSubject subject = remote_subject(sender->relation, write->access);

	/* A row that is gone is none that was to be written; one that is there already may be wished to stay. */
	if (write_targets_row(write))
		subject.tolerates = REFUSAL_GONE;
	else if (sender->skips_conflicts)
		subject.tolerates = REFUSAL_CONFLICT;
	return subject;
}

/* The row of an answer of fields. */
static JsonTree *
row_of_fields(const Sender *sender, const Write *write)
{
	const char *path = sender->relation->resource->row_path;

	return path == NULL ? write->answer : json_at(write->answer, path);
}

/*
 * The values that the answer does not show as they were sent.  A part of the row
 * tells that all are stored; which are not, and what is stored in their place, the
 * whole row tells.
 */
static List *
find_unstored(const Sender *sender, Write *write)
{
	JsonTree *sent = sent_tree(write);
	JsonTree *part;

	if (write->answered == NULL)
		return sender->methods->find_unstored(sender->writer, sent, row_of_fields(sender, write));
	part = answered_part(sender->answers, write->answered, write->compared);
	if (part != NULL && sender->methods->find_unstored(sender->writer, sent, part) == NIL)
		return NIL;
	return sender->methods->find_unstored(sender->writer, sent, answered_row(write->answered));
}

/* Is all of it stored as it was sent?  What is not is told of. */
static void
check_stored(Sender *sender, Write *write)
{
	if (is_compared(sender, write) && (write->answer != NULL || write->answered != NULL))
		unstored_report(sender->relation, write_named(write->id, write->kind), find_unstored(sender, write),
						&sender->unstored);
}

/* The outcome of a write is known: note it.  Raises ERROR when it failed. */
static void
finish_write(Sender *sender, Write *write)
{
	MemoryContext saved = MemoryContextSwitchTo(write->context);
	HttpExchange *exchange = write->exchange;
	RequestSubject subject = subject_of_write(sender, write);

	if (write->action == ACTION_CREATE && write->outcome == WRITE_UNKNOWN)
		raise_unknown(sender, exchange);
	if (request_judge(sender->session, exchange, &subject) != ANSWER_GOOD)
		note_skipped(sender, write);
	else
	{
		if (write->outcome != WRITE_DONE)
			request_raise_shape(sender->session, exchange, "The row may have been written.");
		note_done(sender, write);
		check_stored(sender, write);
	}
	MemoryContextSwitchTo(saved);
	if (write->answer_context != NULL)
		MemoryContextDelete(write->answer_context);
	write->answer_context = NULL;
	write->answer = NULL;
}

/* ----- many writes ----- */

/* Send those that wait, as long as there is room. */
static void
fill_window(Sender *sender)
{
	/* definitions stand in the order in which they are created */
	int window = sender->relation->resource->defines ? 1 : Max(sender->session->max_requests, 1);

	while (list_length(sender->under_way) < window)
	{
		MemoryContext saved;
		Write *write;

		/* what came while the rows were made is served before the first is sent */
		CHECK_FOR_INTERRUPTS();
		saved = MemoryContextSwitchTo(sender->context);
		write = sender->waiting == NULL ? NULL : queue_next(sender->waiting);
		if (write != NULL)
			sender->under_way = lappend(sender->under_way, write);
		MemoryContextSwitchTo(saved);
		if (write == NULL)
			break;
		start_write(sender, write);
	}
}

/* A write of a queue is over: keep of it what somebody wants, and free it. */
static void
release_write(const Sender *sender, Write *write, TextStore *answers)
{
	if (answers != NULL && write->outcome == WRITE_DONE)
	{
		MemoryContext saved = MemoryContextSwitchTo(write->context);
		const char *texts[ANSWER_TEXTS] = {write->exchange->body, request_detail(sender->session, write->exchange)};

		texts_put(answers, texts);
		MemoryContextSwitchTo(saved);
	}
	MemoryContextDelete(write->context);
}

/*
 * Send all of these, several at once: the next as soon as the first of those
 * under way is answered.  After an error nothing more is sent; what was under
 * way is waited for and counted first, so that what the error says of it is
 * true.
 */
static void
send_queued(Sender *sender, TextStore *answers)
{
	Write *failed = NULL;
	int at = 0; /* of those under way, the first that was not waited for */

	for (;;)
	{
		RequestSubject subject;
		Write *write;

		if (failed == NULL)
			fill_window(sender);
		if (at >= list_length(sender->under_way))
			break;
		/* answered while others were waited for */
		conclude_answered(sender);
		write = (Write *) list_nth(sender->under_way, at);
		request_await(write->exchange, NULL);
		conclude_write(sender, write);
		subject = subject_of_write(sender, write);
		if (write->outcome == WRITE_DONE ||
			(failed == NULL && request_is_tolerated(sender->session, write->exchange, &subject)))
		{
			finish_write(sender, write);
			sender->under_way = list_delete_nth_cell(sender->under_way, at);
			release_write(sender, write, answers);
			continue;
		}
		if (failed == NULL)
			failed = write;
		at++;
	}
	if (failed != NULL)
		finish_write(sender, failed);
}

/* The one that is under way. */
static void
send_single(Sender *sender, TextStore *answers)
{
	Write *write = (Write *) linitial(sender->under_way);

	CHECK_FOR_INTERRUPTS();
	start_write(sender, write);
	request_await(write->exchange, NULL);
	conclude_write(sender, write);
	finish_write(sender, write);
}

/* What was answered before the statement was interrupted is written all the same. */
static void
note_answered(int code, Datum arg)
{
	Sender *sender = (Sender *) DatumGetPointer(arg);
	MemoryContext saved = MemoryContextSwitchTo(sender->context);
	ListCell *lc;

	foreach(lc, sender->under_way)
	{
		Write *write = (Write *) lfirst(lc);

		conclude_write(sender, write);
		if (write->outcome == WRITE_DONE && !write->noted)
			note_done(sender, write);
	}
	MemoryContextSwitchTo(saved);
}

/* An error while they are sent names the rows that are written, that may be, and that are not. */
static void
send_guarded(Sender *sender, void (*send)(Sender *, TextStore *), TextStore *answers)
{
	ErrorContextCallback context;

	context.callback = explain_progress;
	context.arg = sender;
	context.previous = error_context_stack;
	error_context_stack = &context;
	/* where the session is terminated, too */
	PG_ENSURE_ERROR_CLEANUP(note_answered, PointerGetDatum(sender));
	{
		send(sender, answers);
	}
	PG_END_ENSURE_ERROR_CLEANUP(note_answered, PointerGetDatum(sender));
	error_context_stack = context.previous;
	list_free(sender->under_way);
	sender->under_way = NIL;
	sender->skipped_now = 0;
	if (sender->skipped_ids.data != NULL)
		resetStringInfo(&sender->skipped_ids);
}

void
write_send(Sender *sender, Write *write)
{
	MemoryContext saved = MemoryContextSwitchTo(sender->context);

	sender->under_way = list_make1(write);
	MemoryContextSwitchTo(saved);
	send_guarded(sender, send_single, NULL);
}

void
write_send_all(Sender *sender, WriteQueue *queue, TextStore *answers)
{
	sender->waiting = queue;
	send_guarded(sender, send_queued, answers);
	sender->waiting = NULL;
	queue_end(queue);
}
