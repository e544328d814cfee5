/*
 * measure_sample.h
 *		Rows to measure Attio by, and queries about them.
 */
#ifndef ATTIO_MEASURE_SAMPLE_H
#define ATTIO_MEASURE_SAMPLE_H

#include "attio/metadata.h"
#include "lib/stringinfo.h"

/* Rows of an object that are looked at. */
#define SAMPLE_ROWS 100

/* An object with some of its rows. */
typedef struct SampledObject
{
	const TargetDef *target;
	List *attributes; /* AttributeDef */
	JsonTree *rows;   /* array */
} SampledObject;

/* What one run of attio_fdw_measure() knows. */
typedef struct Measure
{
	Session *session;
	ScanCost cost;
	List *targets;   /* TargetDef not looked at yet */
	List *objects;   /* SampledObject */
	bool sorts_fail; /* what is asked by sorts, or by filters, would be answered wrongly */
	bool filters_fail;
	StringInfoData asked;
	List *findings; /* MeasureFinding */
} Measure;

/* What a query answered. */
typedef struct Asked
{
	bool refused; /* HTTP 400, or not asked any more */
	int rows;
	JsonTree *data;
} Asked;

/* What a question needs: an attribute, a row with a value and perhaps one without. */
typedef struct Fit
{
	const SampledObject *object;
	const AttributeDef *attribute;
	JsonTree *value;
	const char *with;
	const char *without;
} Fit;

typedef bool (*FitTest)(const AttributeDef *attribute, JsonTree *value);

extern bool sample_may_ask(const Measure *measure, int requests);
extern Asked sample_ask(Measure *measure, const TargetDef *target, int limit, int64 offset, const char *rest);
extern Asked sample_ask_row(Measure *measure, const SampledObject *object, const char *id, const char *condition);
extern JsonTree *sample_value(JsonTree *row, const AttributeDef *attribute);
extern char *sample_quoted(const char *text);
extern bool sample_find(Measure *measure, FitTest test, bool needs_without, Fit *fit);

#endif /* ATTIO_MEASURE_SAMPLE_H */
