/*
 * resource.h
 *		An endpoint whose rows are a table: how to ask for them, where they
 *		stand in the answer, what can be asked for, what can be written.
 *
 * Each service has one table of these; a new endpoint is a new row of it.  The
 * functions here are pure.
 */
#ifndef REMOTE_RESOURCE_H
#define REMOTE_RESOURCE_H

#include "base/compat.h"
#include "http/http.h"
#include "remote/terms.h"
#include "remote/words.h"

struct ResourceDef;
struct Session;
struct ScanCost;

/* ----- what is asked ----- */

/*
 * A value that all rows of a listing have in common, because it was asked for:
 * a part of the path, or a parameter.  Lists of these belong to whom made them.
 */
typedef struct Given
{
	const char *name;
	const char *value; /* as people write it; NULL = without value */
} Given;

/* One method of an endpoint.  path NULL: there is none. */
typedef struct Access
{
	const char *method;
	const char *path;      /* "{name}" stands for what is given by that name, "{id}" for a row's id */
	const char *scopes;    /* that the key needs, separated by blanks; NULL = not known */
	const char *tolerated; /* an error code that says that there are no rows; NULL = none */
	bool may_be_gone;      /* of a listing: what its path is given may not be there; then there are no rows */
	HttpNature nature;
	int status;       /* of a success; 0 = 200, and 204 has no body */
	const char *done; /* of a write: path of a boolean that the answer has, and that is false where nothing was done */
	bool is_free;     /* does not count in the month's requests: it is sent when these are spent, too */

	/*
	 * Of a listing: what is sent beside the names of paging, an object in JSON; the
	 * text "{name}" in it stands for what is given by that name.  NULL = nothing.
	 */
	const char *body;
} Access;

typedef enum PagingStyle
{
	PAGING_NONE,   /* one answer holds everything */
	PAGING_OFFSET, /* the next page begins behind so many rows */
	PAGING_CURSOR  /* each answer says where the next page begins */
} PagingStyle;

/* How the rows of a listing come, page by page. */
typedef struct Paging
{
	PagingStyle style;
	bool in_body;      /* limit and place stand in the body of the request, else in the query string */
	const char *limit; /* their names */
	const char *place;
	const char *filter; /* in the body, where the listing can do this: names of the filter, */
	const char *sorts;  /* of the sorts, */
	const char *view;   /* and of the id of a saved view, which filters, too */
	int max_page;       /* rows that a request may ask for; 0 = any number */
	int min_page;       /* rows that it must ask for at least; 0 = one */

	/* Path of the array of rows; several, separated by "|": the first that is there; "": the answer. */
	const char *rows;
	const char *each;    /* the rows stand inside: the array of them in each of those; NULL = each of those is a row */
	const char *each_id; /* and the id of each of those, where rows have ids of their own; for pages at offsets */
	const char *next;    /* PAGING_CURSOR: path of the next page's cursor; several, as of rows */
	bool tells_end;      /* and the last page has its member, too: a full page without it is broken */
	bool single;         /* in the place of the array of rows stands one row */
} Paging;

/* Another listing of a resource's rows: those of one parent, or the one row that has an id. */
typedef struct Way
{
	Access list;
	Paging paging;
} Way;

/* What a listing can do, besides telling its rows. */
typedef enum Ability
{
	CAN_FILTER = 1,  /* return the rows only that meet conditions */
	CAN_SORT = 2,    /* in an order of the query's */
	CAN_COUNT = 4,   /* tell how many rows there are, by pages at offsets */
	CAN_OFFSET = 8,  /* leave out so many rows */
	CAN_LOOKUP = 16, /* return the rows only that have one of many keys */
	CAN_LIMIT = 32   /* return not more than so many rows */
} Ability;

/* ----- parameters: columns whose conditions become a part of the request ----- */

typedef enum ParamRule
{
	PARAM_EQUAL,  /* column = value; of an array: one of its values is */
	PARAM_ANY,    /* column = ANY (values), so many in one request; of an array: column && values */
	PARAM_FROM,   /* column >= value */
	PARAM_BEFORE, /* column < value */
	PARAM_ORDER,  /* ORDER BY column, as a word */
	PARAM_CHOICE  /* column = ANY (values): of many listings those that are given one of them; nothing is sent */
} ParamRule;

typedef struct ParamDef
{
	const char *name;   /* in the query string; "{name}": the part of the path, or of the body, called so */
	const char *column; /* field whose conditions become it, and which may show it (FIELD_GIVEN) */
	ParamRule rule;
	Verdict verdict;      /* what such a condition is worth */
	bool required;        /* without a value of it nothing can be asked */
	bool of_parents;      /* required where the parents do not say it (ResourceDef.parents) */
	const char *together; /* all parameters of this group or none are sent */

	/* One of the groups of this name must be given; where several are, the first is sent, whose rows the others lack. */
	const char *either;
	int max_values;        /* PARAM_ANY: in one request; 0 = one */
	bool has_commas;       /* PARAM_ANY: the values stand in one parameter, with commas between them */
	int slack;             /* PARAM_FROM and PARAM_BEFORE of a time: so many seconds more are asked for at that end, as
							 * the service may read bounds less exactly */
	int max_days;          /* of these: the longest span of one listing, in windows of this size; 0 = any */
	int grain;             /* of these windows: seconds; finer moments the service may not keep apart; 0 = it does */
	const char *inclusive; /* PARAM_FROM: server option that says whether rows at the bound come: "inclusive" */
	bool is_inclusive;     /* and it does; true only in a copy of the table, see remote/table.c */
	const char *otherwise; /* PARAM_FROM: server option with the date where no condition says a bound */
	bool is_said;          /* and the server has it; true only in a copy of the table, see remote/table.c */

	/*
	 * PARAM_BEFORE, where no condition says the end: server option that says how far
	 * ahead of now is asked, and on until a window has no rows.
	 */
	const char *ahead;
	const char *implied_by; /* PARAM_FROM and PARAM_BEFORE: another field, whose bounds are this column's, too */
	const char *of_null;    /* its text for a column without a value; NULL: those cannot be asked for */
	const char *ascending;  /* PARAM_ORDER: its text; NULL: the order cannot be asked for */
	const char *descending;
	const char *example;     /* a value, for people; NULL = any of the type */
	const WordDef *words;    /* of the field, which are sent as the service calls them; NULL = it has none */
	bool all_words;          /* one of them must be sent: where no condition says which, each */
	const char *only_of;     /* rows have a value only in listings that are given by this name */
	const char *only_values; /* one of these, with "|" between them; NULL = in all */
	char *(*write)(Datum value, Oid type); /* its text, not escaped; NULL: the type's output */
	const Way *way; /* what is asked for by it, in the place of the resource's listing; NULL = that listing */
	bool every_way; /* of that listing and of all ways alike; "way" is NULL */
} ParamDef;

/* ----- what a row holds ----- */

/*
 * Members of a row that come only where they are asked for.  Rows may stay away
 * for that: then there are two listings, with these members and without them,
 * unless the conditions want one of them to be there (extras.c).
 */
typedef struct Extra
{
	const char *words;    /* what they are, for people */
	const char *query;    /* what asks for them, of the listing and of all ways; NULL: the listing never tells them, but
						   * its ways do */
	const char *member;   /* path of what holds all of them */
	bool leaves_rows_out; /* rows that have none of them do not come; of one of a resource's extras at most */
} Extra;

/* Where a field's value comes from. */
typedef enum FieldSource
{
	FIELD_MEMBER,   /* a member of the row */
	FIELD_POSITION, /* the row's place in its listing, from 1; in its document, where it stands in one */
	FIELD_GIVEN,    /* what was asked for: a Given of its listing */
	FIELD_VALUE     /* a property of the value of its listing's attribute */
} FieldSource;

/* When a field can be written. */
typedef enum FieldWrite
{
	FIELD_READ_ONLY,
	FIELD_ON_CREATE, /* when the row is created, and not any more */
	FIELD_ON_UPDATE, /* only when the row is there */
	FIELD_WRITABLE
} FieldWrite;

typedef struct FieldDef
{
	const char *name;
	Oid type; /* an array type where the member is an array */
	FieldSource source;

	/*
	 * FIELD_GIVEN: the name.  FIELD_VALUE: the property.  FIELD_MEMBER: a dotted path; "../" before it: of the
	 * document that holds the row; "[]" in it: an array of what stands behind it in
	 * each element of the array before it; several, separated by "|": the first
	 * that is there and not null; several texts with "+" between them: all that are
	 * there, in one line.  "": the row itself.
	 */
	const char *path;
	const WordDef *words;      /* rows show these in the place of what the service sends; NULL = as it came */
	const WordDef *sent_words; /* those of them that can be written; NULL = all */
	bool not_null;
	bool is_always_set; /* every row has a value, although a new one need not be given it */
	const Extra *extra; /* what it is one of; NULL: every row tells it */

	/*
	 * FIELD_GIVEN, where a way is gone, whose rows were not asked for by it: the
	 * path of the id of what is called so, and which names these are
	 * (Service.read_names); where "unless" has a value the field has none.
	 */
	const char *named_by;
	const char *names;
	const char *unless;

	/*
	 * FIELD_GIVEN: paths of where a row has it, with "|" between them; NULL is shown
	 * where a row says others only, or has what "unless" (such a path) leads to.
	 */
	const char *among;

	/* FIELD_GIVEN: path of where a row says it by its slug; a row that says another one is not what was asked for */
	const char *said_by;

	/*
	 * Of a resource without attribute values: what is sent.  A path is dotted; "[]"
	 * in it: of each element of an array, whose other members are those of the fields
	 * that say the same before their "[]"; these are sent together.  "{name}": of a
	 * new row, a part of the path and not of the body.
	 */
	FieldWrite write;
	const char *sent_as;    /* path in what is sent; NULL = as in "path" */
	const char *sent_with;  /* "path=text": a text that goes with each value, or with each element; NULL = none */
	const char *sent_email; /* path of a text with an "@", which goes alone; NULL = as others */

	/* Of JSON, "path=name": this member is sent by that name, and none that is null; NULL = as is. */
	const char *sent_names;
	bool sent_alone;        /* of an array: its one element is sent, without an array */
	const char *unset;      /* JSON that a new row without a value says; NULL = nothing */
	bool changes_form;      /* answers may show it in another form than it was sent */
	bool always_sent;       /* of an update: as it is, too */
	const char *path_part;  /* what it is called in the paths of writes of rows that are there; NULL = it is in none */
	const char *only_of;    /* a new row can have a value of it only where this field of text, */
	const char *only_value; /* has this one */
	bool is_required;       /* a row that is created must have a value of it, or of another field sent as the same */
} FieldDef;

typedef struct ResourceDef
{
	const char *name;
	bool is_template; /* of tables that an option other than "resource" names */
	Access list;
	Access get; /* the others are of one row */
	Access create;
	Access match; /* updates the row that matches, or creates one; "{matching_attribute}" stands for by what */
	Access update;
	Access delete;
	Paging paging;
	int abilities;              /* of Ability */
	const char *row_path;       /* where the row is in an answer about one row; NULL = it is the answer */
	const char *read_only_hint; /* of rows that cannot be written: what to do; NULL = nothing */
	const char *archived_by;    /* field by which a row is put away that cannot be deleted; NULL = none */
	bool defines;               /* rows are definitions: after a write what the session knows of them is read again */
	const char *row_member;     /* member that holds the row in what is sent; NULL = it is what is sent */
	const char *id_path;        /* a row's identity; NULL = rows have none, and cannot be written */
	Oid id_type;
	const char *id_with; /* path of what is part of it, too: ids are unique only together with this; NULL = alone */
	const char *values;  /* member that holds attribute values; "" = a row is one; NULL = none */
	const char *created; /* its attribute of the time of creation, which every row has; NULL = none */
	const char *created_member; /* member of the attribute's value that holds the time */
	const char *type_member;    /* member of each value that names its attribute's type; NULL = none */
	const char *changed_member; /* member of each value that tells since when it holds; NULL = none */

	/*
	 * Each listing is of the values of one attribute, whose name is given by this
	 * one, and a row without a value of it is none; NULL = rows are what listings list.
	 */
	const char *value_of;
	const char *parent; /* field of the id of a row's parent, by which rows can be looked up; NULL = none */
	const FieldDef *fields;
	int nfields;
	const ParamDef *params;
	int nparams;
	const Way *way; /* that is gone, see params_resource(); NULL = its own listing */

	/*
	 * The listings that all rows together take, where neither the table nor the
	 * query says which: a List of Lists of Given.  NULL = one listing.  May make
	 * requests.
	 */
	List *(*parents)(struct Session *session, struct ScanCost *cost);
	const char *walked; /* what these are, for EXPLAIN; NULL: it says nothing */
} ResourceDef;

/* Access.status: 200 or 201. */
#define STATUS_OK_OR_CREATED (-1)

/* A resource that can be a table by its own name, or NULL. */
extern const ResourceDef *resource_by_name(const ResourceDef *resources, const char *name);

/* The member that holds a row's id, such as record_id; NULL where rows have none. */
extern const char *resource_id_name(const ResourceDef *resource);

/* Does the name stand for a part of a path, or of a body: "{name}"? */
static inline bool
is_part_name(const char *name)
{
	return name[0] == '{';
}

/* The name without its braces, in the current memory context; another name as it is. */
extern char *bare_part_name(const char *name);

/* A field by its name, or NULL. */
extern const FieldDef *resource_field(const ResourceDef *resource, const char *name);

/* Can the field be written, of a new row or of one that is there? */
extern bool field_is_written(const FieldDef *field, bool is_new);

/*
 * The name of the part of a path, of a row that is there, that the field shows;
 * NULL where it shows none.  In the current memory context.
 */
extern const char *path_part_of_field(const ResourceDef *resource, const FieldDef *field, const char *path);

/* Does the field show what is part of a row's identity beside its id (ResourceDef.id_with)? */
extern bool is_of_identity(const ResourceDef *resource, const FieldDef *field);

/* That field; NULL where ids are unique alone. */
extern const FieldDef *resource_identity_field(const ResourceDef *resource);

/* Where the field stands in what is sent. */
extern const char *field_sent_path(const FieldDef *field);

/* Of a path with "[]" in it the path of the array, in the current memory context; a copy of any other. */
extern char *array_path(const char *path);

/* Where in an element the path leads: what stands behind its "[]."; NULL where it has none. */
extern const char *element_path(const char *path);

/* Where the field stands in what is sent; of members of an array's elements the array. */
extern char *field_sent_place(const FieldDef *field);

/* Are both written, and members of the same elements of an array, so that they are sent together? */
extern bool fields_are_sent_together(const FieldDef *one, const FieldDef *other);

extern Given *given_make(const char *name, const char *value);

/* The value of the name in a List of Given, or NULL. */
extern const char *given_value(const List *given, const char *name);

/* Are two Lists of Given the same, in the same order? */
extern bool given_equal(const List *one, const List *other);

/* Put what is given, and a row's id, into a path, escaped.  Parts that are not given stay as they are. */
extern char *resource_path(const char *path, const List *given, const char *id);

/* The same for people: not escaped. */
extern char *resource_path_shown(const char *path, const List *given, const char *id);

/*
 * The body of a listing with what is given in it, as JSON; NULL where it has none.
 * For people, too: what is not given stays as it is.
 */
extern char *resource_body(const Access *access, const List *given);

/* Is the parameter sent whatever the conditions say? */
static inline bool
param_is_always_sent(const ParamDef *param)
{
	return param->all_words || param->is_said || param->ahead != NULL;
}

/* Can a listing of the resource do all of this? */
static inline bool
resource_can(const ResourceDef *resource, int abilities)
{
	return (resource->abilities & abilities) == abilities;
}

#endif /* REMOTE_RESOURCE_H */
