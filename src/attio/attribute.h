/*
 * attribute.h
 *		The one table of attribute types.
 *
 * Each of the 17 types (API.md 7.1) with its properties: where a property
 * stands in a value object, which SQL type shows it, which import makes a
 * column of it.  Import, naming, relation and decode read this table and have
 * no switch on type names of their own.
 */
#ifndef ATTIO_ATTRIBUTE_H
#define ATTIO_ATTRIBUTE_H

#include "base/compat.h"

/* How the members of a value become one datum. */
typedef enum PropertyForm
{
	FORM_PLAIN,       /* one member */
	FORM_ONE_OF,      /* the first member that is there (API.md 7.1: phone-number) */
	FORM_LINES,       /* all members, in one line, separated by commas */
	FORM_MEMBER_ACTOR /* the second member, if the first is "workspace-member" */
} PropertyForm;

/* Which IMPORT FOREIGN SCHEMA makes a column of a property. */
typedef enum PropertyImport
{
	IMPORT_DEFAULT,
	IMPORT_DEFAULT_SINGLE,  /* by default only where the attribute holds one value */
	IMPORT_DEFAULT_MULTI,   /* by default only where it holds several, and never else */
	IMPORT_DEFAULT_SEVERAL, /* by default only where several target objects are allowed */
	IMPORT_ALL              /* with columns 'all' only */
} PropertyImport;

#define PROPERTY_MAX_MEMBERS 9

typedef struct PropertyDef
{
	const char *name; /* column suffix; "" = the main property */
	Oid type;         /* SQL type of one value */
	PropertyForm form;
	PropertyImport import;
	bool first_only;                           /* shows only the first of several values */
	const char *members[PROPERTY_MAX_MEMBERS]; /* dotted paths inside a value, NULL-terminated */
} PropertyDef;

typedef struct AttributeType
{
	const char *name;
	bool multiselect;              /* may hold several values (API.md 6) */
	const PropertyDef *properties; /* the main one first */
	int nproperties;
} AttributeType;

extern const AttributeType attribute_types[];
extern const int attribute_ntypes;

extern const AttributeType *attribute_type(const char *name);
extern const PropertyDef *attribute_property(const AttributeType *type, const char *name);

#endif /* ATTIO_ATTRIBUTE_H */
