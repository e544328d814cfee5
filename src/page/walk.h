/*
 * walk.h
 *		From page to page of one listing, and whether all rows came.
 *
 * A walk says where the next page begins, judges each page that came, and knows
 * which rows the walks before it have handed out.  What differs between ways of
 * paging is a table of methods.  Makes no request.
 */
#ifndef PAGE_WALK_H
#define PAGE_WALK_H

#include "page/seen.h"
#include "row/rowkey.h"

/* Where a page begins, and how many rows of it are asked for. */
typedef struct PagePlace
{
	int64 offset;       /* rows before it */
	const char *cursor; /* the cursor of it, which the page before it gave; NULL = none */
	int limit;
} PagePlace;

/* A page that came.  Where rows stand in documents by which they are known, these are its rows. */
typedef struct WalkPage
{
	const RowKey *keys;
	size_t nrows;
	int limit;        /* so many rows make it full: there may be more behind it */
	const char *next; /* the cursor of the page behind it; NULL = none */
	bool has_ids;     /* the ids of the keys tell rows apart; else they are the same for rows that look the same */
} WalkPage;

typedef enum WalkVerdict
{
	WALK_ON,     /* hand out from row "first", then go on */
	WALK_END,    /* hand out from row "first", then it is over */
	WALK_AGAIN,  /* rows may have been missed: ask again, from another place */
	WALK_OTHER,  /* not the order that this walk relies on: begin again by "other" */
	WALK_BROKEN, /* not the order that was asked for */
	WALK_LOST,   /* rows keep moving, or the order is not what it was: the walk's "why" */
	WALK_CIRCLE  /* the next page has come already */
} WalkVerdict;

typedef struct WalkMethods WalkMethods;

typedef struct WalkStep
{
	WalkVerdict verdict;
	size_t first;             /* first row to hand out */
	const WalkMethods *other; /* WALK_OTHER: which leaves out what was handed out */
} WalkStep;

/* Ids of rows, in no order. */
typedef struct WalkIds
{
	RowId *ids;
	int n;
	int size;
} WalkIds;

typedef struct Walk
{
	const WalkMethods *methods;
	MemoryContext context; /* set by the caller; lives until walk_forget() */
	PagePlace next;        /* the page that is asked for next; its limit is the caller's */
	int64 start;           /* rows that the service leaves out */
	bool descending;       /* of a walk by creation */
	const char *why;       /* WALK_LOST: what went wrong */

	/* what was handed out */
	bool full; /* the last page was */
	bool has_last;
	RowKey last;      /* of the last row */
	WalkIds handed;   /* of this walk, for those that may come after it */
	bool overflowed;  /* there were too many to remember */
	WalkIds before;   /* of the walks before it, ascending */
	WalkIds present;  /* of the last page, where walks look at that; ascending, if they tell rows apart */
	WalkIds previous; /* of the page before it */
	SeenRows *places; /* cursors that came; NULL = none */

	/* the proof of walk_by_key.c */
	int64 proven; /* rows seen in ascending id order */
	int moves;    /* requests in a row that brought nothing new */
	int64 step;   /* how far to step back next */
} Walk;

struct WalkMethods
{
	const char *name;
	bool is_sorted; /* pages are asked for in the order of the time of creation and the id, which each row must have */
	int first_rows; /* rows that the first page should have at least; 0 = any number */
	bool by_offset; /* pages follow one another at offsets, so that several can be asked for at once */
	WalkStep (*judge)(Walk *walk, const WalkPage *page);
};

/* All rows in one answer. */
extern const WalkMethods walk_once;

/* Unsorted pages, observed to be in the order of the ids. */
extern const WalkMethods walk_by_id;

/* Pages sorted by the time of creation and the id. */
extern const WalkMethods walk_by_creation;

/* One page, whatever its order: all that is wanted, perhaps. */
extern const WalkMethods walk_one_page;

/* Pages in an order that no key shows: only their overlap is checked. */
extern const WalkMethods walk_listed;

/* Pages that each say where the next one begins. */
extern const WalkMethods walk_cursor;

/* So many rows in id order can be no accident. */
#define WALK_PROOF 64

/* Requests in a row that may bring nothing new. */
#define WALK_MOVES_LIMIT 40

/* Why a walk is lost where a row repeats. */
#define WALK_REPEATS "A row of a page came again, on the same page or on the next one."

/* Rows that one page may have. */
#define WALK_ONE_PAGE_LIMIT 500

/* Begin a listing, of which the service leaves out so many rows. */
extern void walk_begin(Walk *walk, const WalkMethods *methods, int64 start, bool descending);

/* Begin it again in another way: what was handed out does not come again, as far as walk_was_handed() knows it. */
extern void walk_change(Walk *walk, const WalkMethods *methods, int64 start);

/* The page so many pages on from the next one; false where that cannot be known yet. */
extern bool walk_place(const Walk *walk, int ahead, PagePlace *place);

/* Judge the page at the place that is asked for next, and go on from it. */
extern WalkStep walk_judge(Walk *walk, const WalkPage *page);

/* It has ended, and its memory context goes; walk_begin() begins anew. */
extern void walk_forget(Walk *walk);

/* Was the row handed out by a walk before this one? */
extern bool walk_was_handed(const Walk *walk, const RowId *id);

/* For judges: remember the rows from "first" on as handed out, unless that makes more than "limit". */
extern void walk_remember(Walk *walk, const WalkPage *page, size_t first, int limit);

/* For judges: the page is the present one now, from "first" on, and the present one the previous. */
extern void walk_turn(Walk *walk, const WalkPage *page, size_t first);

/* For judges, behind walk_turn(): does a row come twice, on this page, or on the page before it, too? */
extern bool walk_repeats(const Walk *walk, const WalkPage *page);

/* For judges: does a row come twice on this page? */
extern bool walk_repeats_row(const WalkPage *page);

/* For judges: WALK_LOST, for this reason. */
extern WalkStep walk_give_up(Walk *walk, const char *why);

#endif /* PAGE_WALK_H */
