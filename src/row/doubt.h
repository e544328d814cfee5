/*
 * doubt.h
 *		Does a page fit the definitions by which it is read?
 *
 * Answers are keyed by the names of attributes, and names change hands.  Within metadata_ttl a page
 * may show that the definitions are out of date: a key that no row has, values
 * of another type.
 */
#ifndef ROW_DOUBT_H
#define ROW_DOUBT_H

#include "remote/table.h"
#include "row/page_row.h"

typedef enum Doubt
{
	DOUBT_NONE,
	DOUBT_KEY,  /* no row of the page has the attribute */
	DOUBT_TYPE, /* its values are another type's */
} Doubt;

/* What has been seen of one column. */
typedef struct Trust
{
	const char *type;     /* that values have by the definition */
	const char *type_key; /* the name of the member that says it, in quotes; NULL = there is none */
	uint64_t page;        /* serial of the page whose values were looked at */
	uint64_t key_page;    /* and of the one in which a row has the key */
	bool may_lack;        /* the definitions are as they were: a key that is missing is NULL */
} Trust;

extern Doubt doubt_of(Trust *trust, const PagerRow *row, const TokSlice *list, int leaf);
extern void doubt_raise_changed(const RemoteRelation *relation);
extern void doubt_raise_type(const RemoteRelation *relation, const ColumnBinding *binding);

#endif /* ROW_DOUBT_H */
