/*
 * options.c
 *		The options of every service; validator and readers of all.
 *
 * Owns: names, kinds, defaults and guards of the options that each service has.
 * A service brings those of its own.  Must not know how an option is used.
 */
#include "base/options.h"

#include "access/reloptions.h"
#include "base/errors.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "utils/builtins.h"

#define SERVER ForeignServerRelationId
#define MAPPING UserMappingRelationId
#define TABLE ForeignTableRelationId
#define COLUMN AttributeRelationId

/* clang-format off */
static const OptionDef common_options[] = {
	/* name, place, kind, guard, default, min, max, words, meaning */
	{"base_url", SERVER, OPTION_URL, GUARD_FOREIGN_URL, NULL, 0, 0, NULL,
	 "address of the API; plain http is allowed only to a literal loopback address"},
	{"connect_timeout", SERVER, OPTION_DURATION, GUARD_NONE, "10s", 1, DAY_MS, NULL,
	 "time to resolve, connect and finish the TLS handshake"},
	{"request_timeout", SERVER, OPTION_DURATION, GUARD_NONE, "30s", 1, DAY_MS, NULL,
	 "longest time that a request may be without progress"},
	{"max_response_size", SERVER, OPTION_SIZE, GUARD_NONE, "64MB", 1024, 1024 * 1024 * 1024, NULL,
	 "largest answer in bytes; a larger page is requested again with fewer rows"},
	{"max_concurrent_requests", SERVER, OPTION_INT, GUARD_NONE, "8", 1, 32, NULL,
	 "requests that a scan runs at the same time; 1 requests a page only when it is needed"},
	{"max_retries", SERVER, OPTION_INT, GUARD_NONE, "5", 0, 100, NULL,
	 "how often a request that got no answer, and may be repeated, is retried; one refused for the rate limit is retried "
	 "until retry_deadline; 0 retries nothing"},
	{"retry_deadline", SERVER, OPTION_DURATION, GUARD_NONE, "3min", 0, DAY_MS, NULL,
	 "time after which a request is not retried"},
	{"async_capable", SERVER, OPTION_BOOL, GUARD_NONE, "true", 0, 0, NULL,
	 "whether scans below one Append (UNION ALL, partitions) run at the same time, where the server can be "
	 "interrupted while it waits for them"},
	{"updatable", SERVER, OPTION_BOOL, GUARD_NONE, "true", 0, 0, NULL,
	 "whether tables of this server can be written to"},
	{"join_batch_size", SERVER, OPTION_INT, GUARD_NONE, "100", 1, 100, NULL,
	 "keys that a join looks up per request"},
	{"read_after_write_timeout", SERVER, OPTION_DURATION, GUARD_NONE, "3s", 0, DAY_MS, NULL,
	 "how long a read is repeated while its answer is older than what the session wrote; 0 accepts any answer"},
	{"metadata_ttl", SERVER, OPTION_DURATION, GUARD_NONE, "5min", 0, DAY_MS, NULL,
	 "how long a session trusts the attribute definitions it has read"},
	{"ca_file", SERVER, OPTION_TEXT, GUARD_SUPERUSER, NULL, 0, 0, NULL,
	 "certificate authorities to trust instead of the system's, also for a proxy that is reached by https"},
	{"proxy", SERVER, OPTION_PROXY, GUARD_SUPERUSER, NULL, 0, 0, NULL,
	 "address of the proxy to use, such as http://proxy.example:3128; a proxy named in the environment is never used"},

	{"api_key", MAPPING, OPTION_SECRET, GUARD_NONE, NULL, 0, 0, NULL,
	 "the API key or OAuth access token"},
	{"api_key_file", MAPPING, OPTION_TEXT, GUARD_FILE_READER, NULL, 0, 0, NULL,
	 "file on the database server that holds the key"},
	{"api_key_env", MAPPING, OPTION_TEXT, GUARD_SUPERUSER, NULL, 0, 0, NULL,
	 "environment variable of the database server that holds the key"},
	{"proxy_user", MAPPING, OPTION_TEXT, GUARD_NONE, NULL, 0, 0, NULL,
	 "user name for the proxy"},
	{"proxy_password", MAPPING, OPTION_PASSWORD, GUARD_NONE, NULL, 0, 0, NULL,
	 "password for the proxy"},

	{"resource", TABLE, OPTION_TEXT, GUARD_NONE, NULL, 0, 0, NULL,
	 "collection of the service that the table shows, such as workspace_members; options object and list imply it"},
	{"page_size", TABLE, OPTION_INT, GUARD_NONE, "500", 2, 500, NULL,
	 "rows per request"},
	{"estimated_rows", TABLE, OPTION_INT, GUARD_NONE, NULL, 0, INT_MAX, NULL,
	 "number of rows the planner should expect"},
	{"async_capable", TABLE, OPTION_BOOL, GUARD_NONE, NULL, 0, 0, NULL,
	 "the same for one table; unset means as the server option says"},
	{"updatable", TABLE, OPTION_BOOL, GUARD_NONE, NULL, 0, 0, NULL,
	 "whether the table can be written to; unset means as the server option says"},
	{"allow_copy", TABLE, OPTION_BOOL, GUARD_NONE, "false", 0, 0, NULL,
	 "whether COPY into the table, and INSERT of a dump, is allowed; a dump of the table has the option, too"},

	{"field", COLUMN, OPTION_TEXT, GUARD_NONE, NULL, 0, 0, NULL,
	 "fixed field of the row that the column shows, such as web_url"},
};
/* clang-format on */

/* ----- sets of options ----- */

/* The options of a service, in the order of their places: those of every service, then its own. */
List *
options_of(const OptionSet *set)
{
	static const Oid places[] = {SERVER, MAPPING, TABLE, COLUMN};
	List *options = NIL;

	for (int i = 0; i < (int) lengthof(places); i++)
	{
		for (int j = 0; j < (int) lengthof(common_options); j++)
			if (common_options[j].place == places[i])
				options = lappend(options, unconstify(OptionDef *, &common_options[j]));
		for (int j = 0; j < set->noptions; j++)
			if (set->options[j].place == places[i])
				options = lappend(options, unconstify(OptionDef *, &set->options[j]));
	}
	return options;
}

/* The default of an option of this service, as text; NULL = none. */
const char *
option_fallback(const OptionSet *set, const OptionDef *option)
{
	return option->guard == GUARD_FOREIGN_URL ? set->default_url : option->fallback;
}

/* The option of this name on this catalog, or NULL. */
static const OptionDef *
find_option(const OptionSet *set, const char *name, Oid place)
{
	for (int i = 0; i < (int) lengthof(common_options); i++)
		if (common_options[i].place == place && strcmp(common_options[i].name, name) == 0)
			return &common_options[i];
	for (int i = 0; i < set->noptions; i++)
		if (set->options[i].place == place && strcmp(set->options[i].name, name) == 0)
			return &set->options[i];
	return NULL;
}

static const char *
place_name(Oid place)
{
	return place == SERVER    ? "a server"
		   : place == MAPPING ? "a user mapping"
		   : place == TABLE   ? "a foreign table"
		   : place == COLUMN  ? "a column"
							  : "the foreign data wrapper";
}

static void report_unknown_option(const OptionSet *set, const char *name, Oid place) __attribute__((noreturn));

/* Raise an ERROR: the option is unknown, or belongs elsewhere.  The HINT says where, or names the nearest one. */
static void
report_unknown_option(const OptionSet *set, const char *name, Oid place)
{
	List *known = NIL;
	const char *nearest;
	Oid elsewhere = InvalidOid;
	ListCell *lc;

	foreach(lc, options_of(set))
	{
		const OptionDef *option = (const OptionDef *) lfirst(lc);

		if (option->place == place)
			known = lappend(known, unconstify(char *, option->name));
		else if (strcmp(option->name, name) == 0)
			elsewhere = option->place;
	}
	nearest = closest_in_list(name, known);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_OPTION_NAME), errmsg("invalid option \"%s\" for %s", name, place_name(place)),
			 OidIsValid(elsewhere) ? errhint("\"%s\" is an option of %s.", name, place_name(elsewhere))
			 : nearest != NULL     ? errhint("Perhaps you meant the option \"%s\".", nearest)
			 : known == NIL        ? errhint("There are no valid options in this context.")
								   : 0));
}

/* ERROR where the present user may not set the option to this value. */
static void
check_guard(const OptionSet *set, const OptionDef *option, const char *value)
{
	bool allowed = superuser();

	switch (option->guard)
	{
		case GUARD_NONE:
			allowed = true;
			break;
		case GUARD_FOREIGN_URL:
			allowed = allowed || strcmp(value, set->default_url) == 0;
			break;
		case GUARD_FILE_READER:
			allowed = allowed || has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES);
			break;
		case GUARD_SUPERUSER:
			break;
	}
	if (!allowed)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("permission denied to set option \"%s\"", option->name),
						option->guard == GUARD_FILE_READER
							? errhint("Only superusers and members of pg_read_server_files may set it.")
						: option->guard == GUARD_FOREIGN_URL
							? errhint("Only superusers may set it to anything except %s.", set->default_url)
							: errhint("Only superusers may set it.")));
}

/* Which of these options is set?  Raises ERROR if more than one is. */
const char *
options_at_most_one(List *options, const char *const *names, int nnames)
{
	const char *found = NULL;

	for (int i = 0; i < nnames; i++)
	{
		if (!option_is_set(options, names[i]))
			continue;
		if (found != NULL)
			ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
							errmsg("options \"%s\" and \"%s\" cannot be used together", found, names[i])));
		found = names[i];
	}
	return found;
}

/* Rules that look at several options of a user mapping at once. */
static void
check_mapping(List *options)
{
	static const char *const keys[] = {"api_key", "api_key_file", "api_key_env"};

	options_at_most_one(options, keys, lengthof(keys));
	if (option_is_set(options, "proxy_password") && !option_is_set(options, "proxy_user"))
		ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
						errmsg("option \"proxy_password\" requires \"proxy_user\"")));
}

/*
 * Check the options of one catalog object.  Raises ERROR for an unknown name,
 * an illegal value, a guard the current user does not pass, or options that
 * exclude each other.
 */
void
options_validate(const OptionSet *set, List *options, Oid place)
{
	ListCell *lc;

	foreach(lc, options)
	{
		DefElem *def = (DefElem *) lfirst(lc);
		const OptionDef *option = find_option(set, def->defname, place);

		if (option == NULL)
			report_unknown_option(set, def->defname, place);
		option_check_value(option, defGetString(def), set->default_url);
		check_guard(set, option, defGetString(def));
	}
	if (place == MAPPING)
		check_mapping(options);
	if (set->check_together != NULL)
		set->check_together(options, place);
}

/* Who may set it, for the docs. */
const char *
option_set_by(const OptionSet *set, const OptionDef *option)
{
	switch (option->guard)
	{
		case GUARD_NONE:
			return "owner";
		case GUARD_SUPERUSER:
			return "superuser";
		case GUARD_FILE_READER:
			return "superuser, pg_read_server_files";
		case GUARD_FOREIGN_URL:
			break;
	}
	return psprintf("superuser, except for %s", set->default_url);
}

/* The text of the option where it is written down, without any default; NULL where it is not. */
const char *
option_if_set(List *options, const char *name)
{
	ListCell *lc;

	foreach(lc, options)
	{
		DefElem *def = (DefElem *) lfirst(lc);

		if (strcmp(def->defname, name) == 0)
			return defGetString(def);
	}
	return NULL;
}

/* The value of an option, its default when unset, or NULL. */
const char *
option_text(const OptionSet *set, List *options, Oid place, const char *name)
{
	const char *text = option_if_set(options, name);

	return text != NULL ? text : option_fallback(set, find_option(set, name, place));
}

/* The same as a number: plain, milliseconds or bytes.  The option must have a default or be set. */
int
option_int(const OptionSet *set, List *options, Oid place, const char *name)
{
	return option_number(find_option(set, name, place), option_text(set, options, place, name));
}

/* The same as a boolean; false when unset without default. */
bool
option_bool(const OptionSet *set, List *options, Oid place, const char *name)
{
	const char *value = option_text(set, options, place, name);
	bool result = false;

	if (value != NULL)
		(void) parse_bool(value, &result);
	return result;
}

/* Is the option written down at all? */
bool
option_is_set(List *options, const char *name)
{
	return option_if_set(options, name) != NULL;
}
