/*
 * lateral.c
 *		LATERAL items beside tables of ours.
 *
 * Owns: that the rows of one evaluation are not taken for all of the item when
 * different values are counted.  Of the keys that a list VALUES (w.a), (w.b)
 * makes of ten thousand rows the server counts two otherwise, and a join that
 * asks for each looks like two requests.  Where the number of rows is unknown (0)
 * each row has a key of its own, to the server as to us.
 */
#include "plan/hooks.h"

#include "base/compat.h"
#include "foreign/fdwapi.h"
#include "optimizer/paths.h"
#include "scan/foreign_scan.h"

static set_rel_pathlist_hook_type previous_pathlist_hook = NULL;

/* Is there a table of ours in the query? */
static bool
has_our_table(PlannerInfo *root)
{
	for (int i = 1; i < root->simple_rel_array_size; i++)
	{
		const RelOptInfo *rel = root->simple_rel_array[i];

		if (rel != NULL && is_our_routine(rel->fdwroutine))
			return true;
	}
	return false;
}

/* set_rel_pathlist_hook: the item's own paths are there, which is all that its rows of one evaluation are right for */
static void
forget_rows_of_item(PlannerInfo *root, RelOptInfo *rel, Index rti, RangeTblEntry *rte)
{
	if (previous_pathlist_hook != NULL)
		previous_pathlist_hook(root, rel, rti, rte);
	if (rte->rtekind != RTE_RELATION && !bms_is_empty(rel->lateral_relids) && has_our_table(root))
		rel->tuples = 0;
}

void
lateral_init(void)
{
	previous_pathlist_hook = set_rel_pathlist_hook;
	set_rel_pathlist_hook = forget_rows_of_item;
}
