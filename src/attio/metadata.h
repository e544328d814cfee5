/*
 * metadata.h
 *		The attribute definitions of objects and lists.
 *
 * What is returned belongs to the session: it lives as long as that is pinned,
 * and is not to be changed.
 */
#ifndef ATTIO_METADATA_H
#define ATTIO_METADATA_H

#include "attio/attribute.h"
#include "attio/target.h"

/* One attribute definition (docs/attio-api.md 6.1). */
typedef struct AttributeDef
{
	char *id;
	char *slug;
	char *title;
	char *description; /* NULL = none */
	char *type_name;
	const AttributeType *type; /* NULL: newer than this version */
	bool multiselect;
	bool is_system;
	bool is_writable;
	bool is_unique;
	bool is_required;
	bool has_default;
	bool several_targets;  /* record-reference to more than one object */
	List *allowed_objects; /* ids (char *) that a reference may point to; NIL = any */
	char *currency_code;   /* NULL = no currency */
} AttributeDef;

/* Why there are no definitions of an object or list, where that is no error. */
typedef struct TargetRefusal
{
	bool may_be_absent; /* set by the caller: it may be gone, or not for this key */
	bool disabled;      /* a standard object that is switched off */
	const char *absent; /* what Attio says of one that is gone or not for this key; NULL = it is neither */
} TargetRefusal;

extern List *metadata_attributes(Session *session, const TargetDef *target, TargetRefusal *refusal, ScanCost *cost);
extern bool metadata_has_changed(Session *session, const TargetDef *target, List *attributes, ScanCost *cost);
extern void metadata_note_hidden(Session *session, const TargetDef *target, const char *attribute_id);
extern bool metadata_is_hidden(const Session *session, const TargetDef *target, const char *attribute_id);
extern List *metadata_peek(const Session *session, const TargetDef *target);
extern List *metadata_copy(List *attributes);
extern void metadata_ask_ahead(Session *session, List *targets, int *next, ScanCost *cost);
extern const AttributeDef *attribute_by_id(List *attributes, const char *id);
extern const AttributeDef *attribute_by_slug(List *attributes, const char *slug);
extern List *attributes_shown(List *attributes, const char *history);

#endif /* ATTIO_METADATA_H */
