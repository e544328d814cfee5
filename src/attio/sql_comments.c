/*
 * sql_comments.c
 *		What Attio tells of objects, lists and attributes, as comments.
 *
 * Owns: the words of a comment, and whose comments may be replaced.  Tables and
 * columns: attio/drift.
 */
#include "attio/sql_comments.h"

#include "attio/binding.h"
#include "attio/choices.h"
#include "attio/drift.h"
#include "attio/import.h"
#include "attio/workspace.h"
#include "catalog/pg_class.h"
#include "commands/comment.h"
#include "lib/stringinfo.h"
#include "remote/known.h"
#include "utils/builtins.h"

/* Titles of one attribute that a comment names. */
#define MAX_TITLES 50

/* What every comment of ours holds, before the type of an attribute or the kind of a table. */
#define MARK "(Attio "

/* ----- words ----- */

/* The titles that a value may have now. */
static void
append_titles(StringInfo out, Session *session, const TargetDef *target, const AttributeDef *attribute)
{
	bool refused;
	List *choices = attribute_choices(session, target, attribute, 0, &refused, NULL);
	int n = 0;
	ListCell *lc;

	foreach(lc, choices)
	{
		const ChoiceDef *choice = (const ChoiceDef *) lfirst(lc);

		if (choice->archived)
			continue;
		if (n < MAX_TITLES)
			appendStringInfo(out, "%s%s", n == 0 ? "; one of: " : ", ", choice->title);
		n++;
	}
	if (n > MAX_TITLES)
		appendStringInfo(out, " and %d more", n - MAX_TITLES);
}

/* The comment on a column: of the attribute's main value, or of another property of it. */
static char *
column_comment(Session *session, const TargetDef *target, const AttributeDef *attribute, const char *property)
{
	bool main_one = (property == NULL || property[0] == '\0');
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, attribute->title != NULL ? attribute->title : attribute->slug);
	if (!main_one)
		appendStringInfo(&out, ", %s", property);
	else if (attribute->description != NULL && attribute->description[0] != '\0')
		appendStringInfo(&out, ": %s", attribute->description);
	appendStringInfo(&out, " " MARK "%s", attribute->type_name);
	if (main_one)
	{
		if (attribute->multiselect)
			appendStringInfoString(&out, "; several values");
		if (attribute->currency_code != NULL)
			appendStringInfo(&out, "; in %s", attribute->currency_code);
		if (attribute->is_unique)
			appendStringInfoString(&out, "; unique");
		if (attribute->is_required)
			appendStringInfoString(&out, "; required");
		if (!attribute->is_writable)
			appendStringInfoString(&out, "; read-only");
		if (attribute_has_choices(attribute))
			append_titles(&out, session, target, attribute);
	}
	appendStringInfoChar(&out, ')');
	return out.data;
}

static char *
table_comment(const TargetDef *target)
{
	return psprintf("%s " MARK "%s \"%s\")", target->title != NULL ? target->title : target_name(target),
					target->kind->noun, target_name(target));
}

/* ----- statements ----- */

/* Is it a comment that attio_fdw_comment() or attio_fdw_bind() wrote, or none at all? */
static bool
is_ours(const char *comment)
{
	return comment == NULL || strstr(comment, MARK) != NULL ||
		   (strncmp(comment, "in ", 3) == 0 && strlen(comment) == strlen("in EUR"));
}

/* COMMENT on a table, or on one of its columns, unless it says this already or is somebody else's. */
static List *
add_comment(List *statements, const DriftTable *table, const DeclaredColumn *column, const char *comment, bool replace)
{
	const char *present = GetComment(table->oid, RelationRelationId, column == NULL ? 0 : column->attnum);
	const char *what = column == NULL ? psprintf("FOREIGN TABLE %s", table->qualified)
									  : psprintf("COLUMN %s.%s", table->qualified, quote_identifier(column->name));

	if (present != NULL && (strcmp(present, comment) == 0 || (!replace && !is_ours(present))))
		return statements;
	return lappend(statements, psprintf("COMMENT ON %s IS %s", what, quote_literal_cstr(comment)));
}

/* The attribute that a column shows, and the property; NULL = none. */
static const AttributeDef *
shown_attribute(const DriftTable *table, const DeclaredColumn *column, List *attributes, const char **property)
{
	const ColumnName *named;

	*property = column->property;
	if (column->attribute_id != NULL)
		return attribute_by_id(attributes, column->attribute_id);
	if (column->attribute != NULL)
		return attribute_by_slug(attributes, column->attribute);
	if (!column->by_name)
		return NULL;
	named = relation_named_column(table->relation, column->name, attributes);
	if (named == NULL || named->kind != COLUMN_ATTRIBUTE)
		return NULL;
	*property = named->property == NULL ? NULL : named->property->name;
	return named->attribute;
}

/* All comments of one table. */
static List *
comments_of_table(List *statements, Session *session, const DriftTable *table, const TargetDef *target, bool replace)
{
	TargetRefusal refusal = {.may_be_absent = true};
	List *attributes = metadata_attributes(session, target, &refusal, NULL);
	List *shown = NIL;
	int next = 0;
	ListCell *lc;

	if (refusal.disabled || refusal.absent != NULL)
		return statements;
	if (table->relation->history == NULL)
		statements = add_comment(statements, table, NULL, table_comment(target), replace);
	foreach(lc, table->columns)
	{
		const char *property;
		const AttributeDef *attribute =
			shown_attribute(table, (const DeclaredColumn *) lfirst(lc), attributes, &property);

		/* columns of one attribute stand together; what is asked for twice is asked for once */
		if (attribute != NULL && (shown == NIL || llast(shown) != attribute))
			shown = lappend(shown, unconstify(AttributeDef *, attribute));
	}
	foreach(lc, table->columns)
	{
		const DeclaredColumn *column = (const DeclaredColumn *) lfirst(lc);
		const char *property;
		const AttributeDef *attribute = shown_attribute(table, column, attributes, &property);

		CHECK_FOR_INTERRUPTS();
		choices_ask_ahead(session, target, shown, &next, NULL);
		if (attribute != NULL)
			statements =
				add_comment(statements, table, column, column_comment(session, target, attribute, property), replace);
	}
	return statements;
}

/*
 * The COMMENT statements (char *) of these tables (a List of Oid) that show
 * objects or lists.  Reads the definitions anew.
 */
List *
attio_schema_comments(Session *session, List *tables, bool replace)
{
	List *statements = NIL;
	bool sees_lists = workspace_missing_scopes(import_granted_scopes(session), target_list.scope) == NULL;
	List *targets;
	ListCell *lc;

	known_forget(session);
	targets = sees_lists ? targets_read_all(session, NULL) : targets_read(session, &target_object, NULL);
	foreach(lc, tables)
	{
		const DriftTable *table = drift_table_open(lfirst_oid(lc));
		const TargetDef *target =
			table->relation->target == NULL ? NULL : target_find(targets, table->relation->target);

		if (target != NULL)
			statements = comments_of_table(statements, session, table, target, replace);
	}
	return statements;
}
