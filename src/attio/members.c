/*
 * members.c
 *		Who uses the workspace.
 *
 * Owns: the ids of the workspace members that a session knows.
 */
#include "attio/members.h"

#include "utils/memutils.h"
#include "utils/timestamp.h"

struct Members
{
	MemoryContext context; /* of the ids */
	List *ids;
	TimestampTz read_at;
};

/* Read the members anew; a key that may not see them knows none. */
static void
refresh(Session *session, ScanCost *cost)
{
	struct Members *members = session->members;
	RequestSubject subject = {0};
	JsonTree *answer;
	MemoryContext saved;

	subject.scopes = "user_management:read";
	subject.tolerated = "unauthorized";
	answer = request_get(session, "/v2/workspace_members", &subject, cost);
	members->ids = NIL;
	MemoryContextReset(members->context);
	saved = MemoryContextSwitchTo(members->context);
	for (int i = 0; answer != NULL && i < json_length_at(answer, "data"); i++)
	{
		const char *id = json_string_at(json_element(json_at(answer, "data"), i), "id.workspace_member_id");

		if (id != NULL)
			members->ids = lappend(members->ids, pstrdup(id));
	}
	members->read_at = GetCurrentTimestamp();
	MemoryContextSwitchTo(saved);
}

/* Read them where what is known is too old. */
static void
ensure_members(Session *session, ScanCost *cost)
{
	if (session->members == NULL)
	{
		session->members = (struct Members *) MemoryContextAllocZero(session->context, sizeof(struct Members));
		session->members->context = AllocSetContextCreate(session->context, "attio_fdw members", ALLOCSET_SMALL_SIZES);
	}
	if (session->members->read_at == 0 ||
		TimestampDifferenceExceeds(session->members->read_at, GetCurrentTimestamp(), session->metadata_ttl))
		refresh(session, cost);
}

static bool
is_known(const Session *session, const char *id)
{
	ListCell *lc;

	foreach(lc, session->members->ids)
		if (pg_strcasecmp((const char *) lfirst(lc), id) == 0)
			return true;
	return false;
}

/*
 * Is this the id of a workspace member?  False also where the key may not see
 * them.  At most metadata_ttl old: an id stays a member's.
 */
bool
workspace_has_member(Session *session, const char *id, ScanCost *cost)
{
	ensure_members(session, cost);
	return is_known(session, id);
}

/* Can it be one?  Asks again before it says no; true where the key may not see the members. */
bool
workspace_may_have_member(Session *session, const char *id, ScanCost *cost)
{
	ensure_members(session, cost);
	if (session->members->ids == NIL || is_known(session, id))
		return true;
	refresh(session, cost);
	return is_known(session, id);
}

/* Forget all of them. */
void
members_forget(Session *session)
{
	if (session->members != NULL)
		session->members->read_at = 0;
}
