/*
 * measure_sample.c
 *		Rows to measure Attio by, and queries about them.
 *
 * Owns: which objects are looked at, how many requests that takes, and which row
 * fits a question.  Must not know the questions.
 */
#include "attio/measure_sample.h"

#include "attio/endpoints.h"

/* Requests in all; objects that are looked at for rows that fit. */
#define MAX_REQUESTS 30
#define MAX_OBJECTS 4

/* Are there so many requests left? */
bool
sample_may_ask(const Measure *measure, int requests)
{
	return measure->cost.requests + measure->cost.definitions + requests <= MAX_REQUESTS;
}

/* Query the records of an object; "rest" is what the body holds beside limit and offset. */
Asked
sample_ask(Measure *measure, const TargetDef *target, int limit, int64 offset, const char *rest)
{
	RequestSubject subject = {.tolerates = REFUSAL_REQUEST, .scopes = resource_records->list.scopes};
	Asked asked = {.refused = true};
	const char *path = resource_path(resource_records->list.path, list_make1(given_make("object", target->id)), NULL);
	char *body =
		psprintf("{\"limit\":%d,\"offset\":" INT64_FORMAT "%s%s}", limit, offset, rest[0] != '\0' ? "," : "", rest);
	Request request = {.method = resource_records->list.method, .path = path, .body = body, .nature = HTTP_READ};
	HttpExchange *exchange;

	if (!sample_may_ask(measure, 1))
		return asked;
	exchange = request_start(measure->session, &request, &measure->cost);
	appendStringInfo(&measure->asked, "%s%s %s", measure->asked.len > 0 ? "; " : "", target_name(target), body);
	request_await(exchange, &measure->cost);
	asked.refused = (request_judge(measure->session, exchange, &subject) != ANSWER_GOOD);
	if (!asked.refused)
	{
		asked.data = json_at(json_read(exchange->body, exchange->length), "data");
		asked.rows = json_length_at(asked.data, "");
	}
	appendStringInfo(&measure->asked, " -> %s", asked.refused ? "HTTP 400" : psprintf("%d rows", Max(asked.rows, 0)));
	return asked;
}

/* The id of a row; belongs to its tree. */
static const char *
sample_row_id(JsonTree *row)
{
	return json_string_at(row, resource_records->id_path);
}

/* The first value of an attribute in a row, or NULL. */
JsonTree *
sample_value(JsonTree *row, const AttributeDef *attribute)
{
	return json_element(json_member(json_at(row, "values"), attribute->slug), 0);
}

/* Text as a JSON string. */
char *
sample_quoted(const char *text)
{
	JsonTree *object = json_make_object();

	json_put(object, "t", json_text(text));
	return json_write(json_at(object, "t"));
}

/* Does the row meet the condition? */
Asked
sample_ask_row(Measure *measure, const SampledObject *object, const char *id, const char *condition)
{
	Asked nothing = {.refused = true};

	if (measure->filters_fail)
		return nothing;
	return sample_ask(measure, object->target, 1, 0,
					  psprintf("\"filter\":{\"$and\":[{\"record_id\":{\"$in\":[\"%s\"]}},%s]}", id, condition));
}

/* ----- finding rows that fit ----- */

/* Look at another object; false when there is none, or no request left for it. */
static bool
sample_another_object(Measure *measure)
{
	SampledObject *object;
	TargetRefusal refusal = {0};

	/* definitions come fifty at a time; the questions need some requests as well */
	if (measure->targets == NIL || list_length(measure->objects) >= MAX_OBJECTS || !sample_may_ask(measure, 3))
		return false;
	object = (SampledObject *) palloc0(sizeof(SampledObject));
	object->target = (const TargetDef *) linitial(measure->targets);
	measure->targets = list_delete_first(measure->targets);
	object->attributes = metadata_attributes(measure->session, object->target, &refusal, &measure->cost);
	if (!refusal.disabled)
	{
		Asked asked = sample_ask(measure, object->target, SAMPLE_ROWS, 0, "");

		object->rows = asked.data;
	}
	measure->objects = lappend(measure->objects, object);
	return true;
}

/* The first attribute of one object that fits, with rows that show it. */
static bool
find_in(const SampledObject *object, FitTest test, bool needs_without, Fit *fit)
{
	ListCell *lc;

	foreach(lc, object->attributes)
	{
		const AttributeDef *attribute = (const AttributeDef *) lfirst(lc);

		memset(fit, 0, sizeof(*fit));
		for (int i = 0; i < json_length_at(object->rows, ""); i++)
		{
			JsonTree *row = json_element(object->rows, i);
			JsonTree *value = sample_value(row, attribute);

			if (value == NULL)
				fit->without = sample_row_id(row);
			else if (fit->with == NULL && test(attribute, value))
			{
				fit->with = sample_row_id(row);
				fit->value = value;
			}
		}
		fit->object = object;
		fit->attribute = attribute;
		if (fit->with != NULL && (!needs_without || fit->without != NULL))
			return true;
	}
	return false;
}

/* The first attribute that fits, in the objects that were looked at or in further ones. */
bool
sample_find(Measure *measure, FitTest test, bool needs_without, Fit *fit)
{
	for (int i = 0; i < list_length(measure->objects) || sample_another_object(measure); i++)
		if (find_in((const SampledObject *) list_nth(measure->objects, i), test, needs_without, fit))
			return true;
	return false;
}
