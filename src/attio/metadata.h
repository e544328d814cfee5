/*
 * metadata.h
 *		The attribute definitions of objects and lists.
 *
 * What is returned belongs to the session: it lives as long as that is pinned,
 * and is not to be changed.
 */
#ifndef ATTIO_METADATA_H
#define ATTIO_METADATA_H

#include "attio/attribute_index.h"
#include "attio/attribute_pages.h"

extern List *metadata_attributes(Session *session, const TargetDef *target, TargetRefusal *refusal, ScanCost *cost);
extern bool metadata_has_changed(Session *session, const TargetDef *target, List *attributes, ScanCost *cost);
extern void metadata_note_hidden(Session *session, const TargetDef *target, const char *attribute_id);
extern bool metadata_is_hidden(const Session *session, const TargetDef *target, const char *attribute_id);
extern List *metadata_peek(const Session *session, const TargetDef *target);
extern List *metadata_copy(List *attributes);
extern void metadata_ask_ahead(Session *session, List *targets, int *next, ScanCost *cost);
extern List *attributes_shown(List *attributes, const char *history);

#endif /* ATTIO_METADATA_H */
