/*
 * told.c
 *		Does a row tell the extras that its columns show?
 *
 * Owns: when a member that is missing means that there is no value, and when that
 * nobody knows.  What extras are says resource.h.
 */
#include "row/told.h"

#include "remote/extras.h"

void
told_prepare(RowReader *reader, const List *attnums)
{
	List *extras = extras_of_columns(reader->relation, attnums);
	ListCell *lc;

	reader->extras = (ExtraReader *) palloc0(sizeof(ExtraReader) * Max(list_length(extras), 1));
	foreach(lc, extras)
	{
		ExtraReader *reads = &reader->extras[reader->nextras++];

		reads->extra = (const Extra *) lfirst(lc);
		reads->leaf = projection_leaf(reader->projection, projection_field(reader->projection, reads->extra->member));
	}
}

/* By which column the rows can be looked up, so that they tell everything; NULL = by none. */
static const char *
column_of_way(const ResourceDef *resource)
{
	for (int i = 0; i < resource->nparams; i++)
		if (resource->params[i].way != NULL)
			return resource->params[i].column;
	return NULL;
}

/* The first column that shows one of the extra's members. */
static const char *
column_of_extra(const RowReader *reader, const Extra *extra)
{
	for (int i = 0; i < reader->ncolumns; i++)
		if (reader->columns[i].binding->field != NULL && reader->columns[i].binding->field->extra == extra)
			return reader->columns[i].binding->name;
	return "";
}

/* A listing does not tell this.  Does not return. */
static void
raise_untold(const RowReader *reader, const Extra *extra)
{
	const char *key = column_of_way(reader->relation->resource);
	const char *column = column_of_extra(reader, extra);

	ereport(ERROR,
			(errcode(ERRCODE_FDW_ERROR),
			 errmsg("%s does not tell column \"%s\" of foreign table \"%s\" in a listing",
					reader->relation->service->title, column, reader->relation->name),
			 key == NULL ? errhint("Leave the column out of the query.")
						 : errhint("Leave the column out, or look the rows up by column \"%s\", with a condition "
								   "or a join.",
								   key)));
}

/* A listing that was asked for this does not tell it.  Does not return. */
static void
raise_ignored(const RowReader *reader, const Extra *extra)
{
	const RemoteRelation *relation = reader->relation;

	ereport(ERROR,
			(errcode(ERRCODE_FDW_ERROR),
			 errmsg("%s does not tell column \"%s\" of foreign table \"%s\", although it was asked to",
					relation->service->title, column_of_extra(reader, extra), relation->name),
			 errdetail("The listing was asked for with %s, and has a row without \"%s\".", extra->query, extra->member),
			 errhint("Leave out the columns that show %s.", extra->words)));
}

/* Was the listing asked for with the extra? */
static bool
asked_for(const Ask *ask, const Extra *extra)
{
	return ask != NULL && list_member_ptr(ask->extras, extra);
}

/*
 * Of rows that have ids the one that comes without an extra, behind those that
 * were asked for with it, shows that these were looked at for it.  A listing that
 * leaves rows out for an extra has it in all that come: else it did not do what it
 * was asked for, and that a row stays away, or lacks a value, says nothing.
 */
void
told_check(RowReader *reader, const PagerRow *row)
{
	bool by_way = reader->relation->resource->way != NULL;

	reader->lacks_extra = false;
	for (int i = 0; i < reader->nextras; i++)
	{
		ExtraReader *reads = &reader->extras[i];
		bool is_there = row_first_slice(&reader->slices, row, reads->leaf) != NULL;
		bool is_behind = row->ask != NULL && row->ask->unless != NULL;

		if (!is_there && !by_way && reads->extra->query == NULL)
			raise_untold(reader, reads->extra);
		if (!is_there && !by_way && reads->extra->leaves_rows_out && asked_for(row->ask, reads->extra))
			raise_ignored(reader, reads->extra);
		reads->is_told = reads->is_told || is_there || is_behind;
		if (by_way && reads->extra->leaves_rows_out && !reads->is_told)
			reader->lacks_extra = true;
	}
}
