/*
 * limits.c
 *		What answers tell of limits, and windows of a span of time: without a
 *		clock, and without a request.
 */
#include "base/compat.h"

#include "base/json.h"
#include "http/limits.h"
#include "lib/stringinfo.h"
#include "remote/param_windows.h"
#include "remote/resource.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

extern PGDLLEXPORT Datum attio_test_limits(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum attio_test_windows(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(attio_test_limits);
PG_FUNCTION_INFO_V1(attio_test_windows);

/* A member in seconds, in microseconds; 0 where there is none. */
static TimestampTz
moment_at(JsonTree *answer, const char *name)
{
	JsonTree *seconds = json_member(answer, name);

	return seconds == NULL ? 0 : (TimestampTz) (json_double(seconds) * USECS_PER_SEC);
}

/*
 * attio_test_limits(kind int, answers text) -> text
 *   A line for each answer of a JSON array, {"limit", "left", "again": texts of headers, "others": requests, "sent",
 *   "now": seconds}: limit, what is left, and until when; or that nothing is known.
 */
Datum
attio_test_limits(PG_FUNCTION_ARGS)
{
	LimitKind kind = (LimitKind) PG_GETARG_INT32(0);
	char *list = text_to_cstring(PG_GETARG_TEXT_PP(1));
	JsonTree *answers = json_read(list, strlen(list));
	LimitLeft state = {.limit = -1};
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < json_length_at(answers, ""); i++)
	{
		JsonTree *answer = json_element(answers, i);
		LimitTold told = limit_read(kind, json_string_at(answer, "limit"), json_string_at(answer, "left"),
									json_string_at(answer, "again"));
		TimestampTz now = moment_at(answer, "now");

		limit_pass(&state, now);
		limit_note(&state, kind, &told, moment_at(answer, "others") / USECS_PER_SEC, moment_at(answer, "sent"), now);
		appendStringInfoString(&out, i == 0 ? "" : "\n");
		if (state.known)
			appendStringInfo(&out, INT64_FORMAT " " INT64_FORMAT " until %g", state.limit, state.left,
							 (double) state.until / USECS_PER_SEC);
		else
			appendStringInfoString(&out, "nothing");
	}
	PG_RETURN_TEXT_P(cstring_to_text(out.data));
}

static void
append_span(StringInfo out, TimeSpan span)
{
	appendStringInfo(out, "[%s, ", timestamptz_to_str(span.from));
	appendStringInfo(out, "%s)", timestamptz_to_str(span.before));
}

/*
 * attio_test_windows(days int, grain int, is_inclusive bool, since timestamptz, until timestamptz) -> text
 *   A line for each window, the newest first: what is asked for, and of which rows it is.
 */
Datum
attio_test_windows(PG_FUNCTION_ARGS)
{
	ParamDef param = {.max_days = PG_GETARG_INT32(0), .grain = PG_GETARG_INT32(1), .is_inclusive = PG_GETARG_BOOL(2)};
	Windows windows = windows_of_span(&param, (TimeSpan){PG_GETARG_TIMESTAMPTZ(3), PG_GETARG_TIMESTAMPTZ(4)});
	StringInfoData out;

	initStringInfo(&out);
	for (int n = 0; n < windows.n; n++)
	{
		append_span(&out, window_asked(&windows, n));
		appendStringInfoString(&out, " of ");
		append_span(&out, window_at(&windows, n));
		appendStringInfoString(&out, n + 1 < windows.n ? "\n" : "");
	}
	PG_RETURN_TEXT_P(cstring_to_text(out.data));
}
