/*
 * statement.c
 *		Statements that functions of ours run.
 */
#include "base/compat.h"

#include "base/statement.h"
#include "executor/spi.h"
#include "utils/guc.h"

/* Run a utility statement; the caller is connected to SPI.  Raises what it raises. */
void
statement_run(const char *statement)
{
	if (SPI_execute(statement, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not run: %s", statement);
}

/*
 * Read the system catalogs, into SPI_tuptable; the caller is connected to SPI.
 * Names and operators of the query are those of pg_catalog, whatever the
 * session's search_path has: operators of others would run as the caller.
 */
void
catalog_query(const char *query)
{
	int level = NewGUCNestLevel();

	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
							 false);
	if (SPI_execute(query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the catalogs");
	AtEOXact_GUC(true, level);
}
