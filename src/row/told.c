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

/* A listing does not tell this.  Does not return. */
static void
raise_untold(const RowReader *reader, const Extra *extra)
{
	const char *key = column_of_way(reader->relation->resource);
	const char *column = "";

	for (int i = reader->ncolumns - 1; i >= 0; i--)
		if (reader->columns[i].binding->field != NULL && reader->columns[i].binding->field->extra == extra)
			column = reader->columns[i].binding->name;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_ERROR),
			 errmsg("%s does not tell column \"%s\" of foreign table \"%s\" in a listing",
					reader->relation->service->title, column, reader->relation->name),
			 key == NULL ? errhint("Leave the column out of the query.")
						 : errhint("Leave the column out, or look the rows up by column \"%s\", with a condition "
								   "or a join.",
								   key)));
}

/*
 * Of rows that have ids the one that comes without an extra, behind those that
 * were asked for with it, shows that these were looked at for it.
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
		reads->is_told = reads->is_told || is_there || is_behind;
		if (by_way && reads->extra->leaves_rows_out && !reads->is_told)
			reader->lacks_extra = true;
	}
}
