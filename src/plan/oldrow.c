/*
 * oldrow.c
 *		Which columns of the rows that an UPDATE or DELETE finds have to be read.
 *
 * Owns: that choice.  The planner asks for whole rows, though only what is
 * assigned, returned, checked or seen by triggers is looked at.  The others are
 * left out, so that one whose attribute is gone, or whose values do not fit, does
 * no harm to a statement that does not name it.
 */
#include "plan/oldrow.h"

#include "access/sysattr.h"
#include "base/text_index.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/inherit.h"
#include "optimizer/optimizer.h"
#include "utils/partcache.h"

#define WHOLE_ROW (InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber)

bool
oldrow_is_target(PlannerInfo *root, const RelOptInfo *baserel)
{
	return (root->parse->commandType == CMD_UPDATE || root->parse->commandType == CMD_DELETE) &&
		   bms_is_member(baserel->relid, root->leaf_result_relids);
}

/* A whole row that the query itself wants is of the table's type. */
bool
oldrow_is_whole(const Node *node, Index relid)
{
	const Var *var = (const Var *) node;

	return IsA(node, Var) && var->varno == (int) relid && var->varattno == InvalidAttrNumber &&
		   var->vartype == RECORDOID;
}

/* Columns of the statement's target as columns of the relation, which may be a child of it. */
static Bitmapset *
as_child(PlannerInfo *root, Index relid, const Bitmapset *columns)
{
	AppendRelInfo *child = root->append_rel_array == NULL ? NULL : root->append_rel_array[relid];
	Bitmapset *parents;
	Bitmapset *own = NULL;
	ListCell *lc;

	if (child == NULL || relid == (Index) root->parse->resultRelation)
		return bms_copy(columns);
	parents = as_child(root, child->parent_relid, columns);
	if (bms_is_member(WHOLE_ROW, parents))
		own = bms_add_member(own, WHOLE_ROW);
	foreach(lc, child->translated_vars)
	{
		const Var *column = (const Var *) lfirst(lc);

		if (column != NULL && IsA(column, Var) &&
			bms_is_member(foreach_current_index(lc) + 1 - FirstLowInvalidHeapAttributeNumber, parents))
			own = bms_add_member(own, column->varattno - FirstLowInvalidHeapAttributeNumber);
	}
	return own;
}

/* What RETURNING and the conditions of policies and views look at. */
static Bitmapset *
named_columns(PlannerInfo *root)
{
	Bitmapset *columns = NULL;
	ListCell *lc;

	pull_varattnos((Node *) root->parse->returningList, root->parse->resultRelation, &columns);
	foreach(lc, root->parse->withCheckOptions)
		pull_varattnos(lfirst_node(WithCheckOption, lc)->qual, root->parse->resultRelation, &columns);
	return columns;
}

/* What generation expressions and the bounds of the partition look at. */
static Bitmapset *
computed_columns(Relation rel)
{
	const TupleConstr *constraints = RelationGetDescr(rel)->constr;
	Bitmapset *columns = NULL;

	if (constraints != NULL && constraints->has_generated_stored)
		for (int i = 0; i < constraints->num_defval; i++)
			if (TupleDescAttr(RelationGetDescr(rel), constraints->defval[i].adnum - 1)->attgenerated != '\0')
				pull_varattnos((Node *) stringToNode(constraints->defval[i].adbin), 1, &columns);
	if (rel->rd_rel->relispartition)
		pull_varattnos((Node *) RelationGetPartitionQual(rel), 1, &columns);
	return columns;
}

/* Is the field sent with that of one of these columns? */
static bool
is_sent_with_any(const FieldDef *field, const ColumnHint *const *hints, const List *columns)
{
	const ListCell *lc;

	foreach(lc, columns)
		if (fields_are_sent_together(hints[lfirst_int(lc)]->field, field))
			return true;
	return false;
}

/*
 * The other columns whose values change together with these: those of the same
 * attribute, and fields that are sent as one.  The log shows them.
 */
static Bitmapset *
add_siblings(RelationPlan *plan, Relation rel, Bitmapset *columns)
{
	Bitmapset *all = bms_copy(columns);
	int natts = RelationGetNumberOfAttributes(rel);
	const ColumnHint **hints = (const ColumnHint **) palloc0(sizeof(ColumnHint *) * (natts + 1));
	TextIndex *attributes = text_index_make(false);
	List *fields = NIL;

	for (int i = 1; i <= natts; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!compat_is_stored(TupleDescAttr(RelationGetDescr(rel), i - 1)))
			continue;
		hints[i] = column_hint(plan->relation, (AttrNumber) i);
		if (!bms_is_member(i - FirstLowInvalidHeapAttributeNumber, columns))
			continue;
		if (hints[i]->field != NULL)
			fields = lappend_int(fields, i);
		else if (hints[i]->attribute_name != NULL)
			text_index_add(attributes, hints[i]->attribute_name, hints[i]);
	}
	for (int i = 1; i <= natts; i++)
	{
		bool changes = hints[i] != NULL && hints[i]->field != NULL && is_sent_with_any(hints[i]->field, hints, fields);

		if (hints[i] != NULL && hints[i]->field == NULL && hints[i]->attribute_name != NULL)
			changes = text_index_find(attributes, hints[i]->attribute_name) != NULL;
		if (changes)
			all = bms_add_member(all, i - FirstLowInvalidHeapAttributeNumber);
	}
	return all;
}

/* Those that are sent whatever is assigned, and those that say parts of the path by which a row is written. */
static Bitmapset *
needed_columns(RelationPlan *plan, Relation rel, bool is_update)
{
	const ResourceDef *resource = plan->relation->resource;
	const char *path = is_update ? resource->update.path : resource->delete.path;
	Bitmapset *columns = NULL;

	for (int i = 1; i <= RelationGetNumberOfAttributes(rel) && path != NULL; i++)
	{
		const FieldDef *field = compat_is_stored(TupleDescAttr(RelationGetDescr(rel), i - 1))
									? column_hint(plan->relation, (AttrNumber) i)->field
									: NULL;

		if (field != NULL && ((is_update && field->always_sent) || path_part_of_field(resource, field, path) != NULL ||
							  is_of_identity(resource, field)))
			columns = bms_add_member(columns, i - FirstLowInvalidHeapAttributeNumber);
	}
	return columns;
}

Bitmapset *
oldrow_columns(PlannerInfo *root, const RelOptInfo *baserel, RelationPlan *plan, Relation rel)
{
	bool is_update = root->parse->commandType == CMD_UPDATE;
	const TriggerDesc *triggers = rel->trigdesc;
	Bitmapset *columns;

	if (triggers != NULL && (is_update ? triggers->trig_update_before_row || triggers->trig_update_after_row
									   : triggers->trig_delete_before_row || triggers->trig_delete_after_row))
		return bms_make_singleton(WHOLE_ROW);
	columns = as_child(root, baserel->relid, named_columns(root));
	columns = bms_join(columns, needed_columns(plan, rel, is_update));
	if (!is_update)
		return columns;
	columns = bms_join(columns, computed_columns(rel));
	return bms_join(columns, add_siblings(plan, rel, compat_updated_columns(root, baserel->relid, rel)));
}
