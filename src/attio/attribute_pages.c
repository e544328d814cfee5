/*
 * attribute_pages.c
 *		The pages in which Attio lists the attributes of an object or list.
 *
 * Owns: that all of them are read.  Each page begins with the last attribute of
 * the one before it; where it does not, attributes were added or archived
 * meanwhile, and all are read again.
 */
#include "attio/attribute_pages.h"

#include "attio/shape.h"
#include "remote/ahead.h"
#include "utils/memutils.h"

/* Rows to ask for at once: no listing of Attio is known to refuse or clamp so few. */
#define ATTRIBUTE_PAGE 50
#define ATTRIBUTE_LIMIT 10000

/* Pages that are asked for at once behind the first one that is full, and behind those. */
#define PAGES_AHEAD 4
#define MORE_PAGES_AHEAD 8

/* Whoever answers fewer than asked for has a limit that is a multiple of this. */
#define ROUND_LIMIT 10

/* How often they are read before they are said to keep moving. */
#define READINGS 5

/* What each definition of an attribute has. */
static const char *const attribute_strings[] = {"id.attribute_id", "api_slug", "type"};

/* One reading of all pages. */
typedef struct Reading
{
	Session *session;
	const AttributesWanted *wanted;
	ScanCost *cost;
	MemoryContext result;
	List *attributes; /* AttributeDef */
	int largest;      /* page so far */
	int asked;        /* pages that were asked for ahead end here */
} Reading;

/* What a page says of those behind it. */
typedef enum PageEnd
{
	PAGE_MORE,
	PAGE_LAST,
	PAGE_MOVED,
	PAGE_REFUSED
} PageEnd;

/* One definition of an answer. */
static AttributeDef *
read_attribute(JsonTree *item, const char *path)
{
	AttributeDef *attribute = (AttributeDef *) palloc0(sizeof(AttributeDef));
	int nallowed = json_length_at(item, "config.record_reference.allowed_object_ids");

	attribute->id = shape_string(item, "id.attribute_id");
	attribute->slug = shape_string(item, "api_slug");
	attribute->title = shape_string(item, "title");
	attribute->description = shape_string(item, "description");
	attribute->type_name = shape_string(item, "type");
	if (attribute->id == NULL || attribute->id[0] == '\0' || attribute->slug == NULL || attribute->slug[0] == '\0' ||
		attribute->type_name == NULL)
		shape_raise_incomplete(item, path, "attribute", attribute_strings, lengthof(attribute_strings));
	attribute->type = attribute_type(attribute->type_name);
	attribute->multiselect = json_bool_at(item, "is_multiselect");
	attribute->is_unique = json_bool_at(item, "is_unique");
	attribute->is_required = json_bool_at(item, "is_required");
	attribute->has_default = json_bool_at(item, "is_default_value_enabled");
	attribute->is_writable = json_bool_at(item, "is_writable");
	attribute->is_system = json_bool_at(item, "is_system_attribute");
	/* null counts as several: any object may be meant (docs/attio-api.md 6.1) */
	attribute->several_targets = (nallowed != 1);
	attribute->allowed_objects = shape_strings(item, "config.record_reference.allowed_object_ids", path);
	attribute->currency_code = shape_string(item, "config.currency.default_currency_code");
	return attribute;
}

static char *
page_path(const TargetDef *target, int offset)
{
	return psprintf("/v2/%s/%s/attributes?limit=%d&offset=%d", target->kind->plural,
					http_escape(target_identifier(target)), ATTRIBUTE_PAGE, offset);
}

void
attribute_pages_ask_ahead(Session *session, const TargetDef *target, ScanCost *cost)
{
	ahead_ask(session, page_path(target, 0), cost);
}

/* Where the next page begins: with the last attribute that was read. */
static int
next_offset(const Reading *reading)
{
	return Max(list_length(reading->attributes) - 1, 0);
}

/* A page was full, and those that were asked for ahead have been read: ask for more of them. */
static void
ask_ahead(Reading *reading)
{
	int offset = next_offset(reading);
	int npages = reading->asked == 0 ? PAGES_AHEAD : MORE_PAGES_AHEAD;

	if (offset < reading->asked)
		return;
	for (int i = 0; i < npages; i++)
		ahead_ask(reading->session, page_path(reading->wanted->target, offset + (ATTRIBUTE_PAGE - 1) * i),
				  reading->cost);
	reading->asked = offset + (ATTRIBUTE_PAGE - 1) * npages;
}

/* Nobody takes what was asked for ahead any more. */
static void
drop_ahead(const Reading *reading)
{
	const TargetDef *target = reading->wanted->target;

	ahead_drop(reading->session,
			   psprintf("/v2/%s/%s/attributes?", target->kind->plural, http_escape(target_identifier(target))));
}

/* Refused: what that says of the object or list. */
static void
note_refusal(const AttributesWanted *wanted, const Refusal *said)
{
	wanted->refusal->disabled = (said->kinds & REFUSAL_DISABLED) != 0;
	if (!wanted->refusal->disabled)
		wanted->refusal->absent = MemoryContextStrdup(wanted->caller, said->message);
}

/* What the errors of its requests say, and which refusals are none. */
static RequestSubject
subject_of(const AttributesWanted *wanted)
{
	const TargetDef *target = wanted->target;
	RequestSubject subject = {.scopes = target->kind->scope, .among = target->kind->plural};

	subject.name = target_name(target);
	subject.what = psprintf("%s \"%s\"", target->kind->noun, subject.name);
	if (wanted->refusal != NULL)
		subject.tolerates = REFUSAL_DISABLED | (wanted->refusal->may_be_absent ? REFUSAL_ABSENT : 0);
	return subject;
}

/* Does the page begin with the attribute that was read last? */
static bool
continues(const Reading *reading, JsonTree *items, int n)
{
	const AttributeDef *last;
	const char *id;

	if (reading->attributes == NIL)
		return true;
	last = (const AttributeDef *) llast(reading->attributes);
	id = n == 0 ? NULL : shape_string(json_element(items, 0), "id.attribute_id");
	return id != NULL && strcmp(id, last->id) == 0;
}

/* Take a page's attributes over; "path" is what it was asked for by. */
static PageEnd
take_page(Reading *reading, JsonTree *answer, const char *path)
{
	int n = shape_length(answer, path);
	JsonTree *items = json_at(answer, "data");
	MemoryContext work;

	if (n > ATTRIBUTE_PAGE || list_length(reading->attributes) > ATTRIBUTE_LIMIT)
		shape_raise(path);
	if (!continues(reading, items, n))
		return PAGE_MOVED;
	work = MemoryContextSwitchTo(reading->result);
	for (int i = reading->attributes == NIL ? 0 : 1; i < n; i++)
		reading->attributes = lappend(reading->attributes, read_attribute(json_element(items, i), path));
	MemoryContextSwitchTo(work);
	reading->largest = Max(reading->largest, n);
	if (n == ATTRIBUTE_PAGE)
		return PAGE_MORE;
	/* a short page of a round number may have been cut, unless there was a longer one */
	return n > 1 && n == reading->largest && n % ROUND_LIMIT == 0 ? PAGE_MORE : PAGE_LAST;
}

/* Read the next page.  Of a context of its own, which goes. */
static PageEnd
read_page(Reading *reading)
{
	MemoryContext work = AllocSetContextCreate(reading->result, "attio_fdw definitions", ALLOCSET_SMALL_SIZES);
	MemoryContext saved = MemoryContextSwitchTo(work);
	Refusal said = {0};
	RequestSubject subject = subject_of(reading->wanted);
	char *path = page_path(reading->wanted->target, next_offset(reading));
	JsonTree *answer;
	PageEnd end = PAGE_REFUSED;

	subject.said = &said;
	answer = ahead_get(reading->session, path, &subject, reading->cost);
	if (answer == NULL)
		note_refusal(reading->wanted, &said);
	else
		end = take_page(reading, answer, path);
	MemoryContextSwitchTo(saved);
	MemoryContextDelete(work);
	if (end == PAGE_MORE && reading->largest == ATTRIBUTE_PAGE)
		ask_ahead(reading);
	return end;
}

/* They are others each time.  Does not return. */
static void
raise_moving(const AttributesWanted *wanted)
{
	const TargetDef *target = wanted->target;

	ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					errmsg("the attributes of %s \"%s\" changed in Attio while they were read", target->kind->noun,
						   target_name(target)),
					errdetail("They were read %d times.", READINGS), errhint("Run the statement again.")));
}

bool
attribute_pages_read(Session *session, const AttributesWanted *wanted, List **attributes, ScanCost *cost)
{
	for (int i = 0; i < READINGS; i++)
	{
		Reading reading = {session, wanted, cost, CurrentMemoryContext, NIL, 0, 0};
		PageEnd end;

		do
			end = read_page(&reading);
		while (end == PAGE_MORE);
		drop_ahead(&reading);
		*attributes = reading.attributes;
		if (end != PAGE_MOVED)
			return end == PAGE_LAST;
	}
	raise_moving(wanted);
	return false;
}
