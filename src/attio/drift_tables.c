/*
 * drift_tables.c
 *		How the tables of a schema differ from what an import would make now.
 *
 * Owns: which object or list a table shows now, its name, and tables that are
 * missing.  Columns: attio/drift.
 */
#include "attio/drift.h"

#include "attio/endpoints.h"
#include "attio/import.h"
#include "attio/workspace.h"
#include "base/text_rows.h"
#include "catalog/namespace.h"
#include "foreign/foreign.h"
#include "remote/known.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* What the workspace offers, now and as the tables' options tell of it. */
typedef struct Offered
{
	List *targets;      /* TargetDef, now */
	const char *lacked; /* scope that the key needs to see lists; NULL = it has it */
	List *now;          /* Offer */
	List *then;
	List *freed;  /* char *: names of tables that get others */
	List *passes; /* SchemaChange: names in passing, of tables that exchange theirs */
} Offered;

/* The offer of what the table shows, or NULL. */
static const Offer *
find_offer(List *offers, const DriftTable *table)
{
	ListCell *lc;

	foreach(lc, offers)
	{
		const Offer *made = (const Offer *) lfirst(lc);

		if (table->relation->target == NULL
				? made->target == NULL && made->resource == table->relation->resource
				: made->target != NULL &&
					  target_find(list_make1(unconstify(TargetDef *, made->target)), table->relation->target) != NULL)
			return made;
	}
	return NULL;
}

/* Objects, or lists, with the slugs that tables still have of them. */
static List *
targets_then(List *targets, List *tables)
{
	List *then = NIL;
	ListCell *lc;

	foreach(lc, targets)
	{
		TargetDef *target = (TargetDef *) palloc(sizeof(TargetDef));
		ListCell *each;

		*target = *(const TargetDef *) lfirst(lc);
		foreach(each, tables)
		{
			const TargetDef *shown = ((const DriftTable *) lfirst(each))->relation->target;

			if (shown != NULL && shown->id != NULL && target_find(list_make1(target), shown) != NULL &&
				strcmp(shown->slug, shown->id) != 0)
				target->slug = shown->slug;
		}
		then = lappend(then, target);
	}
	return then;
}

static void
read_offers(Session *session, List *tables, Offered *offered)
{
	const char *granted = import_granted_scopes(session);
	List *objects;
	List *lists = NIL;

	known_forget(session);
	offered->lacked = workspace_missing_scopes(granted, target_list.scope);
	if (offered->lacked == NULL)
		targets_ask_ahead(session, NULL);
	objects = targets_read(session, &target_object, NULL);
	if (offered->lacked == NULL)
		lists = targets_read(session, &target_list, NULL);
	offered->targets = list_concat_copy(objects, lists);
	offered->now = offers_all(objects, lists);
	offered->then = offers_all(targets_then(objects, tables), targets_then(lists, tables));
}

/* Is the table one of the import's: does it have the name that the import gives it, or gave it? */
static bool
is_imported(const DriftTable *table, const Offered *offered)
{
	const Offer *now = find_offer(offered->now, table);
	const Offer *then = find_offer(offered->then, table);

	return table->relation->view == NULL && table->relation->matching == NULL && now != NULL &&
		   (strcmp(now->table, table->name) == 0 || (then != NULL && strcmp(then->table, table->name) == 0));
}

/* The table's object or list is not there any more, or not for this key. */
static SchemaChange *
change_of_absent(const DriftTable *table, const Offered *offered)
{
	const TargetDef *target = table->relation->target;
	SchemaChange *change = drift_change(
		table,
		psprintf("%s \"%s\" does not exist any more, or the key cannot see it", target->kind->noun, target->slug),
		NULL);

	change->obstacle = psprintf("Foreign table \"%s\" is kept.", table->name);
	change->advice = "Drop it if the object or list was deleted.";
	if (target->kind == &target_list && offered->lacked != NULL)
	{
		change->cause = psprintf("the API key lacks the scope %s", offered->lacked);
		change->obstacle = psprintf("Foreign table \"%s\" is not compared.", table->name);
		change->advice = "Scopes are chosen in Attio's settings, under Developers.";
	}
	return change;
}

/* The slug in the table's options. */
static List *
follow_slug(List *changes, const DriftTable *table, const TargetDef *target)
{
	const char *name = target_name(target);

	if (strcmp(table->relation->target->slug, name) == 0)
		return changes;
	return lappend(changes, drift_change(table,
										 psprintf("%s \"%s\" has another slug: \"%s\"", target->kind->noun,
												  table->relation->target->slug, name),
										 psprintf("ALTER FOREIGN TABLE %s OPTIONS (SET %s %s)", table->qualified,
												  target->kind->noun, quote_literal_cstr(name))));
}

/* Does something have this name that keeps it? */
static bool
is_taken(const char *schema, const char *name, const Offered *offered)
{
	return !list_has_text(offered->freed, name) &&
		   OidIsValid(get_relname_relid(name, get_namespace_oid(schema, false)));
}

/* Does the table have the import's name, and would an import call it otherwise now? */
static bool
lacks_name(const DriftTable *table, const Offered *offered)
{
	return is_imported(table, offered) && strcmp(find_offer(offered->now, table)->table, table->name) != 0;
}

/* Is it to get a name that it cannot have? */
static bool
is_stuck(const DriftTable *table, const Offered *offered)
{
	return lacks_name(table, offered) && is_taken(table->schema, find_offer(offered->now, table)->table, offered);
}

/* The table whose name a stuck one is to get, if that is stuck, too; else NULL. */
static DriftTable *
holder_of_name(const DriftTable *table, List *tables, const Offered *offered)
{
	const char *name = find_offer(offered->now, table)->table;
	ListCell *lc;

	foreach(lc, tables)
	{
		DriftTable *other = (DriftTable *) lfirst(lc);

		if (strcmp(other->name, name) == 0)
			return is_stuck(other, offered) ? other : NULL;
	}
	return NULL;
}

/* A stuck table that is one of those that exchange their names in a circle, or NULL. */
static DriftTable *
table_in_circle(List *tables, const Offered *offered)
{
	ListCell *lc;

	foreach(lc, tables)
	{
		DriftTable *first = (DriftTable *) lfirst(lc);
		const DriftTable *other = is_stuck(first, offered) ? first : NULL;

		for (int i = 0; i < list_length(tables) && other != NULL; i++)
		{
			other = holder_of_name(other, tables, offered);
			if (other == first)
				return first;
		}
	}
	return NULL;
}

/* Give a table a name in passing before all else, so that another can have its own. */
static void
let_pass(DriftTable *table, Offered *offered)
{
	const char *name;
	int n = 1;

	do
		name = psprintf("attio_fdw_renamed_%d", n++);
	while (is_taken(table->schema, name, offered) || list_has_text(offered->freed, name));
	offered->passes =
		lappend(offered->passes, drift_change(table, "it exchanges its name with another table",
											  psprintf("ALTER FOREIGN TABLE %s RENAME TO %s", table->qualified, name)));
	offered->freed = lappend(lappend(offered->freed, unconstify(char *, table->name)), unconstify(char *, name));
	table->qualified = quote_qualified_identifier(table->schema, name);
}

/*
 * Tables in the order in which they can get their names: one that frees another's
 * stands before it.  Where they exchange them, one gets a name in passing first.
 */
static List *
order_by_names(List *tables, Offered *offered)
{
	List *ordered = NIL;

	for (;;)
	{
		int before = list_length(ordered);
		DriftTable *passing;
		ListCell *lc;

		foreach(lc, tables)
		{
			DriftTable *table = (DriftTable *) lfirst(lc);

			CHECK_FOR_INTERRUPTS();
			if (list_member_ptr(ordered, table) || is_stuck(table, offered))
				continue;
			ordered = lappend(ordered, table);
			if (lacks_name(table, offered))
				offered->freed = lappend(offered->freed, unconstify(char *, table->name));
		}
		if (list_length(ordered) > before)
			continue;
		passing = table_in_circle(tables, offered);
		if (passing == NULL)
			return list_concat_unique_ptr(ordered, tables);
		let_pass(passing, offered);
	}
}

/* The table's own name, where it is the import's. */
static List *
follow_name(List *changes, const DriftTable *table, const Offered *offered)
{
	const Offer *now = find_offer(offered->now, table);
	SchemaChange *change;

	if (!lacks_name(table, offered))
		return changes;
	change =
		drift_change(table, psprintf("it is imported as \"%s\" now", now->table),
					 psprintf("ALTER FOREIGN TABLE %s RENAME TO %s", table->qualified, quote_identifier(now->table)));
	if (is_stuck(table, offered))
	{
		change->statement = NULL;
		change->obstacle =
			psprintf("Foreign table \"%s\" keeps its name, because \"%s\" exists.", table->name, now->table);
		change->advice = "Rename or drop the other one, then run attio_fdw_sync() again.";
	}
	return lappend(changes, change);
}

/* All changes of one table. */
static List *
changes_of_table(Session *session, const DriftTable *table, const Offered *offered)
{
	const TargetDef *target = NULL;
	List *attributes = NIL;
	TargetRefusal refusal = {.may_be_absent = true};
	List *changes;

	if (table->relation->target != NULL)
	{
		target = target_find(offered->targets, table->relation->target);
		if (target == NULL)
			return list_make1(change_of_absent(table, offered));
		attributes = metadata_attributes(session, target, &refusal, NULL);
		if (refusal.disabled || refusal.absent != NULL)
			return list_make1(change_of_absent(table, offered));
	}
	changes = drift_of_columns(table, attributes, is_imported(table, offered));
	/* by the former slug the next run knows that the name was the import's */
	if (target != NULL && !is_stuck(table, offered))
		changes = follow_slug(changes, table, target);
	return follow_name(changes, table, offered);
}

/* Is there an imported table of the offer's kind, so that a new one is missing? */
static bool
is_kind_imported(const Offer *made, List *tables, const Offered *offered)
{
	const TargetKind *kind = made->target == NULL ? NULL : made->target->kind;
	ListCell *lc;

	foreach(lc, tables)
	{
		const DriftTable *table = (const DriftTable *) lfirst(lc);
		const TargetDef *target = table->relation->target;

		if ((target == NULL ? NULL : target->kind) == kind && is_imported(table, offered))
			return true;
	}
	return false;
}

static bool
is_shown(const Offer *made, List *tables)
{
	ListCell *lc;

	foreach(lc, tables)
		if (find_offer(list_make1(unconstify(Offer *, made)), (const DriftTable *) lfirst(lc)) != NULL)
			return true;
	return false;
}

/* A table that the schema lacks, with the columns that the first of its other tables has; NULL where Attio shows none. */
static SchemaChange *
change_of_missing(Session *session, const Offer *made, List *tables, const char *schema, const Offered *offered)
{
	const DriftTable *first = (const DriftTable *) linitial(tables);
	SchemaChange *change = (SchemaChange *) palloc0(sizeof(SchemaChange));
	TargetRefusal refusal = {.may_be_absent = true};
	List *attributes = NIL;
	ColumnSet set = COLUMNS_DEFAULT;
	ListCell *lc;

	if (made->target != NULL)
		attributes = metadata_attributes(session, made->target, &refusal, NULL);
	if (refusal.disabled || refusal.absent != NULL)
		return NULL;
	foreach(lc, tables)
		set = Max(set, drift_column_set((const DriftTable *) lfirst(lc)));
	change->table = quote_qualified_identifier(schema, made->table);
	change->cause = made->target == NULL
						? psprintf("resource \"%s\" has no table", made->resource->name)
						: psprintf("%s \"%s\" has no table", made->target->kind->noun, target_name(made->target));
	if (is_taken(schema, made->table, offered))
	{
		change->obstacle = psprintf("No foreign table is created, because \"%s\" exists.", made->table);
		change->advice = "Rename or drop the other one, then run attio_fdw_sync() again.";
	}
	else
		change->statement =
			import_table_ddl(schema, made, attributes, set, GetForeignServer(first->relation->server)->servername);
	return change;
}

/*
 * What brings these tables (a List of Oid) of one schema and one server up to
 * date: a List of SchemaChange, in the order in which they can be made.
 * "creates": what an import of the same kinds would make, too.  Reads the
 * definitions anew.
 */
List *
attio_schema_changes(Session *session, List *tables, const char *schema, bool creates)
{
	Offered offered = {0};
	List *opened = NIL;
	List *changes = NIL;
	List *targets = NIL;
	int next = 0;
	ListCell *lc;

	foreach(lc, tables)
	{
		DriftTable *table = drift_table_open(lfirst_oid(lc));

		/* tables of history find their attribute by its id, and the import makes none */
		if (table->relation->history == NULL)
			opened = lappend(opened, table);
	}
	if (opened == NIL)
		return NIL;
	read_offers(session, opened, &offered);
	opened = order_by_names(opened, &offered);
	changes = offered.passes;
	foreach(lc, opened)
	{
		const TargetDef *shown = ((const DriftTable *) lfirst(lc))->relation->target;
		const TargetDef *target = shown == NULL ? NULL : target_find(offered.targets, shown);

		if (target != NULL && !list_member_ptr(targets, target))
			targets = lappend(targets, unconstify(TargetDef *, target));
	}
	foreach(lc, opened)
	{
		metadata_ask_ahead(session, targets, &next, NULL);
		changes = list_concat(changes, changes_of_table(session, (const DriftTable *) lfirst(lc), &offered));
	}
	foreach(lc, offered.now)
	{
		const Offer *made = (const Offer *) lfirst(lc);
		SchemaChange *change = NULL;

		if (creates && !is_shown(made, opened) && is_kind_imported(made, opened, &offered))
			change = change_of_missing(session, made, opened, schema, &offered);
		if (change != NULL)
			changes = lappend(changes, change);
	}
	return changes;
}
