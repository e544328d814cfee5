/*
 * partitions.c
 *		Parts of one table that show the same rows.
 *
 * Owns: the warning about partitions or inheriting tables that list the same
 * rows.  PostgreSQL does not check that a foreign table
 * keeps to the bounds of its partition, and what is made of it has each row
 * twice.  Makes no request.
 */
#include "plan/partitions.h"

#include "plan/relation_plan.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

/* The table of the query that this one is a part of; 0 = none. */
static Index
topmost_parent(PlannerInfo *root, Index rtindex)
{
	Index parent = 0;

	while (root->append_rel_array != NULL && root->append_rel_array[rtindex] != NULL &&
		   planner_rt_fetch(root->append_rel_array[rtindex]->parent_relid, root)->rtekind == RTE_RELATION)
		rtindex = parent = root->append_rel_array[rtindex]->parent_relid;
	return parent;
}

/* A table of ours that is a part of another one; else NULL. */
static const RemoteRelation *
part_of_table(const RelOptInfo *rel)
{
	const RelationPlan *plan = relation_plan_of(rel);

	return plan == NULL || rel->reloptkind != RELOPT_OTHER_MEMBER_REL ? NULL : plan->relation;
}

/* Warn of two partitions that show the same rows, once per session for each parent. */
static void
warn_of_same_rows(Oid parent, const RemoteRelation *one, const RemoteRelation *other)
{
	static List *warned = NIL; /* OIDs of parents */
	const char *hint = NULL;
	const char *rows = one->service->same_rows(one, other, &hint);
	MemoryContext saved;

	if (rows == NULL || list_member_oid(warned, parent))
		return;
	saved = MemoryContextSwitchTo(TopMemoryContext);
	warned = lappend_oid(warned, parent);
	MemoryContextSwitchTo(saved);
	ereport(WARNING,
			(errmsg("foreign tables \"%s\" and \"%s\" both list all rows of %s", one->name, other->name, rows),
			 errdetail("They are parts of table \"%s\", which shows each of these rows twice.", get_rel_name(parent)),
			 hint == NULL ? 0 : errhint("%s", hint)));
}

void
partitions_check(PlannerInfo *root, RelOptInfo *baserel)
{
	const RemoteRelation *relation = part_of_table(baserel);
	Index parent;

	if (relation == NULL || relation->service->same_rows == NULL)
		return;
	parent = topmost_parent(root, baserel->relid);
	for (int i = 1; i < root->simple_rel_array_size && parent != 0; i++)
	{
		const RelOptInfo *rel = root->simple_rel_array[i];
		const RemoteRelation *other = rel == baserel ? NULL : part_of_table(rel);

		if (other != NULL && rel->serverid == baserel->serverid && topmost_parent(root, i) == parent)
			warn_of_same_rows(planner_rt_fetch(parent, root)->relid, other, relation);
	}
}
