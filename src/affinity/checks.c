/*
 * checks.c
 *		What attio_fdw_check() asks of Affinity alone.
 *
 * Owns: what the answer to /auth/whoami means for a user.  How checks are run,
 * admin/check knows.
 */
#include "affinity/checks.h"

#include "base/errors.h"
#include "remote/request.h"

/* A text of the answer, harmless; "otherwise" where it has none. */
static const char *
answer_text(JsonTree *answer, const char *path, const char *otherwise)
{
	const char *text = json_string_at(answer, path);

	return text == NULL ? otherwise : clean_text(text, strlen(text), 100);
}

/* Does Affinity take the key, and whose is it?  A refusal is an error, which becomes this check's row. */
static void
check_key(CheckRun *run, const char *name)
{
	JsonTree *answer;

	run->blocked = "Affinity did not accept the API key";
	(void) request_judge(run->session, run->answer, NULL);
	answer = json_read(run->answer->body, run->answer->length);
	if (!json_is_object(json_at(answer, "tenant")))
		request_raise_shape(run->session, run->answer, NULL);
	run->account = answer;
	run->blocked = NULL;
	check_add(run, name, CHECK_OK,
			  psprintf("The API key is of %s, in account \"%s\".",
					   answer_text(answer, "user.email", "a user without an address"),
					   answer_text(answer, "tenant.name", "")),
			  NULL);
}

const CheckDef affinity_account_checks[] = {
	{"key", check_key, true},
	{NULL, NULL, false},
};
