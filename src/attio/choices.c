/*
 * choices.c
 *		The options of select attributes and the statuses of status attributes.
 *
 * Owns: reading them, and their cache in the session.  Must not know what they
 * are asked for.
 */
#include "attio/choices.h"

#include "utils/memutils.h"
#include "utils/timestamp.h"

typedef struct KnownChoices
{
	char *attribute_id;
	TimestampTz read_at;
	List *choices; /* ChoiceDef */
	bool refused;  /* Attio does not show them */
	MemoryContext context;
} KnownChoices;

static KnownChoices *
find_known(Session *session, const char *attribute_id)
{
	ListCell *lc;

	foreach(lc, session->choices)
		if (strcmp(((KnownChoices *) lfirst(lc))->attribute_id, attribute_id) == 0)
			return (KnownChoices *) lfirst(lc);
	return NULL;
}

static void
forget(Session *session, KnownChoices *known)
{
	session->choices = list_delete_ptr(session->choices, known);
	MemoryContextDelete(known->context);
}

static List *
read_choices(JsonTree *answer, const char *id_member, const char *path)
{
	List *choices = NIL;
	int n = json_length_at(answer, "data");

	for (int i = 0; i < n; i++)
	{
		JsonTree *item = json_element(json_at(answer, "data"), i);
		const char *id = json_string_at(item, id_member);
		const char *title = json_string_at(item, "title");
		ChoiceDef *choice = (ChoiceDef *) palloc(sizeof(ChoiceDef));

		if (id == NULL || title == NULL)
		{
			const char *const needed[] = {id_member, "title"};

			metadata_raise_incomplete(item, path, "option", needed, lengthof(needed));
		}
		choice->id = pstrdup(id);
		choice->title = pstrdup(title);
		choice->archived = json_bool_at(item, "is_archived");
		choices = lappend(choices, choice);
	}
	if (n < 0)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("Attio's answer has an unknown shape"),
						errdetail("GET %s answered HTTP 200 without members that belong to it.", path)));
	return choices;
}

/* Ask, and remember the answer in the session. */
static KnownChoices *
fetch_choices(Session *session, bool is_list, const char *identifier, const AttributeDef *attribute, ScanCost *cost)
{
	bool is_status = strcmp(attribute->type_name, "status") == 0;
	char *path = psprintf("/v2/%s/%s/attributes/%s/%s?show_archived=true", is_list ? "lists" : "objects",
						  http_escape(identifier), attribute->id, is_status ? "statuses" : "options");
	RequestSubject subject = {0};
	JsonTree *answer;
	KnownChoices *known;
	MemoryContext context;
	MemoryContext saved;

	subject.what = psprintf("attribute \"%s\"", attribute->slug);
	subject.scopes = is_list ? "list_configuration:read" : "object_configuration:read";
	subject.tolerates = REFUSAL_ABSENT;
	answer = request_get(session, path, &subject, cost);
	/* Looked up now: waiting for the answer may have served an invalidation. */
	known = find_known(session, attribute->id);
	if (known != NULL)
		forget(session, known);
	context = AllocSetContextCreate(session->context, "attio_fdw choices", ALLOCSET_SMALL_SIZES);
	saved = MemoryContextSwitchTo(context);
	known = (KnownChoices *) palloc0(sizeof(KnownChoices));
	known->attribute_id = pstrdup(attribute->id);
	known->refused = (answer == NULL);
	if (answer != NULL)
		known->choices = read_choices(answer, is_status ? "id.status_id" : "id.option_id", path);
	known->context = context;
	known->read_at = GetCurrentTimestamp();
	MemoryContextSwitchTo(session->context);
	session->choices = lappend(session->choices, known);
	MemoryContextSwitchTo(saved);
	return known;
}

/*
 * The options or statuses that Attio shows of an attribute, archived ones
 * included: a List of ChoiceDef that the session owns, valid until the next
 * call.  What is older than metadata_ttl or than "not_before" is asked for
 * again.  Nothing says that the list is complete: a title that is not among them
 * may exist all the same.  *refused: Attio does not show them at all.
 */
List *
attribute_choices(Session *session, bool is_list, const char *identifier, const AttributeDef *attribute,
				  TimestampTz not_before, bool *refused, ScanCost *cost)
{
	KnownChoices *known = find_known(session, attribute->id);

	if (known == NULL || known->read_at < not_before ||
		TimestampDifferenceExceeds(known->read_at, GetCurrentTimestamp(), session->metadata_ttl))
		known = fetch_choices(session, is_list, identifier, attribute, cost);
	*refused = known->refused;
	return known->choices;
}

/* Forget all of them. */
void
choices_forget(Session *session)
{
	while (session->choices != NIL)
		forget(session, (KnownChoices *) linitial(session->choices));
}
