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

/* On to the cursor of the page, unless there is none or it was there before. */
static WalkStep
judge_cursor(Walk *walk, const WalkPage *page)
{
	WalkStep step = {WALK_END, 0, NULL};
	RowId place;

	walk_turn(walk, page, 0);
	if (walk_repeats(walk, page))
		return walk_give_up(walk, WALK_REPEATS);
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
