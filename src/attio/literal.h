/*
 * literal.h
 *		Single conditions of a filter: the operand made into what Attio reads.
 */
#ifndef ATTIO_LITERAL_H
#define ATTIO_LITERAL_H

#include "attio/attribute.h"
#include "base/json.h"
#include "remote/terms.h"

/*
 * The condition object of one comparison ({"$gte": ...}), or NULL when it
 * cannot be sent without losing rows; then nothing is.
 */
extern JsonTree *filter_compare(FilterClass class, TermOp op, Oid type, Datum value);

/* Can no value of this class compare so: with NaN, the infinities? */
extern bool filter_never(FilterClass class, TermOp op, Oid type, Datum value);

/* Does the number travel as it is?  Else its bounds are widened. */
extern bool filter_is_plain_number(Oid type, Datum value);

/*
 * The condition of a time that, cut to a span of at most so many days in the
 * session's time zone, compares with the operand.
 */
extern JsonTree *filter_span(TermOp op, Oid type, Datum value, int days);

/* {"$eq": title}, or NULL for one that would be taken for an id. */
extern JsonTree *filter_title(const char *title);

/* A type of actor that filters are known to take. */
extern bool filter_is_actor_type(const char *type);

/* The condition of a row that has any value: a range on one side of a pivot. */
extern JsonTree *filter_beside_pivot(FilterClass class, bool above);

/* The text of an operand, and whether it can be sent: no blanks at its ends, not empty. */
extern bool filter_safe_text(const char *text);

/* All that a pattern of LIKE or ILIKE implies: a List of condition objects. */
extern List *filter_pattern(TermOp op, const char *pattern);

#endif /* ATTIO_LITERAL_H */
