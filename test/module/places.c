/*
 * places.c
 *		What the governor makes of requests and answers that follow each other at
 *		once: in which window of a limit each has its place.
 */
#include "base/compat.h"

#include "base/json.h"
#include "http/governor.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define MOST_PLACES 100

extern PGDLLEXPORT Datum attio_test_places(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(attio_test_places);

/* What is done with one key. */
typedef struct Places
{
	uint64 key;
	GovernorRates rates;
	TimestampTz begun;
	TimestampTz turns[MOST_PLACES];
	int n;
	StringInfoData out;
} Places;

/* Take a place: in how many seconds its turn is. */
static void
take(Places *places)
{
	TimestampTz turn = governor_take(places->key, false, &places->rates);

	if (places->n == MOST_PLACES)
		elog(ERROR, "too many places");
	places->turns[places->n++] = turn;
	appendStringInfo(&places->out, "%.0f ", Max((double) (turn - places->begun) / USECS_PER_SEC, 0));
}

/* Send the request of a place: whether it may be, and what is left of the month. */
static void
spend(Places *places)
{
	LimitLeft month;
	bool allowed = governor_spend(places->key, 0, &month);

	appendStringInfo(&places->out, "%s" INT64_FORMAT " ", allowed ? "of " : "not of ", month.left);
}

/* A request is over; with what its answer tells of the minute or the month. */
static void
end(const Places *places, JsonTree *step)
{
	LimitTold told[LIMIT_KINDS] = {[LIMIT_MINUTE] =
									   limit_read(LIMIT_MINUTE, json_string_at(step, "limit"),
												  json_string_at(step, "left"), json_string_at(step, "again")),
								   [LIMIT_MONTH] = limit_read(LIMIT_MONTH, NULL, json_string_at(step, "month"), NULL)};

	governor_end(places->key, json_count(step) > 1 ? told : NULL, GetCurrentTimestamp());
}

/*
 * attio_test_places(minute int, steps text) -> text
 *   Of an array of {"do": "take"}, {"do": "back", "place": n}, {"do": "send"}, {"do": "end", and perhaps "limit", "left", "again",
 *   "month": texts of headers} what each says, where "minute" requests are allowed in one, or any number (0).
 */
Datum
attio_test_places(PG_FUNCTION_ARGS)
{
	char *list = text_to_cstring(PG_GETARG_TEXT_PP(1));
	JsonTree *steps = json_read(list, strlen(list));
	Places places = {.rates = {1000000, 1000000, PG_GETARG_INT32(0)}, .begun = GetCurrentTimestamp()};

	places.key = governor_key("places", timestamptz_to_str(places.begun));
	initStringInfo(&places.out);
	for (int i = 0; i < json_length_at(steps, ""); i++)
	{
		JsonTree *step = json_element(steps, i);
		const char *what = json_string_at(step, "do");

		if (strcmp(what, "take") == 0)
			take(&places);
		else if (strcmp(what, "back") == 0)
			governor_give_back(places.key, false, &places.rates,
							   places.turns[(int) json_double(json_member(step, "place"))]);
		else if (strcmp(what, "send") == 0)
			spend(&places);
		else
			end(&places, step);
	}
	PG_RETURN_TEXT_P(cstring_to_text(places.out.data));
}
