/*
 * bind.c
 *		Writing down in a table's options what its columns show.
 *
 * Owns: which options and comments attio_fdw_bind() adds.  What a column shows,
 * attio/relation says, and how import would write it, attio/import.
 */
#include "attio/bind.h"

#include "access/table.h"
#include "attio/import.h"
#include "attio/relation.h"
#include "base/options.h"
#include "base/statement.h"
#include "commands/defrem.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* The import's column for one of a table, or NULL when it shows no attribute or field. */
static ColumnName *
imported_column(const RemoteRelation *relation, TupleDesc tupdesc, AttrNumber attnum, List *definitions)
{
	ColumnBinding *binding = column_bind(relation, attnum, definitions);
	ColumnName *column = (ColumnName *) palloc0(sizeof(ColumnName));

	if (binding->missing)
		return NULL;
	column->name = pstrdup(binding->name);
	column->kind = binding->kind;
	column->field = binding->field;
	column->property = binding->property;
	if (binding->kind == COLUMN_ATTRIBUTE)
		column->attribute = attribute_by_slug(definitions, binding->attribute_name);
	return column;
}

/* Write down what a column shows now; the number of options added. */
static int
bind_column(Oid oid, const char *table, AttrNumber attnum, const ColumnName *column)
{
	List *present = GetForeignColumnOptions(oid, attnum);
	StringInfoData added;
	ListCell *lc;
	int nadded = 0;

	initStringInfo(&added);
	foreach(lc, import_column_options(column))
	{
		DefElem *def = (DefElem *) lfirst(lc);

		if (option_is_set(present, def->defname))
			continue;
		appendStringInfo(&added, "%sADD %s %s", nadded++ > 0 ? ", " : "", def->defname,
						 quote_literal_cstr(defGetString(def)));
	}
	if (nadded > 0)
		statement_run(psprintf("ALTER FOREIGN TABLE %s ALTER COLUMN %s OPTIONS (%s)", table,
							   quote_identifier(column->name), added.data));
	/* IMPORT FOREIGN SCHEMA may make no comments, so this is where the currency is noted. */
	if (column->kind == COLUMN_ATTRIBUTE && column->attribute->currency_code != NULL &&
		column->property == &column->attribute->type->properties[0])
		statement_run(psprintf("COMMENT ON COLUMN %s.%s IS %s", table, quote_identifier(column->name),
							   quote_literal_cstr(psprintf("in %s", column->attribute->currency_code))));
	return nadded;
}

/* Write down what each column shows; returns for how many. */
static int
bind_columns(TupleDesc tupdesc, const RemoteRelation *relation, const char *table, List *definitions)
{
	int nbound = 0;

	for (int i = 1; i <= tupdesc->natts; i++)
	{
		ColumnName *column;

		if (!compat_is_stored(TupleDescAttr(tupdesc, i - 1)))
			continue;
		column = imported_column(relation, tupdesc, (AttrNumber) i, definitions);
		if (column != NULL && bind_column(relation->table, table, (AttrNumber) i, column) > 0)
			nbound++;
	}
	return nbound;
}

/* The id of the table's object or list, when the table does not say it. */
static void
bind_target(const RemoteRelation *relation, const char *table, Session *session)
{
	ListCell *lc;

	if (relation->target == NULL || relation->target->id != NULL)
		return;
	foreach(lc, targets_read(session, relation->target->kind, NULL))
	{
		const TargetDef *target = (const TargetDef *) lfirst(lc);

		if (target->slug != NULL && strcmp(target->slug, relation->target->slug) == 0)
			statement_run(psprintf("ALTER FOREIGN TABLE %s OPTIONS (ADD %s %s)", table, target->kind->id_option,
								   quote_literal_cstr(target->id)));
	}
}

/*
 * Write down what the columns of a table show now, in options that it does not
 * have; returns for how many.  Closes the table: ALTER needs it to itself.
 */
int
attio_bind_table(Session *session, Relation rel)
{
	RemoteRelation *relation = remote_relation_open(rel);
	char *table =
		quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)), RelationGetRelationName(rel));
	List *definitions = remote_definitions(relation, session, NULL);
	TupleDesc tupdesc = CreateTupleDescCopyConstr(RelationGetDescr(rel)); /* which columns are generated, too */
	int nbound;

	table_close(rel, NoLock);
	SPI_connect();
	bind_target(relation, table, session);
	nbound = bind_columns(tupdesc, relation, table, definitions);
	SPI_finish();
	return nbound;
}
