/*
 * choices.c
 *		The options of select attributes and the statuses of status attributes.
 *
 * Owns: reading them.  Must not know what they are asked for.
 */
#include "attio/choices.h"

#include "attio/shape.h"
#include "remote/ahead.h"
#include "remote/known.h"

typedef struct KnownChoices
{
	List *choices; /* ChoiceDef */
	bool refused;  /* Attio does not show them */
} KnownChoices;

/* Whose choices are read. */
typedef struct Wanted
{
	const TargetDef *target;
	const AttributeDef *attribute;
} Wanted;

/* One option or status of an answer. */
static ChoiceDef *
read_choice(JsonTree *item, const char *id_member, const char *path)
{
	const char *const needed[] = {id_member, "title"};
	ChoiceDef *choice = (ChoiceDef *) palloc(sizeof(ChoiceDef));

	choice->id = shape_string(item, id_member);
	choice->title = shape_string(item, "title");
	choice->archived = json_bool_at(item, "is_archived");
	if (choice->id == NULL || choice->title == NULL)
		shape_raise_incomplete(item, path, "option", needed, lengthof(needed));
	return choice;
}

static bool
is_status(const AttributeDef *attribute)
{
	return strcmp(attribute->type_name, "status") == 0;
}

static char *
choices_path(const TargetDef *target, const AttributeDef *attribute)
{
	return psprintf("/v2/%s/%s/attributes/%s/%s?show_archived=true", target->kind->plural,
					http_escape(target_identifier(target)), attribute->id,
					is_status(attribute) ? "statuses" : "options");
}

/* KnownKind: request all options, or statuses, of an attribute. */
static void *
read_choices(Session *session, const void *what, ScanCost *cost)
{
	const Wanted *wanted = (const Wanted *) what;
	char *path = choices_path(wanted->target, wanted->attribute);
	RequestSubject subject = {.what = psprintf("attribute \"%s\"", wanted->attribute->slug),
							  .scopes = wanted->target->kind->scope,
							  .tolerates = REFUSAL_ABSENT};
	JsonTree *answer = ahead_get(session, path, &subject, cost);
	KnownChoices *known = (KnownChoices *) palloc0(sizeof(KnownChoices));
	int n = answer == NULL ? 0 : shape_length(answer, path);

	known->refused = (answer == NULL);
	for (int i = 0; i < n; i++)
		known->choices =
			lappend(known->choices, read_choice(json_element(json_at(answer, "data"), i),
												is_status(wanted->attribute) ? "id.status_id" : "id.option_id", path));
	return known;
}

static bool
are_same_choices(const void *one, const void *other)
{
	const KnownChoices *some = (const KnownChoices *) one;
	const KnownChoices *others = (const KnownChoices *) other;
	const ListCell *lc;
	const ListCell *lc2;

	if (some->refused != others->refused || list_length(some->choices) != list_length(others->choices))
		return false;
	forboth(lc, some->choices, lc2, others->choices)
	{
		const ChoiceDef *choice = (const ChoiceDef *) lfirst(lc);
		const ChoiceDef *now = (const ChoiceDef *) lfirst(lc2);

		if (strcmp(choice->id, now->id) != 0 || strcmp(choice->title, now->title) != 0 ||
			choice->archived != now->archived)
			return false;
	}
	return true;
}

static const KnownKind known_choices = {"choices", read_choices, are_same_choices};

/*
 * The options or statuses that Attio shows of an attribute, archived ones
 * included: a List of ChoiceDef that the session owns.  What is older than
 * metadata_ttl or than "not_before" is asked for again.  Nothing says that the
 * list is complete: a title that is not among them may exist all the same.
 * *refused: Attio does not show them at all.
 */
List *
attribute_choices(Session *session, const TargetDef *target, const AttributeDef *attribute, TimestampTz not_before,
				  bool *refused, ScanCost *cost)
{
	Wanted wanted = {target, attribute};
	KnownChoices *known = (KnownChoices *) known_get(session, &known_choices, attribute->id, not_before, &wanted, cost);

	*refused = known->refused;
	return known->choices;
}

/* attribute_choices() will be called so: ask now for what it would ask for. */
void
attribute_ask_ahead(Session *session, const TargetDef *target, const AttributeDef *attribute, TimestampTz not_before,
					ScanCost *cost)
{
	if (!known_is_fresh(session, &known_choices, attribute->id, not_before))
		ahead_ask(session, choices_path(target, attribute), cost);
}

/*
 * The choices of these attributes (AttributeDef) of one object or list will be
 * asked for: do so for as many at once as may be, from *next on.
 */
void
choices_ask_ahead(Session *session, const TargetDef *target, List *attributes, int *next, ScanCost *cost)
{
	for (; *next < list_length(attributes) && ahead_has_room(session); ++*next)
	{
		const AttributeDef *attribute = (const AttributeDef *) list_nth(attributes, *next);

		if (attribute_has_choices(attribute))
			attribute_ask_ahead(session, target, attribute, 0, cost);
	}
}

/* Is its value one of a list? */
bool
attribute_has_choices(const AttributeDef *attribute)
{
	return is_status(attribute) || strcmp(attribute->type_name, "select") == 0;
}
