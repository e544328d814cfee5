/*
 * literal.h
 *		Single conditions of a filter: the operand made into what Attio reads.
 */
#ifndef ATTIO_LITERAL_H
#define ATTIO_LITERAL_H

#include "base/json.h"
#include "remote/terms.h"

/*
 * The condition object of one comparison ({"$gte": ...}), or NULL when it
 * cannot be sent without losing rows.  Bounds that Attio does not know are
 * widened.  Those of texts are for "=" only.
 */
extern JsonTree *literal_number(TermOp op, Oid type, Datum value);
extern JsonTree *literal_date(TermOp op, Oid type, Datum value);
extern JsonTree *literal_time(TermOp op, Oid type, Datum value);
extern JsonTree *literal_text(TermOp op, Oid type, Datum value);
extern JsonTree *literal_lower(TermOp op, Oid type, Datum value);
extern JsonTree *literal_phone(TermOp op, Oid type, Datum value);
extern JsonTree *literal_title(TermOp op, Oid type, Datum value);
extern JsonTree *literal_actor_type(TermOp op, Oid type, Datum value);

/* NaN and the infinities, on their side of all values: -1, 1; else 0. */
extern int literal_endless_number(Oid type, Datum value);
extern int literal_endless_time(Oid type, Datum value);

/* Does the number travel as it is?  Else its bounds are widened. */
extern bool literal_is_plain_number(Oid type, Datum value);

/*
 * The condition of a time that, cut to a span of at most so many days in the
 * session's time zone, compares with the operand.
 */
extern JsonTree *filter_span(TermOp op, Oid type, Datum value, int days);

/* A type of actor that filters are known to take. */
extern bool filter_is_actor_type(const char *type);

/* Can the text of an operand be sent: no blanks at its ends, not empty? */
extern bool filter_safe_text(const char *text);

/* All that a pattern of LIKE or ILIKE implies: a List of condition objects. */
extern List *filter_pattern(TermOp op, const char *pattern);

#endif /* ATTIO_LITERAL_H */
