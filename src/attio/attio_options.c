/*
 * attio_options.c
 *		The options that are Attio's own.
 *
 * Owns: their names, kinds and defaults, and the rules between them.  Must not
 * know how an option is used.
 */
#include "attio/attio_options.h"

#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"

#define SERVER ForeignServerRelationId
#define TABLE ForeignTableRelationId
#define COLUMN AttributeRelationId

static const char *const page_order_words[] = {"auto", "created_at", NULL};
static const char *const missing_attribute_words[] = {"error", "null", NULL};
static const char *const ignored_write_words[] = {"warning", "error", "ignore", NULL};
static const char *const remote_nulls_words[] = {"unknown", "first", "last", "smallest", "largest", NULL};
static const char *const remote_equality_words[] = {"unknown", "exact", "ignore_case", NULL};
static const char *const remote_truth_words[] = {"unknown", "true", "false", NULL};
static const char *const remote_order_words[] = {"unknown", "C", NULL};

/* clang-format off */
static const OptionDef own_options[] = {
	/* name, place, kind, guard, default, min, max, words, meaning */
	{"workspace_id", SERVER, OPTION_UUID, GUARD_NONE, NULL, 0, 0, NULL,
	 "id of the workspace that every key of this server must belong to"},
	{"read_rate", SERVER, OPTION_INT, GUARD_NONE, "95", 1, 10000, NULL,
	 "read requests per second, of all sessions that use the key; Attio allows 100"},
	{"write_rate", SERVER, OPTION_INT, GUARD_NONE, "24", 1, 10000, NULL,
	 "write requests per second, of all sessions that use the key; Attio allows 25"},
	{"on_ignored_write", SERVER, OPTION_WORD, GUARD_NONE, "warning", 0, 0, ignored_write_words,
	 "what happens when Attio stores other values than were sent, as it does where it enriches attributes"},
	{"remote_nulls", SERVER, OPTION_WORD, GUARD_NONE, "unknown", 0, 0, remote_nulls_words,
	 "where Attio sorts rows without a value: before or after the others, or as smaller or larger than any"},
	{"remote_text_equality", SERVER, OPTION_WORD, GUARD_NONE, "unknown", 0, 0, remote_equality_words,
	 "whether Attio compares text for equality as SQL does, byte by byte"},
	{"remote_not_matches_empty", SERVER, OPTION_WORD, GUARD_NONE, "unknown", 0, 0, remote_truth_words,
	 "whether Attio's $not finds rows without a value"},
	{"remote_text_order", SERVER, OPTION_WORD, GUARD_NONE, "unknown", 0, 0, remote_order_words,
	 "the collation by which Attio sorts text"},
	{"remote_max_limit", SERVER, OPTION_INT, GUARD_NONE, "500", 2, 500, NULL,
	 "largest number of rows that Attio returns for one query of records or entries"},

	{"object", TABLE, OPTION_TEXT, GUARD_NONE, NULL, 0, 0, NULL,
	 "slug of the object whose records the table shows"},
	{"object_id", TABLE, OPTION_UUID, GUARD_NONE, NULL, 0, 0, NULL,
	 "id of that object; requests use it, so that the table still works after the slug is renamed"},
	{"list", TABLE, OPTION_TEXT, GUARD_NONE, NULL, 0, 0, NULL,
	 "slug of the list whose entries the table shows"},
	{"list_id", TABLE, OPTION_UUID, GUARD_NONE, NULL, 0, 0, NULL,
	 "id of that list"},
	{"view", TABLE, OPTION_UUID, GUARD_NONE, NULL, 0, 0, NULL,
	 "id of a saved view of the object or list, whose filter decides which rows the table shows; conditions are then "
	 "checked locally"},
	{"matching_attribute", TABLE, OPTION_TEXT, GUARD_NONE, NULL, 0, 0, NULL,
	 "slug of a unique attribute (for a list: parent_record): an INSERT updates the row that has the same value, if one exists"},
	{"history", TABLE, OPTION_TEXT, GUARD_NONE, NULL, 0, 0, NULL,
	 "slug of an attribute: the table shows all values that it has had, one row for each; a condition must say of which records or entries"},
	{"history_id", TABLE, OPTION_UUID, GUARD_NONE, NULL, 0, 0, NULL,
	 "id of that attribute; remains valid when the slug is renamed"},
	{"page_order", TABLE, OPTION_WORD, GUARD_NONE, "auto", 0, 0, page_order_words,
	 "auto: unsorted pages, or pages sorted by created_at when unsorted pages are not in id order; created_at: always sorted by it"},
	{"missing_attribute", TABLE, OPTION_WORD, GUARD_NONE, "error", 0, 0, missing_attribute_words,
	 "what happens when the attribute of a column no longer exists: an error, or NULL is shown"},

	{"attribute", COLUMN, OPTION_TEXT, GUARD_NONE, NULL, 0, 0, NULL,
	 "slug of the attribute the column shows"},
	{"attribute_id", COLUMN, OPTION_UUID, GUARD_NONE, NULL, 0, 0, NULL,
	 "id of that attribute; remains valid when the slug is renamed"},
	{"property", COLUMN, OPTION_TEXT, GUARD_NONE, NULL, 0, 0, NULL,
	 "property of the attribute's value, such as first_name; unset means the main one"},
	{"type", COLUMN, OPTION_TEXT, GUARD_NONE, NULL, 0, 0, NULL,
	 "type of the attribute at import"},
	{"multiselect", COLUMN, OPTION_BOOL, GUARD_NONE, NULL, 0, 0, NULL,
	 "whether the attribute could hold several values at import"},
};
/* clang-format on */

/* A table of history is of one attribute of an object or list, and has no other rows. */
static void
check_history(List *options, const char *kind)
{
	static const char *const others[] = {"view", "matching_attribute"};

	if (option_is_set(options, "history_id") && !option_is_set(options, "history"))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_OPTION_NAME), errmsg("option \"history_id\" requires \"history\"")));
	if (!option_is_set(options, "history"))
		return;
	if (strcmp(kind, "resource") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_OPTION_NAME), errmsg("option \"history\" requires \"object\" or \"list\""),
				 errhint("Only attributes of objects and lists have a history.")));
	for (int i = 0; i < (int) lengthof(others); i++)
		if (option_is_set(options, others[i]))
			ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
							errmsg("options \"history\" and \"%s\" exclude each other", others[i])));
}

/* Rules that look at several options at once. */
static void
check_together(List *options, Oid place)
{
	static const char *const kinds[] = {"object", "list", "resource"};
	static const char *const targets[] = {"attribute", "field"};

	if (place == COLUMN)
		options_at_most_one(options, targets, lengthof(targets));
	if (place == TABLE)
	{
		const char *kind = options_at_most_one(options, kinds, lengthof(kinds));

		if (kind == NULL)
			ereport(ERROR, (errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
							errmsg("a foreign table needs one of the options \"object\", \"list\" or \"resource\""),
							errhint("For example: OPTIONS (object 'people').")));
		if (option_is_set(options, "view") && strcmp(kind, "resource") == 0)
			ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
							errmsg("option \"view\" requires \"object\" or \"list\""),
							errhint("Only objects and lists have views.")));
		check_history(options, kind);
		if ((option_is_set(options, "object_id") && strcmp(kind, "object") != 0) ||
			(option_is_set(options, "list_id") && strcmp(kind, "list") != 0))
			ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
							errmsg("options \"object_id\" and \"list_id\" require \"object\" and \"list\""),
							errhint("Option object_id requires object, and list_id requires list.")));
	}
}

const OptionSet attio_options = {
	.default_url = "https://api.attio.com",
	.options = own_options,
	.noptions = lengthof(own_options),
	.check_together = check_together,
};
