/*
 * check.c
 *		What a check of the connection with a service is made of.
 *
 * Owns: the rows of a run.
 */
#include "remote/check.h"

/* Add a row; the texts belong to the caller, and live as long as the run. */
void
check_add(CheckRun *run, const char *name, CheckStatus status, const char *meaning, const char *action)
{
	CheckRow *row = (CheckRow *) palloc(sizeof(CheckRow));

	row->name = name;
	row->status = status;
	row->meaning = meaning;
	row->action = action;
	run->rows = lappend(run->rows, row);
}
