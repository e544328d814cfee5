/*
 * unstored.c
 *		What is said of values that are not stored as they were sent.
 *
 * A service may leave some values as they are although it says that all is well:
 * those that it makes itself, and perhaps others (docs/attio-api.md 9.5).  Which
 * these are, the service says.
 */
#include "modify/unstored.h"

#include "base/errors.h"

/* Warnings of one statement. */
#define SHOWN_WARNINGS 10

/* How much of a value is shown. */
#define SHOWN_LENGTH 200

bool
unstored_is_wanted(const RemoteRelation *relation)
{
	return strcmp(relation->on_ignored_write, "ignore") != 0;
}

/* A value for a message, harmless and not too long. */
static char *
shown_value(JsonTree *value)
{
	const char *text = json_write(value);

	return clean_text(text, strlen(text), SHOWN_LENGTH);
}

void
unstored_report(const RemoteRelation *relation, const char *id, List *values, int64 *count)
{
	bool is_error = strcmp(relation->on_ignored_write, "error") == 0;
	const char *title = relation->service->title;
	ListCell *lc;

	foreach(lc, values)
	{
		const UnstoredValue *value = (const UnstoredValue *) lfirst(lc);

		if (!is_error && (*count)++ >= SHOWN_WARNINGS)
			continue;
		ereport(
			is_error ? ERROR : WARNING,
			(errcode(is_error ? ERRCODE_FDW_ERROR : ERRCODE_WARNING),
			 relation->resource->values != NULL
				 ? errmsg("%s did not store attribute \"%s\" of \"%s\" as it was sent", title, value->name,
						  relation->name)
				 : errmsg("%s did not store field \"%s\" of \"%s\" as it was sent", title, value->name, relation->name),
			 errdetail("In the row with %s %s, %s was sent, and %s was stored.", resource_id_name(relation->resource),
					   id, shown_value(value->sent), shown_value(value->stored)),
			 is_error ? errhint("The row was nevertheless written. Option on_ignored_write makes this an error.")
			 : *count == SHOWN_WARNINGS
				 ? errhint("Further rows of this statement are not reported.")
				 : errhint("%s enriches some attributes itself; others may be set by an automation.", title)));
	}
}
