/*
 * members.c
 *		Who uses the workspace.
 *
 * Owns: the ids of the workspace members, and how they are read.
 */
#include "attio/members.h"

#include "attio/shape.h"
#include "base/text_rows.h"
#include "remote/ahead.h"
#include "remote/known.h"
#include "utils/timestamp.h"

static const char *const members_path = "/v2/workspace_members";

/* The ids, as a List in a List; a key that may not see the members knows none. */
static void *
read_members(Session *session, const void *what, ScanCost *cost)
{
	RequestSubject subject = {.scopes = "user_management:read", .tolerated = "unauthorized"};
	JsonTree *answer = ahead_get(session, members_path, &subject, cost);
	List *ids = NIL;

	for (int i = 0; answer != NULL && i < json_length_at(answer, "data"); i++)
	{
		char *id = shape_string(json_element(json_at(answer, "data"), i), "id.workspace_member_id");

		if (id != NULL)
			ids = lappend(ids, id);
	}
	return list_make1(ids);
}

static bool
are_same_members(const void *one, const void *other)
{
	return text_lists_equal((const List *) linitial((const List *) one), (const List *) linitial((const List *) other));
}

static const KnownKind known_members = {"members", read_members, are_same_members};

static List *
get_members(Session *session, TimestampTz not_before, ScanCost *cost)
{
	return (List *) linitial((List *) known_get(session, &known_members, "", not_before, NULL, cost));
}

/* workspace_has_member() will be called: ask now for what it would ask for. */
void
members_ask_ahead(Session *session, ScanCost *cost)
{
	if (!known_is_fresh(session, &known_members, "", 0))
		ahead_ask(session, members_path, cost);
}

/* Is it one of these ids? */
static bool
is_member_among(List *ids, const char *id)
{
	ListCell *lc;

	foreach(lc, ids)
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
	return is_member_among(get_members(session, 0, cost), id);
}

/* Can it be one?  Asks again before it says no; true where the key may not see the members. */
bool
workspace_may_have_member(Session *session, const char *id, ScanCost *cost)
{
	List *ids = get_members(session, 0, cost);

	return ids == NIL || is_member_among(ids, id) ||
		   is_member_among(get_members(session, GetCurrentTimestamp(), cost), id);
}
