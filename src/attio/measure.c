/*
 * measure.c
 *		How Attio behaves where its documents do not say.
 *
 * Owns: the questions of attio_fdw_measure(), and which answer means what.  It
 * only reads: each question is a query whose answer differs from behaviour to
 * behaviour.  It looks at a page of some objects first, for rows that fit.
 */
#include "attio/measure.h"

#include <ctype.h>

#include "attio/endpoints.h"
#include "attio/measure_sample.h"
#include "base/errors.h"

/* Pages are never asked to be larger, whatever Attio takes. */
#define LARGEST_PAGE 500

/* ----- what fits a question ----- */

static bool
is_type(const AttributeDef *attribute, const char *type)
{
	return !attribute->multiselect && strcmp(attribute->type_name, type) == 0;
}

static bool
is_sortable(const AttributeDef *attribute, JsonTree *value)
{
	return is_type(attribute, "number") || is_type(attribute, "rating") || is_type(attribute, "date") ||
		   is_type(attribute, "currency") ||
		   (is_type(attribute, "timestamp") && strcmp(attribute->slug, "created_at") != 0);
}

static bool
is_number(const AttributeDef *attribute, JsonTree *value)
{
	return is_type(attribute, "number") || is_type(attribute, "rating") || is_type(attribute, "currency");
}

/* Does $eq compare it without doubt?  Interactions are what people and companies have first of all. */
static bool
is_compared(const AttributeDef *attribute, JsonTree *value)
{
	return is_number(attribute, value) || is_type(attribute, "interaction");
}

/* The field that $eq compares then. */
static const char *
compared_field(const AttributeDef *attribute)
{
	if (is_type(attribute, "interaction"))
		return "interacted_at";
	return is_type(attribute, "currency") ? "currency_value" : "value";
}

/* Words of ASCII letters at both ends, without blanks there. */
static bool
is_cased_text(const AttributeDef *attribute, JsonTree *value)
{
	const char *text = json_string_at(value, "value");
	size_t length = text == NULL ? 0 : strlen(text);

	if (!is_type(attribute, "text") || length < 4)
		return false;
	for (size_t i = 0; i < 3; i++)
		if (!isalpha((unsigned char) text[i]) || !isalpha((unsigned char) text[length - 1 - i]))
			return false;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char) text[i] >= 0x80 || text[i] == '%' || text[i] == '_')
			return false;
	return true;
}

static bool
is_empty_name(const AttributeDef *attribute, JsonTree *value)
{
	const char *last = json_string_at(value, "last_name");

	return is_type(attribute, "personal-name") && last != NULL && last[0] == '\0';
}

/* Is it the value of a select attribute? */
static bool
is_choice(const AttributeDef *attribute, JsonTree *value)
{
	return is_type(attribute, "select") || is_type(attribute, "status");
}

static bool
is_moment(const AttributeDef *attribute, JsonTree *value)
{
	const char *text = json_string_at(value, "value");

	return is_type(attribute, "timestamp") && text != NULL && strlen(text) == strlen("2024-01-01T00:00:00.000000000Z");
}

static bool
is_any(const AttributeDef *attribute, JsonTree *value)
{
	return true;
}

/* ----- findings ----- */

/* One question is answered: note what was asked for it, and what came. */
static void
conclude_finding(Measure *measure, const char *question, const char *name, const char *answer, const char *option)
{
	MeasureFinding *finding = (MeasureFinding *) palloc0(sizeof(MeasureFinding));

	finding->question = question;
	finding->name = name;
	finding->answer = answer;
	finding->option = answer == NULL ? NULL : option;
	/* some answers come of the same queries as the one before */
	if (measure->asked.len > 0)
		finding->evidence = pstrdup(measure->asked.data);
	else
		finding->evidence = answer == NULL || measure->findings == NIL
								? "no suitable row"
								: ((const MeasureFinding *) llast(measure->findings))->evidence;
	resetStringInfo(&measure->asked);
	measure->findings = lappend(measure->findings, finding);
}

/* The text with its cases exchanged. */
static char *
swapped_case(const char *text)
{
	char *copy = pstrdup(text);

	for (char *c = copy; *c != '\0'; c++)
		*c = isupper((unsigned char) *c) ? (char) tolower((unsigned char) *c) : (char) toupper((unsigned char) *c);
	return copy;
}

/* ----- the questions ----- */

/* As the options of a server say it. */
static const char *
truth_word(bool answer)
{
	return answer ? "true" : "false";
}

/* Is each number of the rows no larger than the one before it; as text?  Rows without one do not count. */
static bool
is_descending(JsonTree *rows, const AttributeDef *attribute, bool as_text, int *different)
{
	const char *member = is_type(attribute, "currency") ? "currency_value" : "value";
	JsonTree *last = NULL;

	*different = 0;
	for (int i = 0; i < json_length_at(rows, ""); i++)
	{
		JsonTree *value = json_at(sample_value(json_element(rows, i), attribute), member);
		double rise;

		if (value == NULL)
			continue;
		if (last != NULL)
		{
			rise =
				as_text ? (double) strcmp(json_write(value), json_write(last)) : json_double(value) - json_double(last);
			if (rise > 0)
				return false;
			*different += (rise < 0);
		}
		last = value;
	}
	return true;
}

/*
 * The rows that have a number, in descending order of it; with the id as second
 * key, or without where that is refused.
 */
static Asked
ask_sorted(Measure *measure, const Fit *fit, bool *without_id)
{
	const char *slug = sample_quoted(fit->attribute->slug);
	const char *field = is_type(fit->attribute, "currency") ? "currency_value" : "value";
	char *sort = psprintf("{\"attribute\":%s,\"direction\":\"desc\"}", slug);
	char *filter = measure->filters_fail ? "" : psprintf("\"filter\":{%s:{\"%s\":{\"$gte\":0}}},", slug, field);
	Asked asked =
		sample_ask(measure, fit->object->target, SAMPLE_ROWS, 0,
				   psprintf("%s\"sorts\":[%s,{\"attribute\":\"record_id\",\"direction\":\"asc\"}]", filter, sort));

	*without_id = asked.refused;
	return asked.refused
			   ? sample_ask(measure, fit->object->target, SAMPLE_ROWS, 0, psprintf("%s\"sorts\":[%s]", filter, sort))
			   : asked;
}

/* Does Attio follow sorts? */
static void
measure_sorts(Measure *measure)
{
	Fit fit;
	const char *answer = NULL;

	if (sample_find(measure, is_number, false, &fit) && sample_may_ask(measure, 2))
	{
		bool without_id;
		int different;
		Asked asked = ask_sorted(measure, &fit, &without_id);

		if (asked.refused)
			answer = "refused";
		else if (!is_descending(asked.data, fit.attribute, false, &different))
			answer = is_descending(asked.data, fit.attribute, true, &different) ? "as_text" : "ignored";
		else if (different >= 4) /* fewer can be an accident */
			answer = without_id ? "refused_by_id" : "followed";
	}
	measure->sorts_fail = (answer != NULL && strcmp(answer, "followed") != 0 && strcmp(answer, "refused_by_id") != 0);
	if (measure->sorts_fail)
		measure->session->sorts = SORTS_UNTRUSTED;
	else if (answer != NULL && strcmp(answer, "refused_by_id") == 0)
		measure->session->sorts = SORTS_WITHOUT_ID;
	conclude_finding(measure, "whether sorts are followed", "sorts", answer, NULL);
}

/* An id that no row has must find none. */
static void
measure_filters(Measure *measure)
{
	Fit fit;
	const char *answer = NULL;

	if (sample_find(measure, is_any, false, &fit) && sample_may_ask(measure, 1))
	{
		Asked asked = sample_ask(measure, fit.object->target, 1, 0,
								 "\"filter\":{\"record_id\":{\"$in\":[\"00000000-0000-4000-8000-000000000000\"]}}");

		answer = asked.refused ? "refused" : asked.rows == 0 ? "followed" : "ignored";
	}
	measure->filters_fail = (answer != NULL && strcmp(answer, "followed") != 0);
	conclude_finding(measure, "whether filters are followed", "filters", answer, NULL);
}

/* Where does it sort rows without a value? */
static void
measure_nulls(Measure *measure)
{
	Fit fit;
	const char *answer = NULL;
	bool nulls[2] = {false, false};

	if (!measure->sorts_fail && sample_find(measure, is_sortable, true, &fit))
	{
		for (int i = 0; i < 2; i++)
		{
			Asked asked = sample_ask(measure, fit.object->target, 1, 0,
									 psprintf("\"sorts\":[{\"attribute\":%s,\"direction\":\"%s\"}]",
											  sample_quoted(fit.attribute->slug), i == 0 ? "asc" : "desc"));

			nulls[i] = asked.rows == 1 && sample_value(json_element(asked.data, 0), fit.attribute) == NULL;
			if (asked.rows != 1)
				answer = "";
		}
		if (answer == NULL)
			answer = nulls[0] ? (nulls[1] ? "first" : "smallest") : (nulls[1] ? "largest" : "last");
		else
			answer = NULL;
	}
	conclude_finding(measure, "where sorts put rows without a value", "null_order", answer, "remote_nulls");
}

/* Text is compared exactly if neither another case nor blanks at the ends match. */
static void
measure_text(Measure *measure)
{
	static const char *const patterns[][2] = {{"$starts_with", "starts_with_case"}, {"$ends_with", "ends_with_case"}};
	Fit fit;
	bool found = sample_find(measure, is_cased_text, false, &fit);
	const char *slug = found ? sample_quoted(fit.attribute->slug) : NULL;
	const char *text = found ? json_string_at(fit.value, "value") : NULL;
	const char *equality = NULL;
	const char *trimming = NULL;

	if (found &&
		sample_ask_row(measure, fit.object, fit.with, psprintf("{%s:{\"$eq\":%s}}", slug, sample_quoted(text))).rows ==
			1)
	{
		Asked cased = sample_ask_row(measure, fit.object, fit.with,
									 psprintf("{%s:{\"$eq\":%s}}", slug, sample_quoted(swapped_case(text))));
		Asked blank = sample_ask_row(measure, fit.object, fit.with,
									 psprintf("{%s:{\"$eq\":%s}}", slug, sample_quoted(psprintf(" %s ", text))));

		equality = cased.refused ? NULL : cased.rows == 1 ? "ignore_case" : "exact";
		trimming = blank.refused ? NULL : blank.rows == 1 ? "both" : "none";
	}
	/* the option says that $eq is SQL's "=": so blanks must count as well */
	conclude_finding(measure, "how $eq compares text", "text_equality", equality,
					 trimming != NULL && strcmp(trimming, "none") == 0 ? "remote_text_equality" : NULL);
	conclude_finding(measure, "whether leading and trailing blanks count", "trimming", trimming, NULL);
	for (int i = 0; i < (int) lengthof(patterns); i++)
	{
		const char *answer = NULL;

		if (found && sample_may_ask(measure, 1))
		{
			char *piece = i == 0 ? pnstrdup(text, 3) : pstrdup(text + strlen(text) - 3);
			Asked asked =
				sample_ask_row(measure, fit.object, fit.with,
							   psprintf("{%s:{\"%s\":%s}}", slug, patterns[i][0], sample_quoted(swapped_case(piece))));

			answer = asked.refused ? NULL : asked.rows == 1 ? "ignore" : "exact";
		}
		conclude_finding(measure, psprintf("how %s treats case", patterns[i][0]), patterns[i][1], answer, NULL);
	}
}

/* Does $not find rows without a value? */
static void
measure_not(Measure *measure)
{
	Fit fit;
	const char *answer = NULL;

	if (sample_find(measure, is_compared, true, &fit))
	{
		const char *field = compared_field(fit.attribute);
		Asked asked =
			sample_ask_row(measure, fit.object, fit.without,
						   psprintf("{\"$not\":{%s:{\"%s\":{\"$eq\":%s}}}}", sample_quoted(fit.attribute->slug), field,
									json_write(json_at(fit.value, field))));

		answer = asked.refused ? NULL : truth_word(asked.rows == 1);
	}
	conclude_finding(measure, "whether $not finds rows without a value", "not_matches_empty", answer,
					 "remote_not_matches_empty");
}

/* Is an empty name a value? */
static void
measure_empty(Measure *measure)
{
	Fit fit;
	const char *answer = NULL;

	if (sample_find(measure, is_empty_name, false, &fit))
	{
		Asked asked =
			sample_ask_row(measure, fit.object, fit.with,
						   psprintf("{%s:{\"last_name\":{\"$not_empty\":true}}}", sample_quoted(fit.attribute->slug)));

		answer = asked.refused ? NULL : truth_word(asked.rows == 0);
	}
	conclude_finding(measure, "whether '' counts as no value", "empty_string_is_empty", answer, NULL);
}

/* What does Attio say of a title that does not exist? */
static void
measure_title(Measure *measure)
{
	Fit fit;
	const char *answer = NULL;

	if (!measure->filters_fail && sample_find(measure, is_choice, false, &fit) && sample_may_ask(measure, 1))
	{
		Asked asked = sample_ask(
			measure, fit.object->target, 1, 0,
			psprintf("\"filter\":{%s:\"no such title, says attio_fdw_measure\"}", sample_quoted(fit.attribute->slug)));

		answer = asked.refused ? "error" : asked.rows == 0 ? "none" : NULL;
	}
	conclude_finding(measure, "effect of a title that does not exist", "unknown_title", answer, NULL);
}

/* A moment a little after a row's own: what is cut off makes it no later. */
static char *
moment_after(const char *moment, int digit)
{
	char *copy = pstrdup(moment);
	char *place = copy + strlen("2024-01-01T00:00:00.") + digit - 1;

	while (*place == '9')
		*place-- = '0';
	if (*place == '.')
		return NULL;
	(*place)++;
	return copy;
}

/* How exact are conditions on times? */
static void
measure_times(Measure *measure)
{
	static const struct
	{
		int digit;
		const char *finer; /* what it is when the literal counts to this digit */
	} steps[] = {{9, "ns"}, {6, "us"}};
	Fit fit;
	const char *answer = NULL;

	if (sample_find(measure, is_moment, false, &fit))
	{
		const char *moment = json_string_at(fit.value, "value");

		for (int i = 0; i < (int) lengthof(steps) && answer == NULL; i++)
		{
			char *literal = moment_after(moment, steps[i].digit);
			Asked asked;

			if (literal == NULL || !sample_may_ask(measure, 1))
				break;
			asked = sample_ask_row(measure, fit.object, fit.with,
								   psprintf("{%s:{\"$gte\":\"%s\"}}", sample_quoted(fit.attribute->slug), literal));
			if (asked.refused)
				break;
			if (asked.rows == 0)
				answer = steps[i].finer;
			else if (i == (int) lengthof(steps) - 1)
				answer = "ms";
		}
	}
	conclude_finding(measure, "precision of a time literal", "time_precision", answer, NULL);
}

/* Are the sampled rows in this order?  -1 = before, as memcmp. */
static bool
is_ordered(JsonTree *rows, const char *path)
{
	for (int i = 1; i < json_length_at(rows, ""); i++)
	{
		JsonTree *one = json_element(rows, i - 1);
		JsonTree *other = json_element(rows, i);
		const char *a = strcmp(path, "created_at") == 0
							? json_string_at(json_element(json_at(one, "values.created_at"), 0), "value")
							: json_string_at(one, path);
		const char *b = strcmp(path, "created_at") == 0
							? json_string_at(json_element(json_at(other, "values.created_at"), 0), "value")
							: json_string_at(other, path);

		if (a == NULL || b == NULL || strcmp(a, b) > 0)
			return false;
	}
	return true;
}

/* In which order do unsorted rows come? */
static void
measure_order(Measure *measure)
{
	const char *answer = NULL;
	Fit fit;

	if (sample_find(measure, is_any, false, &fit) && json_length_at(fit.object->rows, "") >= 8)
	{
		bool by_id = is_ordered(fit.object->rows, resource_records->id_path);
		bool by_creation = is_ordered(fit.object->rows, "created_at");

		appendStringInfo(&measure->asked, "%d rows of %s", json_length_at(fit.object->rows, ""),
						 fit.object->target->slug);
		answer = by_id == by_creation ? (by_id ? NULL : "other") : by_id ? "id" : "creation";
	}
	conclude_finding(measure, "order of queries without sorts", "unsorted_order", answer, NULL);
}

/* The largest limit that is taken, and what happens above it. */
static void
measure_limit(Measure *measure)
{
	static const int limits[] = {1000, 500, 200, 100};
	const char *over = NULL;
	int largest = 0;
	int above = 0;
	Fit fit;

	if (sample_find(measure, is_any, false, &fit) && sample_may_ask(measure, (int) lengthof(limits) + 1))
	{
		Asked asked = {0};
		bool many = sample_ask(measure, fit.object->target, 1, limits[0], "").rows == 1;

		for (int i = 0; i < (int) lengthof(limits) && largest == 0; i++)
		{
			asked = sample_ask(measure, fit.object->target, limits[i], 0, "");
			if (asked.refused)
				above = limits[i];
			else
				largest = limits[i];
		}
		if (above > 0)
			over = "error";
		else if (many && asked.rows < largest)
		{
			largest = asked.rows;
			over = "clamp";
		}
		else if (asked.rows < largest)
			largest = 0; /* there are not so many rows */
	}
	if (largest > 0 && largest <= LARGEST_PAGE)
		measure->session->page_limit = measure->session->page_seen = largest;
	conclude_finding(measure, "largest limit of a query", "max_limit", largest > 0 ? psprintf("%d", largest) : NULL,
					 largest <= LARGEST_PAGE ? "remote_max_limit" : NULL);
	conclude_finding(measure, "effect of a larger limit", "over_limit", over, NULL);
}

/* Objects that every workspace has first: they have the most rows. */
static List *
in_order(List *targets)
{
	static const char *const first[] = {"people", "companies", "deals"};
	List *ordered = NIL;
	ListCell *lc;

	for (int i = 0; i <= (int) lengthof(first); i++)
		foreach(lc, targets)
		{
			const char *slug = ((const TargetDef *) lfirst(lc))->slug;
			int place = 0;

			while (place < (int) lengthof(first) && (slug == NULL || strcmp(slug, first[place]) != 0))
				place++;
			if (place == i)
				ordered = lappend(ordered, lfirst(lc));
		}
	return ordered;
}

/*
 * Ask all questions of a session's workspace: a List of MeasureFinding.  At most
 * 30 requests, none of which writes.
 */
List *
measure_all(Session *session)
{
	Measure measure = {.session = session};

	initStringInfo(&measure.asked);
	measure.targets = in_order(targets_read(session, &target_object, &measure.cost));
	measure_filters(&measure);
	measure_sorts(&measure);
	measure_nulls(&measure);
	measure_text(&measure);
	measure_not(&measure);
	measure_empty(&measure);
	measure_title(&measure);
	measure_times(&measure);
	measure_order(&measure);
	measure_limit(&measure);
	return measure.findings;
}
