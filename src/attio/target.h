/*
 * target.h
 *		Objects and lists: whose attributes, records and entries there are.
 */
#ifndef ATTIO_TARGET_H
#define ATTIO_TARGET_H

#include "remote/request.h"

/* What objects and lists differ in. */
typedef struct TargetKind
{
	const char *noun;      /* "object": in messages, as option of a table */
	const char *id_option; /* the option that names its id */
	const char *plural;    /* "objects": in paths and names of schemas */
	const char *path;      /* that all of them are asked for by */
	const char *id_path;   /* where an item has its id */
	const char *scope;     /* that their definitions need */
	const char *title;     /* where an item has what people call it */
} TargetKind;

extern const TargetKind target_object;
extern const TargetKind target_list;

/* One object or list. */
typedef struct TargetDef
{
	const TargetKind *kind;
	const char *id;    /* NULL: not known */
	const char *slug;  /* NULL: an object without slug */
	const char *title; /* what people call it; NULL: not known */
	List *parents;     /* of a list: slugs (char *) of the objects whose records can be its entries */
} TargetDef;

extern const char *target_identifier(const TargetDef *target);
extern const TargetDef *target_find(List *targets, const TargetDef *wanted);
extern const char *target_name(const TargetDef *target);
extern void target_ask_ahead(Session *session, const TargetKind *kind, ScanCost *cost);
extern void targets_ask_ahead(Session *session, ScanCost *cost);
extern List *targets_known(Session *session, const TargetKind *kind, ScanCost *cost);
extern List *targets_read(Session *session, const TargetKind *kind, ScanCost *cost);
extern List *targets_read_all(Session *session, ScanCost *cost);
extern List *targets_known_slugs(const Session *session, const char *plural, const char *except);
extern List *target_parents(Session *session, const TargetDef *list, ScanCost *cost);
extern List *target_slugs_by_id(Session *session, const char *kind, ScanCost *cost);
extern const char *target_object_slug(Session *session, const char *id, ScanCost *cost);

#endif /* ATTIO_TARGET_H */
