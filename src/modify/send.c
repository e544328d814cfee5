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
#include "modify/journal.h"
#include "utils/memutils.h"

/* What an error among many rows says of the others. */
static void
explain_progress(void *arg)
{
	const Sender *sender = (const Sender *) arg;

	char *rest = sender->unknown == 0 ? "" : psprintf(", %d more may be", sender->unknown);

	errcontext("writing to foreign table \"%s\": " INT64_FORMAT " row%s of this statement %s written%s",
			   sender->relation->name, sender->done, sender->done == 1 ? "" : "s", sender->done == 1 ? "is" : "are",
			   rest);
}

/* A write that is not sent yet; to delete its context forgets it. */
Write *
write_make(Sender *sender, const char *method, const char *id)
{
	MemoryContext context = AllocSetContextCreate(sender->context, "attio_fdw write", ALLOCSET_SMALL_SIZES);
	MemoryContext saved = MemoryContextSwitchTo(context);
	Write *write = (Write *) palloc0(sizeof(Write));

	write->context = context;
	write->method = method;
	write->id = id == NULL ? NULL : pstrdup(id);
	write->path = write_path(sender->relation, id);
	MemoryContextSwitchTo(saved);
	return write;
}

/* Show what would be sent. */
void
write_show(const Write *write)
{
	ereport(NOTICE, (errmsg("dry run: %s %s", write->method, write->path),
					 write->body != NULL ? errdetail("%s", write->body) : 0));
}

static void
send_write(Sender *sender, Write *write)
{
	MemoryContext saved = MemoryContextSwitchTo(write->context);

	write->exchange =
		api_write(sender->session, write->method, write->path, write->body, write->creates ? HTTP_ONCE : HTTP_REPEAT);
	MemoryContextSwitchTo(saved);
}

/* A create whose answer was lost: it may have been done. */
static void
raise_unknown(const Sender *sender, HttpExchange *exchange)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN),
		 errmsg("the answer to a write to \"%s\" was lost: the record may or may not exist", sender->relation->name),
		 errdetail("%s %s", api_request_detail(exchange), clean_text(exchange->error, strlen(exchange->error), 200)),
		 errhint("It was not sent again. Look for it in Attio before you do.")));
}

/* Wait for the answer of a write, and note it.  Raises ERROR when it failed. */
static void
finish_write(Sender *sender, Write *write)
{
	MemoryContext saved = MemoryContextSwitchTo(write->context);
	HttpExchange *exchange = write->exchange;
	ApiSubject subject = {0};
	bool found;

	http_wait(exchange);
	if (write->creates && (exchange->failure == HTTP_CUT || exchange->failure == HTTP_TIMED_OUT ||
						   exchange->failure == HTTP_TOO_LARGE || exchange->status >= 500))
		raise_unknown(sender, exchange);
	subject.what = psprintf("foreign table \"%s\"", sender->relation->name);
	subject.slug = sender->relation->slug;
	subject.is_list = sender->relation->is_list;
	subject.scopes = sender->relation->is_list ? "list_entry:read-write list_configuration:read"
											   : "record_permission:read-write object_configuration:read";
	/* A DELETE that was sent again finds nothing where the first one was done. */
	if (strcmp(write->method, "DELETE") == 0 && exchange->retries > 0)
		subject.tolerated = "not_found";
	found = api_check(sender->session, exchange, &subject);
	if (found && write->id == NULL)
	{
		const char *id = json_string_at(json_read(exchange->body, exchange->length),
										psprintf("data.%s", sender->relation->resource->id_path));

		write->id = pstrdup(id == NULL ? "unknown" : id);
	}
	sender->done++;
	journal_note(write->method, sender->relation->name, write->id, write->before == NULL ? "none" : write->before,
				 write->body == NULL ? "none" : write->body, http_header(exchange, "x-attio-execution-id"));
	MemoryContextSwitchTo(saved);
}

static bool
has_succeeded(const Write *write)
{
	return write->exchange->failure == HTTP_ANSWERED && write->exchange->status == 200;
}

/*
 * Send all of these, several at once.  After an error nothing more is sent;
 * what was under way is waited for and counted first, so that what the error
 * says of it is true.
 */
static void
send_all(Sender *sender, List *writes)
{
	int window = Max(sender->session->max_requests, 1);

	for (int from = 0; from < list_length(writes); from += window)
	{
		int to = Min(from + window, list_length(writes));
		Write *failed = NULL;

		sender->unknown = to - from;
		for (int i = from; i < to; i++)
			send_write(sender, (Write *) list_nth(writes, i));
		for (int i = from; i < to; i++)
			http_wait(((Write *) list_nth(writes, i))->exchange);
		for (int i = from; i < to; i++)
		{
			Write *write = (Write *) list_nth(writes, i);

			if (has_succeeded(write))
				finish_write(sender, write);
			else if (failed == NULL)
				failed = write;
			sender->unknown -= (write->exchange->failure == HTTP_ANSWERED && write->exchange->status < 500);
		}
		if (failed != NULL)
			finish_write(sender, failed);
		/* of a single one the answer may be read yet; of many nobody asks */
		for (int i = from; i < to && list_length(writes) > 1; i++)
			http_finish(((Write *) list_nth(writes, i))->exchange);
	}
}

/* The same; an error says how many rows of the statement are written. */
void
write_send(Sender *sender, List *writes)
{
	ErrorContextCallback context;

	context.callback = explain_progress;
	context.arg = sender;
	context.previous = error_context_stack;
	error_context_stack = &context;
	send_all(sender, writes);
	error_context_stack = context.previous;
}
