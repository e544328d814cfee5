/*
 * walk_cursor.c
 *		Pages that each say where the next one begins.
 *
 * Owns: the cursors that came.  A page without rows is not the end, a page
 * without a cursor is.  A cursor that came before leads nowhere.  A row of the
 * page before that comes again says that rows have moved, so that others may
 * have been skipped.
 */
#include "page/walk.h"

#include "catalog/pg_type.h"

/* The rows of the page before this one count as handed out, and these will; in the order of their ids. */
static void
keep_one_page(Walk *walk, const WalkPage *page)
{
	WalkIds last = walk->handed;

	walk->handed = walk->before;
	walk->before = last;
	walk->handed.n = 0;
	if (page->nrows > 0 && page->keys[0].id.length > 0)
		walk_remember(walk, page, 0, INT_MAX);
	qsort(walk->handed.ids, walk->handed.n, sizeof(RowId), rowid_compare);
}

/* Does a row come twice: on this page, or on the page before it, too? */
static bool
has_repeated_row(const Walk *walk)
{
	const WalkIds *present = &walk->handed;

	for (int i = 0; i < present->n; i++)
		if (walk_was_handed(walk, &present->ids[i]) ||
			(i > 0 && rowid_compare(&present->ids[i - 1], &present->ids[i]) == 0))
			return true;
	return false;
}

/* On to the cursor of the page, unless there is none or it was there before. */
static WalkStep
judge_cursor(Walk *walk, const WalkPage *page)
{
	WalkStep step = {WALK_END, 0, NULL};
	RowId place;

	keep_one_page(walk, page);
	if (has_repeated_row(walk))
		return walk_give_up(walk, "A row of a page came again, on the same page or on the next one.");
	walk->next.offset += (int64) page->nrows;
	if (page->next == NULL || page->next[0] == '\0')
		return step;
	(void) rowid_parse(&place, TEXTOID, page->next, strlen(page->next));
	step.verdict = seen_before(&walk->places, walk->context, &place, 0) ? WALK_CIRCLE : WALK_ON;
	if (walk->next.cursor != NULL)
		pfree(unconstify(char *, walk->next.cursor));
	walk->next.cursor = MemoryContextStrdup(walk->context, page->next);
	return step;
}

const WalkMethods walk_cursor = {.name = "by cursor", .judge = judge_cursor};
