/*
 * affinity_options.c
 *		The options that are Affinity's own.
 *
 * Owns: their names, kinds and defaults, and the rules between them.  Must not
 * know how an option is used.
 */
#include "affinity/affinity_options.h"

#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"

/* A table shows one collection. */
static void
check_together(List *options, Oid place)
{
	if (place == ForeignTableRelationId && !option_is_set(options, "resource"))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND), errmsg("a foreign table needs the option \"resource\""),
				 errhint("For example: OPTIONS (resource 'interactions').")));
}

const OptionSet affinity_options = {
	.default_url = "https://api.affinity.co",
	.check_together = check_together,
};
