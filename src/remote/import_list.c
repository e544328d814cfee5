/*
 * import_list.c
 *		Which tables IMPORT FOREIGN SCHEMA names.
 *
 * Owns: the meaning of LIMIT TO and EXCEPT.  Must not know which tables there
 * are.
 */
#include "remote/import_list.h"

#include "base/errors.h"
#include "base/text_rows.h"

/* Is the table in the statement's list? */
static bool
is_listed(const ImportForeignSchemaStmt *stmt, const char *table)
{
	ListCell *lc;

	foreach(lc, stmt->table_list)
		if (strcmp(((RangeVar *) lfirst(lc))->relname, table) == 0)
			return true;
	return false;
}

bool
import_names(const ImportForeignSchemaStmt *stmt, const char *table)
{
	switch (stmt->list_type)
	{
		case FDW_IMPORT_SCHEMA_ALL:
			return true;
		case FDW_IMPORT_SCHEMA_LIMIT_TO:
			return is_listed(stmt, table);
		case FDW_IMPORT_SCHEMA_EXCEPT:
			return !is_listed(stmt, table);
	}
	return false;
}

void
import_warn_of_unknown(const ImportForeignSchemaStmt *stmt, List *tables)
{
	ListCell *lc;

	if (stmt->list_type != FDW_IMPORT_SCHEMA_LIMIT_TO)
		return;
	foreach(lc, stmt->table_list)
	{
		const char *wanted = ((RangeVar *) lfirst(lc))->relname;
		const char *nearest;

		if (list_has_text(tables, wanted))
			continue;
		nearest = closest_in_list(wanted, tables);
		ereport(WARNING, (errcode(ERRCODE_FDW_TABLE_NOT_FOUND),
						  errmsg("table \"%s\" does not exist in \"%s\"", wanted, stmt->remote_schema),
						  nearest != NULL ? errhint("Perhaps you meant \"%s\".", nearest) : 0));
	}
}
