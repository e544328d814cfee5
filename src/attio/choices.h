/*
 * choices.h
 *		The options of select attributes and the statuses of status attributes.
 */
#ifndef ATTIO_CHOICES_H
#define ATTIO_CHOICES_H

#include "attio/metadata.h"

/* One option or status (docs/attio-api.md 5.7); archived ones stay in records' values. */
typedef struct ChoiceDef
{
	char *id;
	char *title;
	bool archived;
} ChoiceDef;

extern List *attribute_choices(Session *session, const TargetDef *target, const AttributeDef *attribute,
							   TimestampTz not_before, bool *refused, ScanCost *cost);
extern void attribute_ask_ahead(Session *session, const TargetDef *target, const AttributeDef *attribute,
								TimestampTz not_before, ScanCost *cost);
extern void choices_ask_ahead(Session *session, const TargetDef *target, List *attributes, int *next, ScanCost *cost);
extern bool attribute_has_choices(const AttributeDef *attribute);

#endif /* ATTIO_CHOICES_H */
