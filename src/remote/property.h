/*
 * property.h
 *		What the shared rooms may know of a kind of value: where it stands in the
 *		service's JSON, which SQL type shows it, what conditions on it are like.
 *
 * A value of a service can have several properties (a name and its parts), each
 * of which can be a column.  The tables of them are the services' own.
 */
#ifndef REMOTE_PROPERTY_H
#define REMOTE_PROPERTY_H

#include "base/compat.h"

/* How the members of a value become one datum. */
typedef enum PropertyForm
{
	FORM_PLAIN,  /* one member */
	FORM_ONE_OF, /* the first member that is there */
	FORM_LINES,  /* all members, in one line, separated by commas */
	FORM_IF      /* the second member, if the first is the text "only_if" */
} PropertyForm;

/* Which operands compare with a value as they do in SQL. */
typedef enum OperandKind
{
	OPERANDS_NONE,
	OPERANDS_BOOLEAN,
	OPERANDS_NUMBER, /* integers and numeric */
	OPERANDS_TIME,   /* dates and timestamps */
	OPERANDS_TEXT,
	OPERANDS_UUID
} OperandKind;

/* In which order the service sorts values. */
typedef enum SortKind
{
	SORTS_OTHERWISE, /* not in SQL's, or it is not known */
	SORTS_AS_SQL,
	SORTS_AS_TEXT /* in that of the collation C, where a fact about the server says so */
} SortKind;

/* What planning may know of conditions and orders. */
typedef struct ValueTraits
{
	OperandKind operands;
	SortKind sorts;
	bool ranges;   /* <, <=, >, >= can be sent */
	bool patterns; /* LIKE and its kind can be sent */
	bool lowered;  /* stored in lower case */
	bool address;  /* hardly two rows share the main property */
	bool finer;    /* moments, of which the service keeps more digits than a timestamptz */
} ValueTraits;

#define PROPERTY_MAX_MEMBERS 9

typedef struct PropertyDef
{
	const char *name; /* column suffix; "" = the main property */
	Oid type;         /* SQL type of one value */
	PropertyForm form;
	const char *members[PROPERTY_MAX_MEMBERS]; /* dotted paths inside a value, NULL-terminated */
	const char *only_if;                       /* FORM_IF */
	bool first_only;                           /* shows only the first of several values */
	bool nearly_unique;                        /* hardly two rows share a value */
	bool is_required;                          /* a value has the first member, or null in what should hold it */

	/* the service's own words for it; shared rooms do not look at them */
	int import;               /* which import makes a column of it */
	int filter;               /* which conditions on it can be sent */
	const char *filter_field; /* what filters call it; NULL where nothing is sent */
	int write;                /* how it is written */
	const char *write_key;    /* member that carries it then */
} PropertyDef;

#endif /* REMOTE_PROPERTY_H */
