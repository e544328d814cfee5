/*
 * resource.h
 *		The one table of endpoints whose rows can be a table.
 *
 * A row says how to ask (method, path, paging), where the rows' own fields
 * stand, and which scopes the token needs.  A new endpoint of Attio is a new
 * row (docs/attio-api.md 4 and 11).
 */
#ifndef ATTIO_RESOURCE_H
#define ATTIO_RESOURCE_H

#include "base/compat.h"

typedef enum PagingStyle
{
	PAGING_NONE,        /* one answer holds everything */
	PAGING_OFFSET_BODY, /* limit and offset in a POST body */
	PAGING_OFFSET_QUERY /* limit and offset in the query string */
} PagingStyle;

/* What one scan walks through to collect all rows. */
typedef enum ResourceSpread
{
	SPREAD_ONE,       /* one listing */
	SPREAD_TARGETS,   /* one listing for each object and list */
	SPREAD_ATTRIBUTES /* one listing for each attribute of a type */
} ResourceSpread;

/* Where a field's value comes from. */
typedef enum FieldSource
{
	FIELD_MEMBER,   /* a member of the row */
	FIELD_POSITION, /* the row's place in its listing, from 1 */
	FIELD_TARGET,   /* "objects" or "lists" */
	FIELD_TARGET_ID,
	FIELD_TARGET_SLUG,
	FIELD_ATTRIBUTE_ID,
	FIELD_ATTRIBUTE_SLUG
} FieldSource;

typedef struct FieldDef
{
	const char *name;
	Oid type; /* an array type where the member is an array */
	FieldSource source;
	const char *path; /* FIELD_MEMBER: dotted */
	bool not_null;
} FieldDef;

typedef struct ResourceDef
{
	const char *name;
	const char *method;
	const char *path; /* "%s" stands for the spread's own part */
	PagingStyle paging;
	int max_page; /* rows a request may ask for */
	ResourceSpread spread;
	const char *attribute_type; /* SPREAD_ATTRIBUTES: of which type */
	const char *id_path;        /* a row's identity */
	const char *values;         /* member that holds attribute values; NULL = none */
	const char *scopes;         /* separated by blanks */
	const FieldDef *fields;
	int nfields;
	const char *comment;
} ResourceDef;

extern const ResourceDef resources[];
extern const int nresources;
extern const ResourceDef *const resource_records;
extern const ResourceDef *const resource_entries;

extern const ResourceDef *resource_by_name(const char *name);
extern const char *resource_id_attribute(const ResourceDef *resource);
extern const FieldDef *resource_field(const ResourceDef *resource, const char *name);

#endif /* ATTIO_RESOURCE_H */
