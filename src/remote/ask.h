/*
 * ask.h
 *		What the listings of one scan ask for.
 *
 * A service makes asks of a plan's terms; pages are read for each of them.  All
 * of it lives in the memory context that was current when it was made.
 */
#ifndef REMOTE_ASK_H
#define REMOTE_ASK_H

#include "base/json.h"
#include "remote/operand.h"
#include "remote/param_windows.h"
#include "remote/resource.h"
#include "remote/sort_key.h"
#include "remote/terms.h"

/* Of a parameter whose values are asked for in several asks: those of one ask. */
typedef struct AskPart
{
	AttrNumber column;
	const ParamDef *param;
	Oid field;         /* type of its field */
	const List *texts; /* char * */
} AskPart;

/* What one listing asks for. */
typedef struct Ask
{
	JsonTree *filter;  /* in the request's body; NULL = none */
	const char *query; /* parameters of the query string but the window's, escaped and joined by "&"; NULL = none */
	List *given;       /* Given (resource.h): for the path, and for fields that show it */
	List *parts;       /* AskPart: rows with other values belong to other asks */
	List *definitions; /* what its columns are bound with; NIL = as those of the scan */
	JsonTree *sorts;   /* in the place of the request's; NULL = none of its own */
	List *extras;      /* Extra (resource.h): members of rows that it asks for */
	int stage;         /* asks of one stage come together, before those of the next */
	int number;        /* of the window among those of the span */
	TimeSpan window;   /* of what its stage is, where there is a span */
	const struct SpanAsked *span; /* that is asked for in windows; NULL = none */
	TimestampTz *since;           /* rows of a time before it are asked for, and not wanted; NULL = all are */
	bool goes_on;                 /* where it has rows, the window behind it is asked for */
	const struct Ask *unless; /* asks for the same with all extras: which row came by it is not wanted of this one */
} Ask;

/* Of many listings those that are given one of these values by this name. */
typedef struct AskChoice
{
	const char *name;
	const List *texts; /* char * */
} AskChoice;

/* All of a scan: nothing at all, everything (no ask), or one listing for each ask. */
typedef struct AskSet
{
	bool nothing;    /* no row can meet the conditions */
	bool incomplete; /* a condition that the plan meant to send is not among the asks */
	List *asks;      /* Ask */
	List *choices;   /* AskChoice: which of the listings that the resource has by itself; NIL = all */
} AskSet;

/* What a scan wants to ask for: the term of its plan, with the operands' values. */
typedef struct AskInput
{
	const struct RemoteRelation *relation;
	List *definitions;       /* what the columns are bound with */
	bool is_planned;         /* plain EXPLAIN: columns show what planning took them for */
	struct ScanCost *cost;   /* of what is asked for; NULL = nobody counts */
	bool tells;              /* a NOTICE for a title that does not exist */
	const List *term;        /* TERM_AND, or NIL: everything */
	const Operand *operands; /* as many as the plan has */
	int noperands;
	int looked_up;        /* the operand whose values a join looks up, by the last arm; -1 = none */
	int keys_per_request; /* at most so many of them; 0: they cannot be asked for */
	bool oldest_first;    /* of the windows of a span the oldest comes first */
	bool without_others;  /* not by the other arms, which the service refused */
	const List *columns;  /* IntList: attribute numbers that are read */
	const List *present;  /* IntList: of these, those whose extras all rows have that count */
} AskInput;

/* In which order a scan wants its rows. */
typedef struct SortInput
{
	const struct RemoteRelation *relation;
	List *definitions;
	SortShape shape;
	const SortKey *keys;
	int nkeys;
	bool with_id; /* the id comes last, so that equals have an order, too */
} SortInput;

/* All of the query string, in the current memory context; NULL = nothing. */
extern char *ask_query(const Ask *ask);

/* What is asked for behind this, which has rows: an Ask in the current memory context, or NULL. */
extern Ask *ask_next_ahead(const Ask *ask);

/* A query string (NULL = none) with one more parameter, which is escaped; in the current memory context. */
extern char *query_with(const char *query, const char *parameter);

/* An ask that has nothing but a filter, which may be NULL. */
extern Ask *ask_by_filter(JsonTree *filter);

/* The filter of the first ask; NULL where there is none. */
extern JsonTree *asks_first_filter(const AskSet *set);

/*
 * What these ask for by parameters and by what is given, where the service
 * refused a filter: each listing once.  NIL: nothing in particular.  In the
 * current memory context; what an ask points to stays the old one's.
 */
extern List *asks_without_filters(const List *asks);

#endif /* REMOTE_ASK_H */
