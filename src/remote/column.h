/*
 * column.h
 *		The columns of a foreign table: what is declared of each, what planning
 *		may know of it, what it shows when it is read.
 *
 * The options of a column are read once, and both others are made of that, so
 * planning and running cannot read them differently.  What a column's attribute
 * is, is the service's to say (remote/service.h).
 */
#ifndef REMOTE_COLUMN_H
#define REMOTE_COLUMN_H

#include "base/compat.h"
#include "access/tupdesc.h"
#include "remote/property.h"
#include "remote/resource.h"

struct AttributeDef;
struct RemoteRelation;

/* The option "field" of the two columns that show no field of the resource. */
#define FIELD_NAME_RAW "_raw"
#define FIELD_NAME_CHANGED_AT "changed_at"

typedef enum ColumnKind
{
	COLUMN_FIELD,
	COLUMN_ATTRIBUTE,
	COLUMN_RAW,       /* the whole row as jsonb */
	COLUMN_CHANGED_AT /* the latest change of the current values */
} ColumnKind;

/* A column as it is declared: its type, its options, and what these say alone. */
typedef struct DeclaredColumn
{
	AttrNumber attnum;
	const char *name;
	Oid type;
	int32 typmod;
	bool not_null;

	/* the options; NULL where they are not set */
	const char *field_name;
	const char *attribute;
	const char *attribute_id;
	const char *property;
	const char *attribute_type;
	bool tells_multi; /* whether the attribute holds several values */
	bool multi;

	ColumnKind kind;       /* COLUMN_ATTRIBUTE: an attribute, or what only definitions can tell */
	bool by_name;          /* no option says what it shows */
	const FieldDef *field; /* COLUMN_FIELD; NULL: no field is called so; COLUMN_ATTRIBUTE: a FIELD_VALUE, or NULL */
} DeclaredColumn;

/* What planning may know of a column, without a request. */
typedef struct ColumnHint
{
	AttrNumber attnum;
	bool is_key;                /* shows the row's id, by which rows can be written or looked up */
	bool is_parent;             /* shows the id of an entry's parent record */
	bool multi;                 /* the attribute holds several values: a filter asks whether any of them fits */
	bool array;                 /* and the column shows all of them */
	bool is_creation;           /* shows the time of creation, by which pages can be sorted */
	bool never_null;            /* has a value in every row */
	const FieldDef *field;      /* the field that it shows; NULL = none */
	bool needs_others;          /* with every update other fields are sent, too */
	bool is_sent_with_others;   /* a value of the field is sent together with those of other fields */
	const char *attribute_id;   /* "" = not known */
	const char *attribute_name; /* NULL: nothing can be sent about this column */
	const char *type;           /* attribute type */
	const PropertyDef *property;
	const ValueTraits *traits; /* of the property */
	bool learns;               /* a scan makes known what is not known yet */
	const char *reason;        /* why nothing can be sent, in a few words; NULL = something can */
} ColumnHint;

/* What a column shows, by the present definitions. */
typedef struct ColumnBinding
{
	AttrNumber attnum;
	const char *name;
	Oid type; /* as declared */
	int32 typmod;
	ColumnKind kind;
	bool missing;                         /* the attribute is gone: NULL */
	const FieldDef *field;                /* COLUMN_FIELD */
	const struct AttributeDef *attribute; /* COLUMN_ATTRIBUTE; NULL where it is missing; the service's own */
	const char *attribute_name;           /* its present name in answers */
	const char *name_given;      /* which is given to each listing by this name; NULL = it is the same for all */
	const char *attribute_type;  /* as values say it */
	const PropertyDef *property; /* COLUMN_ATTRIBUTE; NULL: the value objects as they came */
	bool multi;                  /* the attribute holds several values */
	bool single;                 /* but was imported as one of one value */
	List *all_attribute_names;   /* COLUMN_CHANGED_AT: char *, of all attributes */
} ColumnBinding;

/*
 * A column as it is declared.  Belongs to the relation, which keeps it.  Not of
 * dropped columns.
 */
extern const DeclaredColumn *column_declared(const struct RemoteRelation *relation, AttrNumber attnum);

/* Can nothing but the definitions tell what the column shows? */
extern bool column_needs_definitions(const struct RemoteRelation *relation, AttrNumber attnum);

/* What planning may know of the column.  Belongs to the relation, which keeps it.  Makes no request. */
extern const ColumnHint *column_hint(const struct RemoteRelation *relation, AttrNumber attnum);

/* Does a scan make more known of a column that planning has asked about? */
extern bool columns_learn(const struct RemoteRelation *relation);

/*
 * What the column shows, by its options and the present definitions.  The result
 * is in the current memory context, and points into "definitions".  Raises ERROR
 * for a column that shows nothing, unless the table says missing_attribute
 * 'null'.
 */
extern ColumnBinding *column_bind(const struct RemoteRelation *relation, AttrNumber attnum, List *definitions);

/*
 * The value that rows of a listing are of, whole (ResourceDef.value_of); as of a
 * column without a number.
 */
extern ColumnBinding *column_bind_value(const struct RemoteRelation *relation, List *definitions);

/* The column that shows the field, or 0. */
extern AttrNumber column_of_field(const struct RemoteRelation *relation, TupleDesc tupdesc, const FieldDef *field);

/* The same of a field without which the service updates or deletes no row: ERROR where the table has no such column. */
extern AttrNumber column_needed(const struct RemoteRelation *relation, TupleDesc tupdesc, const FieldDef *field);

/*
 * Has the column a value in every row, as far as its declaration tells: one of
 * NOT NULL, an id, the time of creation, an array (which is empty, not NULL)?
 */
extern bool column_has_value(const struct RemoteRelation *relation, AttrNumber attnum);

#endif /* REMOTE_COLUMN_H */
