/*
 * attribute_pages.h
 *		The pages in which Attio lists the attributes of an object or list.
 */
#ifndef ATTIO_ATTRIBUTE_PAGES_H
#define ATTIO_ATTRIBUTE_PAGES_H

#include "attio/metadata.h"

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
