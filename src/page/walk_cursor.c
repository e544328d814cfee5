/*
 * walk_cursor.c
 *		Pages that each say where the next one begins.
 *
 * Owns: the cursors that came.  A page without rows is not the end, a page
 * without a cursor is.  Rows that move from one page to the next are known by
 * their ids and left out; what moves further is what the service makes of it.
 */
#include "page/walk.h"

#include "catalog/pg_type.h"

/* The rows of the page before this one count as handed out, and these will. */
static void
keep_one_page(Walk *walk, const WalkPage *page)
{
	WalkIds last = walk->handed;

	walk->handed = walk->before;
	walk->before = last;
	walk->handed.n = 0;
	qsort(walk->before.ids, walk->before.n, sizeof(RowId), rowid_compare);
	if (page->nrows > 0 && page->keys[0].id.length > 0)
		walk_remember(walk, page, 0, INT_MAX);
}

/* On to the cursor of the page, unless there is none or it was there before. */
static WalkStep
judge_cursor(Walk *walk, const WalkPage *page)
{
	WalkStep step = {WALK_END, 0, NULL};
	RowId place;

	keep_one_page(walk, page);
	walk->next.offset += (int64) page->nrows;
	if (page->next == NULL || page->next[0] == '\0')
		return step;
	(void) rowid_parse(&place, TEXTOID, page->next, strlen(page->next));
	step.verdict = seen_before(&walk->places, walk->context, &place) ? WALK_CIRCLE : WALK_ON;
	if (walk->next.cursor != NULL)
		pfree(unconstify(char *, walk->next.cursor));
	walk->next.cursor = MemoryContextStrdup(walk->context, page->next);
	return step;
}

const WalkMethods walk_cursor = {.name = "by cursor", .judge = judge_cursor};
