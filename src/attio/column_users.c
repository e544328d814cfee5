/*
 * column_users.c
 *		What in the database stands in the way of changing a column.
 *
 * Owns: the questions to the catalogs.  PostgreSQL would refuse such a change, or
 * make it in tables, too, that nobody named.  Makes no request.
 */
#include "attio/column_users.h"

#include "base/statement.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"

/* Why a column of table %1$u with number %2$d cannot be dropped, or get another type or name. */
static const struct
{
	int uses; /* ColumnUse */
	const char *query;
} column_obstacles[] = {
	{TO_DROP | TO_RETYPE, "SELECT CASE WHEN d.classid = 'pg_rewrite'::regclass"
						  " THEN (SELECT pg_describe_object('pg_class'::regclass, r.ev_class, 0)"
						  " FROM pg_rewrite r WHERE r.oid = d.objid)"
						  " ELSE pg_describe_object(d.classid, d.objid, d.objsubid) END"
						  " FROM pg_depend d WHERE d.refclassid = 'pg_class'::regclass"
						  " AND d.refobjid = '%1$u'::oid AND d.refobjsubid = %2$d AND d.deptype = 'n'"},
	{TO_RETYPE, "SELECT pg_describe_object('pg_attrdef'::regclass, d.oid, 0)"
				" FROM pg_attrdef d WHERE d.adrelid = '%1$u'::oid AND d.adnum = %2$d"},
	/* a column of this table's row type */
	{TO_RETYPE, "SELECT pg_describe_object('pg_class'::regclass, u.attrelid, u.attnum)"
				" FROM pg_type t JOIN pg_attribute u ON u.atttypid IN (t.oid, t.typarray) AND NOT u.attisdropped"
				" JOIN pg_class c ON c.oid = u.attrelid AND c.relkind IN ('r', 'p', 'm')"
				" WHERE t.typrelid = '%1$u'::oid AND %2$d > 0"},
	/* their rows are lost, or do not suit the type */
	{TO_DROP | TO_RETYPE, "SELECT 'child ' || pg_describe_object('pg_class'::regclass, i.inhrelid, 0)"
						  " FROM pg_inherits i WHERE i.inhparent = '%1$u'::oid AND %2$d > 0"},
	{TO_DROP | TO_RETYPE | TO_RENAME, "SELECT 'parent ' || pg_describe_object('pg_class'::regclass, i.inhparent, 0)"
									  " FROM pg_inherits i JOIN pg_attribute a ON a.attrelid = i.inhrelid"
									  " WHERE i.inhrelid = '%1$u'::oid AND a.attnum = %2$d AND a.attinhcount > 0"},
};

char *
column_users(Oid table, AttrNumber attnum, ColumnUse use)
{
	MemoryContext caller = CurrentMemoryContext;
	StringInfoData queries;
	char *users;

	initStringInfo(&queries);
	for (int i = 0; i < (int) lengthof(column_obstacles); i++)
		if ((column_obstacles[i].uses & use) != 0)
		{
			appendStringInfoString(&queries, queries.len > 0 ? " UNION " : "");
			appendStringInfo(&queries, column_obstacles[i].query, table, attnum);
		}
	SPI_connect();
	catalog_query(psprintf("SELECT string_agg(u, ', ' ORDER BY u COLLATE \"C\") FROM (%s) used (u)", queries.data));
	users = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	users = users == NULL ? NULL : MemoryContextStrdup(caller, users);
	SPI_finish();
	return users;
}
