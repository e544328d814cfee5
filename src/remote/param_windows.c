/*
 * param_windows.c
 *		Windows of a span of time that is longer than one listing may be.
 *
 * Owns: where windows begin and end.  They are as few as there can be; the oldest
 * may be shorter.  Whether a service returns rows at the begin of a window is
 * known only where an option says so: else each begins one grain before the end
 * of the one that is older, and the oldest before the span.
 */
#include "remote/param_windows.h"

#include "remote/resource.h"
#include "utils/timestamp.h"

/* The last whole grain that is not behind the moment. */
static TimestampTz
grain_before(TimestampTz moment, int64 grain)
{
	int64 rest = moment % grain;

	return moment - (rest < 0 ? rest + grain : rest);
}

Windows
windows_of_span(const ParamDef *param, TimeSpan span)
{
	int64 grain = Max(param->grain * USECS_PER_SEC, 1);
	Windows windows = {.longest = param->max_days * USECS_PER_DAY,
					   .overlap = param->grain == 0 || param->is_inclusive ? 0 : grain,
					   .from = span.from};
	int64 length;

	windows.span.from = grain_before(span.from - (windows.overlap > 0 ? 1 : 0), grain);
	windows.span.before = grain_before(span.before + grain - 1, grain);
	if (span.from >= span.before)
		return windows;
	length = windows.span.before - windows.span.from - windows.overlap;
	windows.n = (int) ((length - 1) / (windows.longest - windows.overlap)) + 1;
	return windows;
}

TimeSpan
window_asked(const Windows *windows, int n)
{
	TimeSpan asked;

	asked.before = windows->span.before - n * (windows->longest - windows->overlap);
	asked.from = Max(asked.before - windows->longest, windows->span.from);
	return asked;
}

TimeSpan
window_at(const Windows *windows, int n)
{
	TimeSpan asked = window_asked(windows, n);

	return (TimeSpan){asked.from == windows->span.from ? windows->from : asked.from + windows->overlap, asked.before};
}
