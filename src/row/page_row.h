/*
 * page_row.h
 *		One row of a page, as pages hand it to those who read it.
 */
#ifndef ROW_PAGE_ROW_H
#define ROW_PAGE_ROW_H

#include "base/compat.h"
#include "nodes/pg_list.h"
#include "remote/rowid.h"
#include "row/tokenizer.h"

struct Ask;

typedef struct PagerRow
{
	const TokPage *page;
	const TokRow *row;
	int id_leaf;       /* of its id; -1 = rows have none */
	const RowId *id;   /* as it was read with the page; NULL = it was not */
	const List *given; /* Given: what all rows of its listing have in common */
	int64 position;    /* in its listing, from 1 */

	const struct Ask *ask; /* what its listing asks for; NULL = nothing in particular, or nobody looks */
} PagerRow;

#endif /* ROW_PAGE_ROW_H */
