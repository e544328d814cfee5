/*
 * drift.c
 *		How the columns of an imported table differ from what an import would make
 *		now.
 *
 * Owns: the comparison, column by column, and the statements that follow it.  A
 * column is known again by the id of its attribute and its property, and was the
 * import's own where it has the name and the type that the import gave it then.
 * Makes no request.
 */
#include "attio/drift.h"

#include "access/table.h"
#include "attio/column_users.h"
#include "attio/import.h"
#include "base/text_index.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* What becomes of one column. */
typedef struct DriftColumn
{
	const DeclaredColumn *declared;
	const ColumnName *then; /* as the import made it; NULL = another than it would have made */
	const ColumnName *now;  /* as it would make it now; NULL = what it shows does not exist any more */
	bool was_default;       /* the import made it by itself */
	bool is_default;        /* and would do so now */
	bool dropped;
	bool keeps_name;  /* the new one is not possible */
	const char *name; /* when all is done */
} DriftColumn;

/* The columns of a table, and the changes found so far. */
typedef struct Drift
{
	const DriftTable *table;
	List *columns; /* DriftColumn */
	HTAB *names;   /* TakenName: of all columns, as they are when what was found so far is done */
	List *changes; /* SchemaChange */
} Drift;

/* ----- names that are taken ----- */

typedef struct TakenName
{
	char name[NAMEDATALEN]; /* hash key */
	DriftColumn *column;    /* NULL: one whose options do not say what it shows */
} TakenName;

static HTAB *
make_names(void)
{
	HASHCTL ctl = {.keysize = NAMEDATALEN, .entrysize = sizeof(TakenName), .hcxt = CurrentMemoryContext};

	return hash_create("attio_fdw names that are taken", 64, &ctl, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
}

static void
take_name(Drift *drift, const char *name, DriftColumn *column)
{
	((TakenName *) hash_search(drift->names, name, HASH_ENTER, NULL))->column = column;
}

static void
free_name(Drift *drift, const char *name)
{
	(void) hash_search(drift->names, name, HASH_REMOVE, NULL);
}

static bool
is_taken(const Drift *drift, const char *name)
{
	return hash_search(drift->names, name, HASH_FIND, NULL) != NULL;
}

/* ----- the table as it is ----- */

DriftTable *
drift_table_open(Oid oid)
{
	DriftTable *table = (DriftTable *) palloc0(sizeof(DriftTable));
	Relation rel = table_open(oid, AccessShareLock);

	table->oid = oid;
	table->name = pstrdup(RelationGetRelationName(rel));
	table->schema = get_namespace_name(RelationGetNamespace(rel));
	table->qualified = quote_qualified_identifier(table->schema, table->name);
	table->relation = remote_relation_open(rel);
	for (int i = 1; i <= RelationGetNumberOfAttributes(rel); i++)
		if (compat_is_stored(TupleDescAttr(RelationGetDescr(rel), i - 1)))
			table->columns =
				lappend(table->columns, unconstify(DeclaredColumn *, column_declared(table->relation, (AttrNumber) i)));
	table_close(rel, NoLock);
	return table;
}

ColumnSet
drift_column_set(const DriftTable *table)
{
	ListCell *lc;

	foreach(lc, table->columns)
	{
		const char *field = ((const DeclaredColumn *) lfirst(lc))->field_name;

		if (field != NULL && strcmp(field, FIELD_NAME_RAW) == 0)
			return COLUMNS_RAW;
		if (field != NULL && strcmp(field, FIELD_NAME_CHANGED_AT) == 0)
			return COLUMNS_ALL;
	}
	return COLUMNS_DEFAULT;
}

/* ----- what was, and what is ----- */

/* The text by which a column of an attribute is known again. */
static char *
key_of_attribute(const char *id, const char *property)
{
	return psprintf("%s.%s", asc_tolower(id, strlen(id)), property == NULL ? "" : property);
}

/* Likewise of a column of the import's; that of a field goes by the option "field". */
static const char *
key_of_column(const ColumnName *column)
{
	switch (column->kind)
	{
		case COLUMN_FIELD:
			return column->field->name;
		case COLUMN_RAW:
			return FIELD_NAME_RAW;
		case COLUMN_CHANGED_AT:
			return FIELD_NAME_CHANGED_AT;
		case COLUMN_ATTRIBUTE:
			break;
	}
	return key_of_attribute(column->attribute->id, column->property == NULL ? NULL : column->property->name);
}

/* And by which the import's is found that the declaration means; NULL = it says nothing. */
static const char *
key_of_declared(const DeclaredColumn *declared)
{
	if (declared->field_name != NULL)
		return declared->field_name;
	return declared->attribute_id == NULL ? NULL : key_of_attribute(declared->attribute_id, declared->property);
}

/* The import's columns (ColumnName) by these texts. */
static TextIndex *
index_columns(List *columns)
{
	TextIndex *index = text_index_make(false);
	ListCell *lc;

	foreach(lc, columns)
	{
		CHECK_FOR_INTERRUPTS();
		text_index_add(index, key_of_column((const ColumnName *) lfirst(lc)), lfirst(lc));
	}
	return index;
}

/* The attribute as the column's options tell of it: as it was at the import. */
static AttributeDef *
attribute_then(const DeclaredColumn *declared, List *attributes)
{
	const AttributeDef *now = attribute_by_id(attributes, declared->attribute_id);
	AttributeDef *then = (AttributeDef *) palloc0(sizeof(AttributeDef));

	if (now != NULL)
	{
		*then = *now;
		then->index = NULL;
	}
	else
	{
		then->id = pstrdup(declared->attribute_id);
		then->type_name = "";
		then->several_targets = true;
	}
	if (declared->attribute != NULL)
		then->slug = pstrdup(declared->attribute);
	else if (then->slug == NULL)
		then->slug = then->id;
	if (declared->attribute_type != NULL)
		then->type_name = pstrdup(declared->attribute_type);
	if (declared->tells_multi)
		then->multiselect = declared->multi;
	then->type = attribute_type(then->type_name);
	return then;
}

/* The definitions as the import saw them, as far as the table's columns tell. */
static List *
attributes_then(const DriftTable *table, List *attributes)
{
	TextIndex *known = text_index_make(true);
	List *then = NIL;
	ListCell *lc;

	foreach(lc, table->columns)
	{
		const DeclaredColumn *declared = (const DeclaredColumn *) lfirst(lc);

		if (declared->attribute_id == NULL || text_index_find(known, declared->attribute_id) != NULL)
			continue;
		then = lappend(then, attribute_then(declared, attributes));
		text_index_add(known, declared->attribute_id, declared);
	}
	return then;
}

/* What the table's columns were and are; those whose options do not say what they show are the user's own. */
static void
compare_columns(Drift *drift, List *attributes, List *now)
{
	const DriftTable *table = drift->table;
	const ResourceDef *resource = table->relation->resource;
	List *before = attributes_then(table, attributes);
	List *left_out = NIL;
	TextIndex *then = index_columns(name_columns(resource, before, drift_column_set(table), &left_out));
	TextIndex *any_then = index_columns(name_columns(resource, before, COLUMNS_ANY, &left_out));
	TextIndex *wanted = index_columns(now);
	TextIndex *any_now = index_columns(name_columns(resource, attributes, COLUMNS_ANY, &left_out));
	ListCell *lc;

	foreach(lc, table->columns)
	{
		const DeclaredColumn *declared = (const DeclaredColumn *) lfirst(lc);
		const char *key = key_of_declared(declared);
		DriftColumn *column = (DriftColumn *) palloc0(sizeof(DriftColumn));

		CHECK_FOR_INTERRUPTS();
		take_name(drift, declared->name, key == NULL ? NULL : column);
		if (key == NULL)
			continue;
		column->declared = declared;
		column->name = declared->name;
		column->then = (const ColumnName *) text_index_find(then, key);
		column->was_default = (column->then != NULL);
		if (column->then == NULL)
			column->then = (const ColumnName *) text_index_find(any_then, key);
		column->now = (const ColumnName *) text_index_find(wanted, key);
		column->is_default = (column->now != NULL);
		if (column->now == NULL)
			column->now = (const ColumnName *) text_index_find(any_now, key);
		drift->columns = lappend(drift->columns, column);
	}
}

/* ----- changes ----- */

SchemaChange *
drift_change(const DriftTable *table, const char *cause, const char *statement)
{
	SchemaChange *change = (SchemaChange *) palloc0(sizeof(SchemaChange));

	change->table = table->qualified;
	change->cause = cause;
	change->statement = statement;
	return change;
}

/* A change of the table by ALTER FOREIGN TABLE. */
static void
alter(Drift *drift, const char *cause, const char *action)
{
	drift->changes =
		lappend(drift->changes, drift_change(drift->table, cause,
											 psprintf("ALTER FOREIGN TABLE %s %s", drift->table->qualified, action)));
}

/* A change that is not made. */
static void
leave(Drift *drift, const char *cause, const char *obstacle, const char *advice)
{
	SchemaChange *change = drift_change(drift->table, cause, NULL);

	change->obstacle = obstacle;
	change->advice = advice;
	drift->changes = lappend(drift->changes, change);
}

/* The attribute or field that a column shows, for people. */
static const char *
shown_by(const DriftColumn *column)
{
	const DeclaredColumn *declared = column->declared;

	if (declared->field_name != NULL)
		return psprintf("field \"%s\"", declared->field_name);
	return psprintf("attribute \"%s\"", declared->attribute != NULL ? declared->attribute : declared->attribute_id);
}

/* Columns that show nothing any more, or that the import would not make any more. */
static void
drop_columns(Drift *drift)
{
	ListCell *lc;

	foreach(lc, drift->columns)
	{
		DriftColumn *column = (DriftColumn *) lfirst(lc);
		const char *name = quote_identifier(column->declared->name);
		const char *cause;
		const char *users;

		if (column->now != NULL && (column->is_default || !column->was_default))
			continue;
		cause = column->now == NULL
					? psprintf("%s is archived or does not exist any more", shown_by(column))
					: psprintf("%s does not have \"%s\" any more", shown_by(column), column->declared->name);
		users = column_users(drift->table->oid, column->declared->attnum, TO_DROP);
		column->dropped = true;
		if (users != NULL)
		{
			leave(drift, cause,
				  psprintf("Column \"%s\" is kept, because it is used by %s.", column->declared->name, users),
				  "Drop or change what uses it, then run attio_fdw_sync() again.");
			continue;
		}
		free_name(drift, column->declared->name);
		alter(drift, cause, psprintf("DROP COLUMN %s", name));
	}
}

/* Does the column not have the name that the import would give it now?  The user's own names stay. */
static bool
lacks_name(const DriftColumn *column)
{
	return !column->dropped && column->then != NULL && strcmp(column->declared->name, column->then->name) == 0 &&
		   strcmp(column->name, column->now->name) != 0;
}

/* Is it still to get that name? */
static bool
waits_for_name(const DriftColumn *column)
{
	return lacks_name(column) && !column->keeps_name;
}

/* The column that has this name and is to get another one, or NULL. */
static const DriftColumn *
waiting_holder(const Drift *drift, const char *name)
{
	const TakenName *taken = (const TakenName *) hash_search(drift->names, name, HASH_FIND, NULL);

	return taken != NULL && taken->column != NULL && waits_for_name(taken->column) ? taken->column : NULL;
}

/* Do columns exchange their names in a circle of which this one is a part? */
static bool
is_in_circle(const Drift *drift, const DriftColumn *column)
{
	const DriftColumn *holder = column;

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < list_length(drift->columns); i++)
	{
		holder = waiting_holder(drift, holder->now->name);
		if (holder == NULL || holder == column)
			return holder == column;
	}
	return false;
}

/* Why a column gets another name. */
static const char *
rename_cause(const DriftColumn *column)
{
	const AttributeDef *attribute = column->now->attribute;

	if (attribute == NULL || strcmp(attribute->slug, column->then->attribute->slug) == 0)
		return psprintf("%s is imported as \"%s\" now", shown_by(column), column->now->name);
	return psprintf("%s has another slug: \"%s\"", shown_by(column), attribute->slug);
}

static void
rename_column(Drift *drift, DriftColumn *column, const char *name)
{
	alter(drift, rename_cause(column),
		  psprintf("RENAME COLUMN %s TO %s", quote_identifier(column->name), quote_identifier(name)));
	free_name(drift, column->name);
	take_name(drift, name, column);
	column->name = name;
}

/* A free name for a column whose own is held by one that waits for this column's. */
static const char *
passing_name(const Drift *drift)
{
	for (int i = 1;; i++)
	{
		const char *name = psprintf("attio_fdw_renamed_%d", i);

		if (!is_taken(drift, name))
			return name;
	}
}

/* Columns whose names another table decides on. */
static void
keep_inherited_names(Drift *drift)
{
	ListCell *lc;

	foreach(lc, drift->columns)
	{
		DriftColumn *column = (DriftColumn *) lfirst(lc);
		const char *users =
			waits_for_name(column) ? column_users(drift->table->oid, column->declared->attnum, TO_RENAME) : NULL;

		if (users == NULL)
			continue;
		column->keeps_name = true;
		leave(drift, rename_cause(column),
			  psprintf("Column \"%s\" keeps its name, because it is used by %s.", column->name, users),
			  "Drop or change what uses it, then run attio_fdw_sync() again.");
	}
}

/* Let the first column of a circle pass by another name, so that the others can get theirs; false where there is none. */
static bool
open_circle(Drift *drift)
{
	ListCell *lc;

	foreach(lc, drift->columns)
	{
		DriftColumn *column = (DriftColumn *) lfirst(lc);

		if (!waits_for_name(column) || !is_in_circle(drift, column))
			continue;
		rename_column(drift, column, passing_name(drift));
		return true;
	}
	return false;
}

/* Follow slugs; names may be exchanged, in circles of any length. */
static void
rename_columns(Drift *drift)
{
	bool moved = true;
	ListCell *lc;

	keep_inherited_names(drift);
	while (moved)
	{
		moved = false;
		CHECK_FOR_INTERRUPTS();
		foreach(lc, drift->columns)
		{
			DriftColumn *column = (DriftColumn *) lfirst(lc);

			if (!waits_for_name(column) || is_taken(drift, column->now->name))
				continue;
			rename_column(drift, column, column->now->name);
			moved = true;
		}
		moved = moved || open_circle(drift);
	}
	foreach(lc, drift->columns)
	{
		const DriftColumn *column = (const DriftColumn *) lfirst(lc);

		if (waits_for_name(column))
			leave(drift, rename_cause(column),
				  psprintf("Column \"%s\" keeps its name, because another column is called \"%s\".", column->name,
						   column->now->name),
				  "Rename or drop the other column, then run attio_fdw_sync() again.");
	}
}

/*
 * The type of a column that the import typed; a type of the user's choice stays.
 * False: the column's type does not suit what it shows now.
 */
static bool
retype_column(Drift *drift, const DriftColumn *column)
{
	const DeclaredColumn *declared = column->declared;
	const char *is = format_type_with_typemod(declared->type, declared->typmod);
	const char *wanted = import_column_type(column->now);
	const char *cause = psprintf("%s is of type %s now%s", shown_by(column),
								 column->now->attribute == NULL ? wanted : column->now->attribute->type_name,
								 column->now->is_array ? ", with several values" : "");
	const char *users;

	if (strcmp(is, wanted) == 0)
		return true;
	if (column->then == NULL || strcmp(is, import_column_type(column->then)) != 0)
		return column->then == NULL || column->then->is_array == column->now->is_array;
	users = column_users(drift->table->oid, declared->attnum, TO_RETYPE);
	if (users != NULL)
	{
		leave(drift, cause, psprintf("Column \"%s\" keeps its type, because it is used by %s.", column->name, users),
			  "Drop or change what uses it, then run attio_fdw_sync() again.");
		return false;
	}
	alter(drift, cause, psprintf("ALTER COLUMN %s TYPE %s", quote_identifier(column->name), wanted));
	return true;
}

/* The options by which the import tells what a column shows. */
static void
set_column_options(Drift *drift, const DriftColumn *column)
{
	List *present = GetForeignColumnOptions(drift->table->oid, column->declared->attnum);
	StringInfoData changed;
	ListCell *lc;

	initStringInfo(&changed);
	foreach(lc, import_column_options(column->now))
	{
		DefElem *wanted = (DefElem *) lfirst(lc);
		const char *is = option_if_set(present, wanted->defname);

		/* by the former slug the next run knows that the name was the import's */
		if (lacks_name(column) && strcmp(wanted->defname, "attribute") == 0)
			continue;
		/* which case an id is written in is nobody's change */
		if (is == NULL ? column->now->kind != COLUMN_ATTRIBUTE : pg_strcasecmp(is, defGetString(wanted)) == 0)
			continue;
		appendStringInfo(&changed, "%s%s %s %s", changed.len > 0 ? ", " : "", is == NULL ? "ADD" : "SET",
						 wanted->defname, quote_literal_cstr(defGetString(wanted)));
	}
	if (changed.len > 0)
		alter(drift, psprintf("%s is defined in another way", shown_by(column)),
			  psprintf("ALTER COLUMN %s OPTIONS (%s)", quote_identifier(column->name), changed.data));
}

/* Columns that the table does not have yet. */
static void
add_columns(Drift *drift, List *now)
{
	TextIndex *present = text_index_make(false);
	ListCell *lc;

	foreach(lc, drift->columns)
	{
		const DeclaredColumn *declared = ((const DriftColumn *) lfirst(lc))->declared;

		text_index_add(present, key_of_declared(declared), declared);
	}
	foreach(lc, now)
	{
		const ColumnName *column = (const ColumnName *) lfirst(lc);
		const char *cause = column->kind == COLUMN_ATTRIBUTE
								? psprintf("attribute \"%s\" has a value for a new column", column->attribute->slug)
								: psprintf("column \"%s\" is missing", column->name);

		CHECK_FOR_INTERRUPTS();
		if (text_index_find(present, key_of_column(column)) != NULL)
			continue;
		if (get_rel_relispartition(drift->table->oid))
		{
			leave(drift, cause, psprintf("Column \"%s\" is not added, because the table is a partition.", column->name),
				  "Add it to the partitioned table, and run attio_fdw_bind() for this one.");
			continue;
		}
		if (is_taken(drift, column->name))
		{
			leave(drift, cause,
				  psprintf("Column \"%s\" is not added, because another column is called so.", column->name),
				  "Rename or drop the other column, then run attio_fdw_sync() again.");
			continue;
		}
		alter(drift, cause, psprintf("ADD COLUMN %s", import_column_ddl(column)));
		take_name(drift, column->name, NULL);
	}
}

List *
drift_of_columns(const DriftTable *table, List *attributes, bool adds)
{
	Drift drift = {.table = table, .names = make_names()};
	List *left_out = NIL;
	List *now = name_columns(table->relation->resource, attributes, drift_column_set(table), &left_out);
	ListCell *lc;

	compare_columns(&drift, attributes, now);
	drop_columns(&drift);
	rename_columns(&drift);
	foreach(lc, drift.columns)
	{
		const DriftColumn *column = (const DriftColumn *) lfirst(lc);

		/* options that say more than the type can hold would make its rows unreadable */
		if (!column->dropped && retype_column(&drift, column))
			set_column_options(&drift, column);
	}
	if (adds)
		add_columns(&drift, now);
	return drift.changes;
}
