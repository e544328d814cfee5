/*
 * partitions.c
 *		Parts of one table that show the same rows.
 *
 * Owns: the warning about partitions or inheriting tables that list the same
 * object or list as a whole.  PostgreSQL does not check that a foreign table
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

/* What a part lists, if it lists all of an object or list; else NULL. */
static const RemoteRelation *
whole_listing(const RelOptInfo *rel)
{
	const RelationPlan *plan = relation_plan_of(rel);
	const RemoteRelation *relation;

	if (plan == NULL || rel->reloptkind != RELOPT_OTHER_MEMBER_REL)
		return NULL;
	relation = plan->relation;
	return relation->resource->values != NULL && relation->view == NULL ? relation : NULL;
}

/* Do both list the same object or list? */
static bool
is_same_listing(const RemoteRelation *one, const RemoteRelation *other)
{
	const TargetDef *first = one->target;
	const TargetDef *second = other->target;

	if (first->kind != second->kind)
		return false;
	if (first->id != NULL && second->id != NULL)
		return pg_strcasecmp(first->id, second->id) == 0;
	return strcmp(first->slug, second->slug) == 0;
}

/* Once a session for each parent. */
static void
warn_of_same_rows(Oid parent, const RemoteRelation *one, const RemoteRelation *other)
{
	static List *warned = NIL; /* OIDs of parents */
	MemoryContext saved;

	if (list_member_oid(warned, parent))
		return;
	saved = MemoryContextSwitchTo(TopMemoryContext);
	warned = lappend_oid(warned, parent);
	MemoryContextSwitchTo(saved);
	ereport(WARNING,
			(errmsg("foreign tables \"%s\" and \"%s\" both list all rows of %s \"%s\"", one->name, other->name,
					one->target->kind->noun, target_identifier(one->target)),
			 errdetail("They are parts of table \"%s\", which shows each of these rows twice.", get_rel_name(parent)),
			 errhint("Set the option view of each to a saved view that holds only its own rows.")));
}

void
partitions_check(PlannerInfo *root, RelOptInfo *baserel)
{
	const RemoteRelation *relation = whole_listing(baserel);
	Index parent = relation == NULL ? 0 : topmost_parent(root, baserel->relid);

	for (int i = 1; i < root->simple_rel_array_size && parent != 0; i++)
	{
		const RelOptInfo *other = root->simple_rel_array[i];
		const RemoteRelation *listed = other == baserel ? NULL : whole_listing(other);

		if (listed != NULL && other->serverid == baserel->serverid && is_same_listing(listed, relation) &&
			topmost_parent(root, i) == parent)
			warn_of_same_rows(planner_rt_fetch(parent, root)->relid, listed, relation);
	}
}
