/*
 * attribute.h
 *		The one table of attribute types.
 *
 * Each of the 17 types (docs/attio-api.md 7.1) with its properties: where a
 * property stands in a value object, which SQL type shows it, which import makes
 * a column of it.  Import, naming, relation and decode read this table and have
 * no switch on type names of their own.
 */
#ifndef ATTIO_ATTRIBUTE_H
#define ATTIO_ATTRIBUTE_H

#include "remote/property.h"

/* Which IMPORT FOREIGN SCHEMA makes a column of a property. */
typedef enum PropertyImport
{
	IMPORT_DEFAULT,
	IMPORT_DEFAULT_SINGLE,  /* by default only where the attribute holds one value */
	IMPORT_DEFAULT_MULTI,   /* by default only where it holds several, and never else */
	IMPORT_DEFAULT_SEVERAL, /* by default only where several target objects are allowed */
	IMPORT_ALL,             /* with columns 'all' only */
	IMPORT_NEVER            /* tables made by hand or by an older import may have it */
} PropertyImport;

/* What conditions on a property can be sent to Attio (docs/attio-api.md 7.2). */
typedef enum FilterClass
{
	FILTER_NOTHING,    /* none that would be safe */
	FILTER_NUMBER,     /* $eq and ranges */
	FILTER_DATE,       /* likewise */
	FILTER_TIME,       /* likewise, in whole milliseconds */
	FILTER_BOOL,       /* $eq */
	FILTER_TEXT,       /* $eq, $in and patterns */
	FILTER_TEXT_EQ,    /* $eq and patterns */
	FILTER_LOWER,      /* likewise, stored in lower case */
	FILTER_WORD,       /* $eq of text */
	FILTER_PHONE,      /* $eq of international numbers */
	FILTER_CHOICE,     /* $eq of a title */
	FILTER_CHOICE_ID,  /* $eq of an option's or status' id */
	FILTER_REFERENCE,  /* object and id together */
	FILTER_ACTOR,      /* type and id together */
	FILTER_ACTOR_TYPE, /* $eq of one of the known types */
	FILTER_MEMBER,     /* $eq of a workspace member's id, $not_empty */
	FILTER_KIND        /* $eq of one of some words, $not_empty */
} FilterClass;

/* How a property is written (docs/attio-api.md 7.1). */
typedef enum WriteKind
{
	WRITE_NOTHING, /* read-only */
	WRITE_TEXT,
	WRITE_NUMBER,
	WRITE_BOOLEAN,
	WRITE_DATE,
	WRITE_TIME,
	WRITE_PHONE,            /* text with a leading + */
	WRITE_TITLE,            /* of an option or status that exists */
	WRITE_CHOICE,           /* its id */
	WRITE_REFERENCE,        /* object and id together */
	WRITE_REFERENCE_OBJECT, /* companion: the object's slug */
	WRITE_ACTOR,            /* a workspace member */
	WRITE_ACTOR_TYPE,       /* companion: nothing but workspace-member */
	WRITE_NAME,             /* part of a value that is written whole */
	WRITE_PLACE_LINE,       /* an address in one line, which Attio parses */
	WRITE_PLACE             /* part of an address that is written whole */
} WriteKind;

typedef struct AttributeType
{
	const char *name;
	bool multiselect;              /* may hold several values (docs/attio-api.md 6.2) */
	const PropertyDef *properties; /* the main one first */
	int nproperties;
	bool sorts_plainly; /* sorts by the main property without naming it (docs/attio-api.md 7.2) */
	bool joins_fields;  /* conditions on several properties make one condition object (docs/attio-api.md 8) */
} AttributeType;

extern const AttributeType attribute_types[];
extern const int attribute_ntypes;

extern const AttributeType *attribute_type(const char *name);

extern const PropertyDef *attribute_property(const AttributeType *type, const char *name);

/* What planning may know of a property: the traits of its class of filters (traits.c). */
extern const ValueTraits *attribute_traits(const PropertyDef *property);

#endif /* ATTIO_ATTRIBUTE_H */
