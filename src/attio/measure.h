/*
 * measure.h
 *		How Attio behaves where its documents do not say.
 */
#ifndef ATTIO_MEASURE_H
#define ATTIO_MEASURE_H

#include "attio/metadata.h"

/* One question and its answer. */
typedef struct MeasureFinding
{
	const char *question;
	const char *name;     /* of the emulator's switch */
	const char *answer;   /* NULL: the workspace has nothing to measure it with */
	const char *option;   /* server option that can be set to the answer; NULL = none */
	const char *evidence; /* what was asked, and what came */
} MeasureFinding;

extern List *measure_all(Session *session);

#endif /* ATTIO_MEASURE_H */
