/*
 * traits.h
 *		What conditions on a class of properties are like.
 *
 * The one table of classes: which operands and operators there are, how a value
 * is written, what a condition is worth.  Planning judges by it, and filters are
 * written by it.
 */
#ifndef ATTIO_TRAITS_H
#define ATTIO_TRAITS_H

#include "attio/attribute.h"
#include "base/json.h"
#include "remote/terms.h"

struct RemoteFacts;

/* What "equal" takes besides the value. */
typedef enum FilterWriting
{
	WRITTEN_PLAIN,     /* nothing: a literal */
	WRITTEN_ID,        /* nothing: an id */
	WRITTEN_TITLE,     /* under NOT the ids of the title */
	WRITTEN_REFERENCE, /* the object that the record is of */
	WRITTEN_ACTOR,     /* the type of the actor */
	WRITTEN_ACTOR_TYPE /* nothing: a literal, which tells of an actor's id what it takes */
} FilterWriting;

/* What $not_empty finds, if a class has it. */
typedef enum NotEmpty
{
	NOT_EMPTY_NONE,  /* Attio refuses it */
	NOT_EMPTY_EXACT, /* the rows whose column is not NULL */
	NOT_EMPTY_WIDER  /* these, and perhaps others */
} NotEmpty;

typedef struct FilterTraits
{
	ValueTraits value;
	FilterWriting writing;
	bool has_in;       /* $in takes several values */
	bool is_uncertain; /* the definitions may yet forbid to send what is exact */
	NotEmpty not_empty;
	const char *pivot; /* JSON: each value is on one side of it, so that it can be asked whether there is one */

	/* The condition object of a comparison; NULL: it cannot be sent without losing rows. */
	JsonTree *(*write)(TermOp op, Oid type, Datum value);

	/* NaN and the infinities, on their side of all values: -1, 1; else 0.  NULL: there are none. */
	int (*endless)(Oid type, Datum value);

	/* Does the comparison with a constant find in Attio just the rows that it does in SQL?  NULL: never. */
	bool (*is_exact)(const struct RemoteFacts *facts, TermOp op, Oid type, Datum value);

	/* Does "=" match in Attio no more than in SQL, so that $not loses no row?  NULL: not for certain. */
	bool (*can_differ)(const struct RemoteFacts *facts, Oid type);
} FilterTraits;

extern const FilterTraits *filter_traits(const PropertyDef *property);

/* Does the operand's type compare with this class as Attio would? */
extern bool filter_takes(const FilterTraits *traits, Oid type);

/*
 * The condition object of one comparison ({"$gte": ...}), or NULL when it
 * cannot be sent without losing rows; then nothing is.
 */
extern JsonTree *filter_compare(const FilterTraits *traits, TermOp op, Oid type, Datum value);

/* Can no value of this class compare so: with NaN, the infinities? */
extern bool filter_never(const FilterTraits *traits, TermOp op, Oid type, Datum value);

/* The condition of a row that has any value: a range on one side of a pivot. */
extern JsonTree *filter_beside_pivot(const FilterTraits *traits, bool above);

#endif /* ATTIO_TRAITS_H */
