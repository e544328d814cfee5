/*
 * target.h
 *		Planning of INSERT, UPDATE and DELETE, without a request.
 */
#ifndef MODIFY_TARGET_H
#define MODIFY_TARGET_H

#include "base/compat.h"
#include "foreign/fdwapi.h"
#include "modify/send.h"

/* The plan's entry that holds the old row. */
#define TARGET_ROW_JUNK "wholerow"

/* Callbacks of the server. */
extern int is_foreign_rel_updatable(Relation rel);
extern void exec_foreign_truncate(List *rels, DropBehavior behavior, bool restart_seqs);
extern void add_foreign_update_targets(PlannerInfo *root, Index rtindex, RangeTblEntry *target_rte, Relation target);
extern List *plan_foreign_modify(PlannerInfo *root, ModifyTable *plan, Index rtindex, int subplan_index);

/*
 * The name of the plan's entry that holds the ids.  Children of one parent may
 * have them at different places, and entries of one name must be alike.
 */
extern char *target_key_junk(const RemoteRelation *relation, Relation rel);

/* Can rows of the table be created, updated, deleted?  A saved view's can not, nor where an option says so. */
extern bool target_allows(const RemoteRelation *relation, CmdType operation);

/* What an INSERT does: creates rows, or by option matching_attribute updates those that match. */
extern WriteAction target_insert_action(const RemoteRelation *relation);

/* How the table's rows are made to what is sent: by the service, or field by field. */
extern const WriteMethods *target_methods(const RemoteRelation *relation);

/* All columns, as an IntList. */
extern List *target_all_columns(Relation rel);

/* Columns of an IntList as in a range table entry. */
extern Bitmapset *target_column_set(List *columns);

#endif /* MODIFY_TARGET_H */
