/*
 * shape.c
 *		What the answers that hold definitions must have.
 *
 * Owns: the errors of those that lack it.  Must not know what is defined.
 */
#include "attio/shape.h"

#include "base/errors.h"

/* A copy of the string at a path, in the current memory context; NULL when there is none. */
char *
shape_string(JsonTree *tree, const char *path)
{
	const char *value = json_string_at(tree, path);

	return value == NULL ? NULL : pstrdup(value);
}

/* The answer to a GET of this path is not of the form that belongs to it.  Does not return. */
void
shape_raise(const char *path)
{
	ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("Attio's answer has an unexpected structure"),
					errdetail("GET %s returned HTTP 200 without members that it must have.", path)));
}

/* Copies of the strings of an array, in the current memory context; NIL when there is no array. */
List *
shape_strings(JsonTree *tree, const char *member, const char *path)
{
	List *strings = NIL;
	JsonTree *array = json_at(tree, member);

	for (int i = 0; i < json_length_at(array, ""); i++)
	{
		char *string = shape_string(json_element(array, i), "");

		if (string == NULL)
			shape_raise(path);
		strings = lappend(strings, string);
	}
	return strings;
}

/* How many definitions the answer holds; an ERROR where it holds no list of them. */
int
shape_length(JsonTree *answer, const char *path)
{
	int n = json_length_at(answer, "data");

	if (n < 0)
		shape_raise(path);
	return n;
}

/*
 * A definition lacks one of the strings that each has: say which definition, by
 * what it does have, and which string.  Does not return.
 */
void
shape_raise_incomplete(JsonTree *item, const char *path, const char *what, const char *const *needed, int nneeded)
{
	const char *const names[] = {"api_slug", "title", needed[0]};
	const char *missing = "member";
	const char *name = NULL;

	for (int i = nneeded - 1; i >= 0; i--)
	{
		const char *value = json_string_at(item, needed[i]);

		if (value == NULL || value[0] == '\0')
			missing = needed[i];
	}
	for (int i = 0; i < (int) lengthof(names) && (name == NULL || name[0] == '\0'); i++)
		name = json_string_at(item, names[i]);
	ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("Attio's answer has an unexpected structure"),
					errdetail("GET %s returned HTTP 200 with %s whose %s is missing, empty or null.", path,
							  name == NULL ? psprintf("one %s without a name", what)
										   : psprintf("the %s \"%s\"", what, clean_text(name, strlen(name), 100)),
							  missing)));
}
