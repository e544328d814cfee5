/*
 * target.c
 *		Planning of INSERT, UPDATE and DELETE.
 *
 * Owns: which tables can be written, and which columns a statement assigns.
 * Makes no request.
 */
#include "modify/target.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_type.h"
#include "foreign/fdwapi.h"
#include "modify/flat.h"
#include "modify/modify_plan.h"
#include "modify/restore.h"
#include "nodes/makefuncs.h"
#include "optimizer/appendinfo.h"
#include "optimizer/inherit.h"
#include "optimizer/optimizer.h"
#include "remote/service.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

const WriteMethods *
target_methods(const RemoteRelation *relation)
{
	return relation->resource->values != NULL ? relation->service->writing : &flat_writing;
}

WriteAction
target_insert_action(const RemoteRelation *relation)
{
	return relation->matching != NULL ? ACTION_MATCH : ACTION_CREATE;
}

/* The endpoint that the operation needs. */
static const Access *
access_of_operation(const RemoteRelation *relation, CmdType operation)
{
	return write_access(relation->resource, operation == CMD_INSERT   ? target_insert_action(relation)
											: operation == CMD_UPDATE ? ACTION_UPDATE
																	  : ACTION_DELETE);
}

/* Do the options of the table and its server allow writing? */
static bool
is_allowed_by_options(const RemoteRelation *relation)
{
	const OptionSet *set = relation->service->options;
	ForeignTable *table = GetForeignTable(relation->table);

	if (option_is_set(table->options, "updatable"))
		return option_bool(set, table->options, ForeignTableRelationId, "updatable");
	return option_bool(set, GetForeignServer(table->serverid)->options, ForeignServerRelationId, "updatable");
}

bool
target_allows(const RemoteRelation *relation, CmdType operation)
{
	return access_of_operation(relation, operation)->path != NULL && relation->view == NULL &&
		   is_allowed_by_options(relation);
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

char *
target_key_junk(const RemoteRelation *relation, Relation rel)
{
	return psprintf("remote_key_%d", key_column(relation, RelationGetDescr(rel)));
}

/* Operations that write, in the words of messages. */
static const struct
{
	CmdType operation;
	const char *statement;
	const char *nouns;
	const char *done;
} writes[] = {{CMD_INSERT, "INSERT", "inserts", "created"},
			  {CMD_UPDATE, "UPDATE", "updates", "updated"},
			  {CMD_DELETE, "DELETE", "deletes", "deleted"}};

/* What the table allows, where it allows anything. */
static char *
allowed_statements(const RemoteRelation *relation)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, "SELECT");
	for (int i = 0; i < (int) lengthof(writes); i++)
		if (target_allows(relation, writes[i].operation))
			appendStringInfo(&text, ", %s", writes[i].statement);
	return text.data;
}

/* What allows the writes that an option forbids: the option of the table, where it has one, and else of its server. */
static int
hint_option(Relation rel)
{
	ForeignTable *table = GetForeignTable(RelationGetRelid(rel));

	if (option_is_set(table->options, "updatable"))
		return errhint(
			"The owner of the table can run ALTER FOREIGN TABLE %s OPTIONS (SET updatable 'true');",
			quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)), RelationGetRelationName(rel)));
	return errhint("The owner of the server can run ALTER SERVER %s OPTIONS (SET updatable 'true');",
				   quote_identifier(GetForeignServer(table->serverid)->servername));
}

/* What to do instead: archive what cannot be deleted, or what the table allows. */
static int
hint_instead(const RemoteRelation *relation, Relation rel, CmdType operation)
{
	const char *archived_by = relation->resource->archived_by;

	if (operation == CMD_DELETE && archived_by != NULL && target_allows(relation, CMD_UPDATE))
		return errhint("To archive them, run UPDATE %s SET %s = true WHERE ...;",
					   quote_identifier(RelationGetRelationName(rel)), quote_identifier(archived_by));
	return errhint("The table allows %s.", allowed_statements(relation));
}

/* The table does not allow it: an ERROR in the server's own words, before any other check. */
static void
check_is_allowed(const RemoteRelation *relation, Relation rel, CmdType operation)
{
	bool can_be = access_of_operation(relation, operation)->path != NULL;
	int at = operation == CMD_INSERT ? 0 : operation == CMD_UPDATE ? 1 : 2;

	if (target_allows(relation, operation))
		return;
	ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					errmsg("foreign table \"%s\" does not allow %s", RelationGetRelationName(rel), writes[at].nouns),
					!can_be                  ? errdetail("Rows of \"%s\" in %s cannot be %s.", relation->resource->name,
														 relation->service->title, writes[at].done)
					: relation->view != NULL ? errdetail("It shows a saved view, which can only be read.")
											 : errdetail("Option updatable of the table or its server is false."),
					relation->view != NULL ? errhint("Write to a table without the option \"view\".")
					: can_be               ? hint_option(rel)
					: relation->resource->read_only_hint != NULL ? errhint("%s", relation->resource->read_only_hint)
																 : hint_instead(relation, rel, operation)));
}

/*
 * IsForeignRelUpdatable.  COPY into a table that does not allow it has its error
 * here: the server's own would not say why.
 */
int
is_foreign_rel_updatable(Relation rel)
{
	static const CmdType operations[] = {CMD_INSERT, CMD_UPDATE, CMD_DELETE};
	RemoteRelation *relation = remote_relation_open(rel);
	int allowed = 0;

	if (restore_is_copied_into(rel))
		check_is_allowed(relation, rel, CMD_INSERT);
	for (int i = 0; i < (int) lengthof(operations); i++)
		if (target_allows(relation, operations[i]))
			allowed |= 1 << operations[i];
	return allowed;
}

/* ExecForeignTruncate: an ERROR, which says what to do instead. */
void
exec_foreign_truncate(List *rels, DropBehavior behavior, bool restart_seqs)
{
	Relation rel = (Relation) linitial(rels);
	RemoteRelation *relation = remote_relation_open(rel);

	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot truncate foreign table \"%s\"", RelationGetRelationName(rel)),
			 errdetail("%s has no request that deletes all rows.", relation->service->title),
			 target_allows(relation, CMD_DELETE) ? errhint("DELETE sends a request for each row.")
												 : errhint("The table allows %s.", allowed_statements(relation))));
}

/* AddForeignUpdateTargets: add the id and, for UPDATE, the old row, to see which values differ. */
void
add_foreign_update_targets(PlannerInfo *root, Index rtindex, RangeTblEntry *target_rte, Relation target)
{
	RemoteRelation *relation = remote_relation_open(target);
	AttrNumber key = key_column(relation, RelationGetDescr(target));

	check_is_allowed(relation, target, root->parse->commandType);
	if (key == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_COLUMN_NUMBER),
				 errmsg("foreign table \"%s\" has no column that shows the rows' ids", RelationGetRelationName(target)),
				 errhint("Add a column %s of type %s.", resource_id_name(relation->resource),
						 format_type_be(relation->resource->id_type))));
	add_row_identity_var(
		root, makeVar(rtindex, key, relation->resource->id_type, -1, get_typcollation(relation->resource->id_type), 0),
		rtindex, target_key_junk(relation, target));
	/* of an UPDATE the server asks for the old row itself; of a DELETE it is for the log and RETURNING */
	if (root->parse->commandType == CMD_DELETE)
		add_row_identity_var(root, makeVar(rtindex, InvalidAttrNumber, RECORDOID, -1, InvalidOid, 0), rtindex,
							 TARGET_ROW_JUNK);
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

List *
target_all_columns(Relation rel)
{
	List *columns = NIL;

	for (int i = 1; i <= RelationGetNumberOfAttributes(rel); i++)
		if (compat_is_stored(TupleDescAttr(RelationGetDescr(rel), i - 1)))
			columns = lappend_int(columns, i);
	return columns;
}

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
List *
plan_foreign_modify(PlannerInfo *root, ModifyTable *plan, Index rtindex, int subplan_index)
{
	Relation rel = table_open(planner_rt_fetch(rtindex, root)->relid, NoLock);
	ModifyPlan modify = {.found = QUALIFIED, .target = rtindex};

	modify.skips_conflicts = plan->onConflictAction == ONCONFLICT_NOTHING;
	if (plan->operation == CMD_INSERT)
		check_is_allowed(remote_relation_open(rel), rel, CMD_INSERT);
	if (plan->operation != CMD_INSERT)
		modify.found = qualification(root, rtindex, rel, &modify.open);
	if (plan->operation == CMD_UPDATE)
		modify.named = modify.columns = assigned_columns(root, rtindex, rel);
	/* defaults and triggers fill columns, too */
	if (plan->operation == CMD_INSERT ||
		(plan->operation == CMD_UPDATE && rel->trigdesc != NULL && rel->trigdesc->trig_update_before_row))
		modify.columns = target_all_columns(rel);
	table_close(rel, NoLock);
	return modify_plan_to_nodes(&modify);
}
