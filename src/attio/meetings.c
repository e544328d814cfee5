/*
 * meetings.c
 *		The meetings of a workspace, for what is listed for each of them.
 *
 * Owns: the ids of all meetings, and the walk through their pages, which counts
 * against attio_fdw.max_requests as the rows' own pages do.
 */
#include "attio/meetings.h"

#include "attio/shape.h"
#include "base/json.h"
#include "base/text_rows.h"
#include "http/http.h"
#include "miscadmin.h"
#include "remote/resource.h"
#include "remote/service.h"
#include "utils/memutils.h"

#define MEETING_PAGE 200

/* What of the walk outlives a page. */
typedef struct MeetingWalk
{
	MemoryContext context;
	Session *session;
	ScanCost *cost;
	List *meetings; /* Lists of Given */
	List *cursors;  /* char *: those that came */
} MeetingWalk;

/* The answer with the next of the pages. */
static JsonTree *
read_page(const MeetingWalk *walk, const char **path)
{
	RequestSubject subject = {.scopes = "meeting:read record_permission:read"};
	Request request = {.method = "GET", .nature = HTTP_READ};
	HttpExchange *exchange;

	*path = psprintf("/v2/meetings?limit=%d", MEETING_PAGE);
	if (walk->cursors != NIL)
		*path = psprintf("%s&cursor=%s", *path, http_escape((const char *) llast(walk->cursors)));
	request.path = *path;
	exchange = request_start(walk->session, &request, walk->cost);
	request_await(exchange, walk->cost);
	return request_get_finish(walk->session, exchange, &subject);
}

/* The page's meetings; ERROR where one of them has no id. */
static void
take_meetings(MeetingWalk *walk, JsonTree *answer, const char *path)
{
	int n = shape_length(answer, path);
	MemoryContext saved = MemoryContextSwitchTo(walk->context);

	for (int i = 0; i < n; i++)
	{
		const char *id = json_string_at(json_element(json_at(answer, "data"), i), "id.meeting_id");

		if (id == NULL)
			shape_raise(path);
		walk->meetings = lappend(walk->meetings, list_make1(given_make("meeting", pstrdup(id))));
	}
	MemoryContextSwitchTo(saved);
}

/* The next page's cursor is kept; false where there is none.  ERROR where it came before. */
static bool
take_cursor(MeetingWalk *walk, JsonTree *answer)
{
	const char *cursor = json_string_at(answer, "pagination.next_cursor");
	MemoryContext saved;

	if (cursor == NULL || cursor[0] == '\0')
		return false;
	if (list_has_text(walk->cursors, cursor))
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
						errmsg("%s returned the same cursor twice: %s", walk->session->service->title, "meetings"),
						errdetail("The pages of %s lead back to a page that was already read.", "GET /v2/meetings"),
						errhint("Run the statement again.")));
	saved = MemoryContextSwitchTo(walk->context);
	walk->cursors = lappend(walk->cursors, pstrdup(cursor));
	MemoryContextSwitchTo(saved);
	return true;
}

List *
meetings_all(Session *session, ScanCost *cost)
{
	MeetingWalk walk = {.context = CurrentMemoryContext, .session = session, .cost = cost};
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw meetings", ALLOCSET_DEFAULT_SIZES);
	bool goes_on = true;

	while (goes_on)
	{
		const char *path;
		JsonTree *answer;

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(work);
		MemoryContextSwitchTo(work);
		answer = read_page(&walk, &path);
		take_meetings(&walk, answer, path);
		goes_on = take_cursor(&walk, answer);
		MemoryContextSwitchTo(walk.context);
	}
	MemoryContextDelete(work);
	return walk.meetings;
}
