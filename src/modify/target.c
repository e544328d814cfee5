/*
 * target.c
 *		Planning of INSERT, UPDATE and DELETE.
 *
 * Owns: which tables can be written, and which columns a statement assigns.
 * Makes no request.
 */
#include "modify/modify_state.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "remote/service.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_type.h"
#include "foreign/fdwapi.h"
#include "nodes/makefuncs.h"
#include "optimizer/appendinfo.h"
#include "optimizer/inherit.h"
#include "optimizer/optimizer.h"

/* Do the options allow writing?  A saved view's rows are read-only. */
bool
target_is_updatable(const RemoteRelation *relation, Relation rel)
{
	ForeignTable *table = GetForeignTable(RelationGetRelid(rel));

	if (relation->resource->values == NULL || relation->view != NULL)
		return false;
	if (option_is_set(table->options, "updatable"))
		return option_bool(service_of_server(table->serverid)->options, table->options, ForeignTableRelationId,
						   "updatable");
	return option_bool(service_of_server(table->serverid)->options, GetForeignServer(table->serverid)->options,
					   ForeignServerRelationId, "updatable");
}

/* IsForeignRelUpdatable */
static int
attio_is_updatable(Relation rel)
{
	RemoteRelation *relation = remote_relation_open(rel);

	return target_is_updatable(relation, rel) ? (1 << CMD_INSERT) | (1 << CMD_UPDATE) | (1 << CMD_DELETE) : 0;
}

/* The column that shows the row's id, or 0. */
static AttrNumber
key_column(const RemoteRelation *relation, TupleDesc tupdesc)
{
	for (int i = 1; i <= tupdesc->natts; i++)
		if (compat_is_stored(TupleDescAttr(tupdesc, i - 1)) && column_hint(relation, i)->is_key)
			return i;
	return 0;
}

/*
 * The name of the plan's entry that holds the ids.  Children of one parent may
 * have them at different places, and entries of one name must be alike.
 */
char *
target_key_junk(const RemoteRelation *relation, Relation rel)
{
	return psprintf("attio_key_%d", key_column(relation, RelationGetDescr(rel)));
}

/*
 * What cannot be written at all: an ERROR with the server's own words, before
 * anything else is missed of the table.
 */
static void
check_is_updatable(const RemoteRelation *relation, Relation rel, CmdType operation)
{
	const char *name = RelationGetRelationName(rel);

	if (target_is_updatable(relation, rel))
		return;
	ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					operation == CMD_DELETE ? errmsg("foreign table \"%s\" does not allow deletes", name)
											: errmsg("foreign table \"%s\" does not allow updates", name),
					relation->resource->values == NULL
						? errdetail("Tables of records and of entries of lists can be written; this one shows \"%s\".",
									relation->resource->name)
					: relation->view != NULL ? errdetail("It shows a saved view, which can only be read.")
											 : errdetail("Option updatable of the table or its server is false.")));
}

/* AddForeignUpdateTargets: the id, and of an UPDATE the old row, to see what differs. */
static void
attio_add_update_targets(PlannerInfo *root, Index rtindex, RangeTblEntry *target_rte, Relation target)
{
	RemoteRelation *relation = remote_relation_open(target);
	AttrNumber key = key_column(relation, RelationGetDescr(target));

	(void) target_rte;
	check_is_updatable(relation, target, root->parse->commandType);
	if (key == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_COLUMN_NUMBER),
				 errmsg("foreign table \"%s\" has no column that shows the rows' ids", RelationGetRelationName(target)),
				 errhint("Add a column %s of type uuid.", resource_id_name(relation->resource))));
	add_row_identity_var(root, makeVar(rtindex, key, UUIDOID, -1, InvalidOid, 0), rtindex,
						 target_key_junk(relation, target));
	/* of an UPDATE the server asks for the old row itself; of a DELETE it is for the log and RETURNING */
	if (root->parse->commandType == CMD_DELETE)
		add_row_identity_var(root, makeVar(rtindex, InvalidAttrNumber, RECORDOID, -1, InvalidOid, 0), rtindex,
							 ROW_JUNK);
}

/* The columns of an UPDATE that the statement assigns, as an IntList. */
static List *
assigned_columns(PlannerInfo *root, Index rtindex, Relation rel)
{
	Bitmapset *updated = compat_updated_columns(root, rtindex, rel);
	List *columns = NIL;

	for (int i = 1; i <= RelationGetNumberOfAttributes(rel); i++)
		if (compat_is_stored(TupleDescAttr(RelationGetDescr(rel), i - 1)) &&
			bms_is_member(i - FirstLowInvalidHeapAttributeNumber, updated))
			columns = lappend_int(columns, i);
	return columns;
}

/* All columns, as an IntList. */
List *
target_all_columns(Relation rel)
{
	List *columns = NIL;

	for (int i = 1; i <= RelationGetNumberOfAttributes(rel); i++)
		if (compat_is_stored(TupleDescAttr(RelationGetDescr(rel), i - 1)))
			columns = lappend_int(columns, i);
	return columns;
}

/* Columns as in a range table entry. */
Bitmapset *
target_column_set(List *columns)
{
	Bitmapset *set = NULL;
	ListCell *lc;

	foreach(lc, columns)
		set = bms_add_member(set, lfirst_int(lc) - FirstLowInvalidHeapAttributeNumber);
	return set;
}

/* PlanForeignModify: makes no request. */
static List *
attio_plan_modify(PlannerInfo *root, ModifyTable *plan, Index rtindex, int subplan_index)
{
	Relation rel = table_open(planner_rt_fetch(rtindex, root)->relid, NoLock);
	List *open = NIL;
	Qualification found = plan->operation == CMD_INSERT ? QUALIFIED : qualification(root, rtindex, rel, &open);
	List *named = plan->operation == CMD_UPDATE ? assigned_columns(root, rtindex, rel) : NIL;
	List *columns = named;

	(void) subplan_index;
	/* defaults and triggers fill columns, too */
	if (plan->operation == CMD_INSERT ||
		(plan->operation == CMD_UPDATE && rel->trigdesc != NULL && rel->trigdesc->trig_update_before_row))
		columns = target_all_columns(rel);
	table_close(rel, NoLock);
	return lappend(list_make5((Node *) columns, (Node *) named, makeInteger((int) found),
							  makeInteger(plan->onConflictAction == ONCONFLICT_NOTHING), (Node *) open),
				   makeInteger((int) rtindex));
}

/* Put them into the table of callbacks. */
void
target_set_callbacks(FdwRoutine *routine)
{
	routine->IsForeignRelUpdatable = attio_is_updatable;
	routine->AddForeignUpdateTargets = attio_add_update_targets;
	routine->PlanForeignModify = attio_plan_modify;
}
