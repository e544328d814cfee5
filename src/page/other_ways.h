/*
 * other_ways.h
 *		How to ask for the rows when a request was refused, or not followed.
 */
#ifndef PAGE_OTHER_WAYS_H
#define PAGE_OTHER_WAYS_H

#include "page/pager_state.h"

/* Begin the present listing with this walk. */
extern void ways_begin(Pager *pager, const WalkMethods *methods);

/* Go on in another walk that leaves out what was handed out; the service leaves out the first "start" rows. */
extern void ways_change(Pager *pager, const WalkMethods *methods, int64 start);

/* The same, unsorted, in pages that can prove the order of their ids. */
extern void ways_unsorted(Pager *pager, int64 start);

/* The page at the walk's place. */
extern PageAsk ways_ask(const Pager *pager);

/* The first page of a listing in this walk. */
extern PageAsk ways_first_ask(Pager *pager, const WalkMethods *methods, const Listing *listing, int limit);

/* Is a refusal of this request not an error, as there is another way to the rows? */
extern bool ways_has_another(const Pager *pager, const PageAsk *ask);

/* The request was refused: true where it is to be asked in another way now, false where the pager stops. */
extern bool ways_take_another(Pager *pager, const PageAsk *ask);

/* Unsorted pages are not in the order of the ids: begin again by another walk.  ERROR where there is none. */
extern void ways_leave_unsorted(Pager *pager, const WalkMethods *other);

/* The page is not in the order asked for: sort otherwise, or stop, as long as nobody saw a row.  ERROR else. */
extern void ways_leave_sorts(Pager *pager);

/* Rows come in another order than the query wants, and some were handed out.  Does not return. */
extern void ways_raise_unsorted(const Pager *pager);

#endif /* PAGE_OTHER_WAYS_H */
