/*
 * metadata.h
 *		What a session knows of its workspace: objects, lists, attributes.
 *
 * Everything returned here is a copy in the caller's memory context.
 */
#ifndef ATTIO_METADATA_H
#define ATTIO_METADATA_H

#include "attio/attribute.h"
#include "remote/request.h"
#include "base/json.h"

/* One attribute definition (docs/attio-api.md 6.1). */
typedef struct AttributeDef
{
	char *id;
	char *slug;
	char *title;
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

/* One object or list. */
typedef struct TargetDef
{
	bool is_list;
	char *id;
	char *slug; /* NULL: an object without slug */
} TargetDef;

/* Why there are no definitions of an object or list, where that is no error. */
typedef struct TargetRefusal
{
	bool may_be_absent; /* set by the caller: it may be gone, or not for this key */
	bool disabled;      /* a standard object that is switched off */
	const char *absent; /* what Attio says of one that is gone or not for this key; NULL = it is neither */
} TargetRefusal;

extern List *metadata_attributes(Session *session, bool is_list, const char *identifier, const char *slug,
								 TargetRefusal *refusal, ScanCost *cost);
extern bool metadata_has_changed(Session *session, bool is_list, const char *identifier, const char *slug,
								 List *attributes, ScanCost *cost);
extern void metadata_note_hidden(Session *session, bool is_list, const char *identifier, const char *attribute_id);
extern bool metadata_is_hidden(Session *session, bool is_list, const char *identifier, const char *attribute_id);
extern List *metadata_peek(Session *session, bool is_list, const char *identifier);
extern List *metadata_copy(List *attributes);
extern void metadata_ask_ahead(Session *session, List *targets, int *next, ScanCost *cost);
extern void metadata_ask_targets(Session *session, ScanCost *cost);
extern List *metadata_targets(Session *session, bool is_list, ScanCost *cost);
extern List *metadata_known_slugs(Session *session, const char *among);
extern List *metadata_list_parents(Session *session, const char *identifier, ScanCost *cost);
extern const char *metadata_object_slug(Session *session, const char *id, ScanCost *cost);
extern void metadata_forget(Session *session);
extern void
metadata_raise_incomplete(JsonTree *item, const char *path, const char *what, const char *const *needed, int nneeded);
extern const AttributeDef *attribute_by_id(List *attributes, const char *id);
extern const AttributeDef *attribute_by_slug(List *attributes, const char *slug);

#endif /* ATTIO_METADATA_H */
