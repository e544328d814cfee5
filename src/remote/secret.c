/*
 * secret.c
 *		Secrets of a user mapping: read where its options say, wiped when they go.
 *
 * Owns: reading an option, a file or an environment variable.  No message shows
 * any part of a secret.  Must not know what it is for.
 */
#include "remote/secret.h"

#include "catalog/pg_user_mapping.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/builtins.h"

/* Longest secret that a file may hold. */
#define SECRET_LIMIT 4096

/* Reset callback. */
static void
wipe_text(void *arg)
{
	char *text = (char *) arg;

	explicit_bzero(text, strlen(text));
}

/* Wipe this text, of the current memory context, when that is reset: at the latest when an error is cleaned up. */
void
secret_wipe_later(char *text)
{
	MemoryContextCallback *callback = (MemoryContextCallback *) palloc(sizeof(MemoryContextCallback));

	callback->func = wipe_text;
	callback->arg = text;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);
}

/* The content of the file that an option names, without blanks at its end; ERROR where it cannot be read. */
static char *
read_secret_file(const SecretDef *secret, const char *path)
{
	FILE *file = AllocateFile(path, "r");
	char buffer[SECRET_LIMIT];
	size_t length;
	char *text;

	if (file == NULL)
		ereport(ERROR,
				(errcode_for_file_access(), errmsg("could not read the file that contains the %s: %m", secret->noun),
				 errdetail("It is named by option %s of the user mapping.", secret->file_option)));
	length = fread(buffer, 1, sizeof(buffer) - 1, file);
	FreeFile(file);
	while (length > 0 && strchr(" \t\r\n", buffer[length - 1]) != NULL)
		length--;
	buffer[length] = '\0';
	text = pstrdup(buffer);
	explicit_bzero(buffer, sizeof(buffer));
	return text;
}

/* The value of an environment variable of the server; ERROR where it is not set. */
static char *
read_secret_variable(const SecretDef *secret, const char *name)
{
	const char *found = getenv(name);

	if (found == NULL)
		ereport(ERROR, (errcode(ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION),
						errmsg("environment variable \"%s\" is not set in the database server", name),
						errdetail("It is named by option %s of the user mapping.", secret->env_option)));
	return pstrdup(found);
}

/* The user mapping has no such secret.  Does not return. */
static void
raise_missing(const SecretDef *secret, ForeignServer *server, UserMapping *mapping)
{
	ereport(ERROR, (errcode(ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION),
					errmsg("the user mapping for server \"%s\" has no %s", server->servername, secret->noun),
					errhint("Run: ALTER USER MAPPING FOR %s SERVER %s OPTIONS (ADD %s '...');",
							OidIsValid(mapping->userid) ? quote_identifier(GetUserNameFromId(mapping->userid, false))
														: "PUBLIC",
							quote_identifier(server->servername), secret->option)));
}

/*
 * A secret of the user mapping, in the current memory context, and wiped when
 * that is reset.  Raises ERROR if there is none, if it cannot be read, and if
 * it is empty or contains blanks.
 */
char *
secret_read(const SecretDef *secret, const OptionSet *set, ForeignServer *server, UserMapping *mapping)
{
	const char *value;
	char *text = NULL;

	if ((value = option_text(set, mapping->options, UserMappingRelationId, secret->option)) != NULL)
		text = pstrdup(value);
	else if ((value = option_text(set, mapping->options, UserMappingRelationId, secret->file_option)) != NULL)
		text = read_secret_file(secret, value);
	else if ((value = option_text(set, mapping->options, UserMappingRelationId, secret->env_option)) != NULL)
		text = read_secret_variable(secret, value);
	else
		raise_missing(secret, server, mapping);
	secret_wipe_later(text);
	if (*text == '\0' || strpbrk(text, " \t\r\n") != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION),
				 errmsg("the %s for server \"%s\" is empty or contains blanks", secret->noun, server->servername)));
	return text;
}
