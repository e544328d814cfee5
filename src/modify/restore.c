/*
 * restore.c
 *		Dumps that are restored must not write to a service.
 *
 * Owns: when rows come from a dump.  pg_dump --include-foreign-data writes COPY,
 * or with --inserts INSERT; the rows are there already, and would be created a
 * second time.  Must not know what is sent.
 */
#include "modify/restore.h"

#include "base/guc.h"
#include "catalog/namespace.h"
#include "catalog/pg_foreign_table.h"
#include "nodes/parsenodes.h"
#include "remote/service.h"
#include "tcop/pquery.h"

/*
 * Does a script of pg_dump run?  Each begins with these two settings, which hold
 * until the session ends; nothing else is known to set both.
 */
static bool
is_restoring(void)
{
	const char *path = namespace_search_path == NULL ? "pg_catalog" : namespace_search_path;

	return !check_function_bodies && (path[0] == '\0' || strcmp(path, "\"\"") == 0);
}

bool
restore_is_copied_into(Relation rel)
{
	ListCell *lc;

	if (ActivePortal == NULL)
		return false;
	foreach(lc, ActivePortal->stmts)
	{
		const PlannedStmt *planned = lfirst_node(PlannedStmt, lc);
		const CopyStmt *copy = (const CopyStmt *) planned->utilityStmt;

		if (copy != NULL && IsA(copy, CopyStmt) && copy->is_from && copy->relation != NULL &&
			RangeVarGetRelid(copy->relation, NoLock, true) == RelationGetRelid(rel))
			return true;
	}
	return false;
}

void
restore_check(Relation rel, bool is_copy)
{
	ForeignTable *table = GetForeignTable(RelationGetRelid(rel));
	const Service *service = service_of_server(table->serverid);

	if (setting_allow_copy || option_bool(service->options, table->options, ForeignTableRelationId, "allow_copy") ||
		(!is_copy && !is_restoring()))
		return;
	ereport(
		ERROR,
		(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		 is_copy ? errmsg("COPY into foreign table \"%s\" is refused", RelationGetRelationName(rel))
				 : errmsg("INSERT of a dump into foreign table \"%s\" is refused", RelationGetRelationName(rel)),
		 errdetail(
			 "It would create every row again in %s, which already has the rows of a dump; ROLLBACK cannot undo that.",
			 service->title),
		 errhint(
			 "Use SET attio_fdw.allow_copy = on to allow it in this session, or the option allow_copy of the table.")));
}
