/*
 * attribute_pages.h
 *		The pages in which Attio lists the attributes of an object or list.
 */
#ifndef ATTIO_ATTRIBUTE_PAGES_H
#define ATTIO_ATTRIBUTE_PAGES_H

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
	bool several_targets;               /* record-reference to more than one object */
	List *allowed_objects;              /* ids (char *) that a reference may point to; NIL = any */
	char *currency_code;                /* NULL = no currency */
	const struct AttributeIndex *index; /* of the List that this is the first of, or NULL (attribute_index.h) */
} AttributeDef;

/* Why there are no definitions of an object or list, where that is no error. */
typedef struct TargetRefusal
{
	bool may_be_absent; /* set by the caller: it may be gone, or not for this key */
	bool disabled;      /* a standard object that is switched off */
	const char *absent; /* what Attio says of one that is gone or not for this key; NULL = it is neither */
} TargetRefusal;

/* Whose attributes are wanted, and what is no error. */
typedef struct AttributesWanted
{
	const TargetDef *target;
	TargetRefusal *refusal; /* NULL: every refusal is an error */
	MemoryContext caller;   /* where what it says belongs */
} AttributesWanted;

/* Ask for the first page before it is waited for. */
extern void attribute_pages_ask_ahead(Session *session, const TargetDef *target, ScanCost *cost);

/*
 * Read all of them, in UI order, into the current memory context.  False where a
 * refusal is no error: it is noted.  ERROR where they keep moving between pages.
 */
extern bool attribute_pages_read(Session *session, const AttributesWanted *wanted, List **attributes, ScanCost *cost);

#endif /* ATTIO_ATTRIBUTE_PAGES_H */
