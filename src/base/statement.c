/*
 * statement.c
 *		Utility statements that functions of ours run.
 */
#include "base/compat.h"

#include "base/statement.h"
#include "executor/spi.h"

/* Run a utility statement; the caller is connected to SPI.  Raises what it raises. */
void
statement_run(const char *statement)
{
	if (SPI_execute(statement, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not run: %s", statement);
}
