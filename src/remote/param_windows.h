/*
 * param_windows.h
 *		Windows of a span of time that is longer than one listing may be.
 *
 * Pure: no condition, no text, no request.
 */
#ifndef REMOTE_PARAM_WINDOWS_H
#define REMOTE_PARAM_WINDOWS_H

#include "base/compat.h"
#include "datatype/timestamp.h"

struct ParamDef;

/* From a moment on, and before another one. */
typedef struct TimeSpan
{
	TimestampTz from;
	TimestampTz before;
} TimeSpan;

/* The windows of one span, of which the newest is the first. */
typedef struct Windows
{
	TimeSpan span;    /* that is asked for, in whole grains */
	int64 longest;    /* that one listing may be asked for */
	int64 overlap;    /* of two windows: rows at the begin of one may not be in it */
	TimestampTz from; /* of the rows that are wanted */
	int n;
} Windows;

/*
 * The windows of a span, by what the parameter says of spans.  A span that ends
 * before it begins has none.
 */
extern Windows windows_of_span(const struct ParamDef *param, TimeSpan span);

/* What is asked for by the n-th window, counted from 0 for the newest; from -1 down: behind the end of the span. */
extern TimeSpan window_asked(const Windows *windows, int n);

/* The rows of it that are not in an older one for certain. */
extern TimeSpan window_at(const Windows *windows, int n);

#endif /* REMOTE_PARAM_WINDOWS_H */
