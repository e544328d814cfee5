/*
 * absent.c
 *		A value of which the wanted members are not there.
 *
 * Owns: the difference between a value that shows nothing and one that is
 * malformed.  Rows seldom come here, so the value is read a second time.
 */
#include "row/absent.h"

#include "base/errors.h"
#include "base/json.h"

/* Raise an ERROR: the value is a text, a number or an array where an object must be. */
static void
refuse_shape(const char *attribute, const char *path, size_t length)
{
	ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
					length == 0 ? errmsg("a value of attribute \"%s\" is not an object", attribute)
								: errmsg("member \"%.*s\" of a value of attribute \"%s\" is not an object",
										 (int) length, path, attribute)));
}

/* An option or a status must have the member that is read; null in its place means that none is chosen. */
static void
check_choice(JsonTree *value, const char *attribute, const char *path)
{
	size_t length = strcspn(path, ".");
	char *name = pnstrdup(path, length);

	if (json_has(value, name) && json_member(value, name) == NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_ERROR), errmsg("a value of attribute \"%s\" has no member \"%s\"", attribute, path)));
}

/* The members above the one that is wanted must be objects, where they are there. */
static void
check_path(JsonTree *value, const char *attribute, const char *path)
{
	const char *start = path;

	for (const char *dot = strchr(start, '.'); dot != NULL; dot = strchr(start, '.'))
	{
		value = json_member(value, pnstrdup(start, dot - start));
		if (value == NULL)
			return;
		if (!json_is_object(value))
			refuse_shape(attribute, path, dot - path);
		start = dot + 1;
	}
}

/* The array once more; NULL where it is deeper than anything that is known to come. */
static JsonTree *
read_list(const TokSlice *list)
{
	char *text = pnstrdup(list->start, list->length);
	JsonTree *values = json_read(text, list->length);

	pfree(text);
	return values;
}

/* The value has none of the members that this property shows. */
static void
check_value(JsonTree *value, const char *attribute, const PropertyDef *property)
{
	if (!json_is_object(value))
		refuse_shape(attribute, "", 0);
	for (int i = 0; property->members[i] != NULL; i++)
		check_path(value, attribute, property->members[i]);
	if (property->is_required)
		check_choice(value, attribute, property->members[0]);
}

/*
 * One value of an attribute has none of the members that this property shows:
 * an ERROR where it is no object, or a choice without title or id.  "list" is
 * the array that holds the value.
 */
void
absent_check(const TokSlice *list, uint32 element, const char *attribute, const PropertyDef *property)
{
	JsonTree *values = read_list(list);

	/* deeper than anything that is known to come: what it holds is not known */
	if (values != NULL)
		check_value(json_element(values, (int) element), attribute, property);
}

/* The same of a row, of so many bytes, that is the value. */
void
absent_check_row(const char *row, size_t length, const char *attribute, const PropertyDef *property)
{
	char *text = pnstrdup(row, length);
	JsonTree *value = json_read(text, length);

	pfree(text);
	if (value != NULL)
		check_value(value, attribute, property);
}

void
absent_check_element(const TokSlice *list, uint32 element, const char *field)
{
	JsonTree *value = json_element(read_list(list), (int) element);

	if (value != NULL && !json_is_object(value))
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("an element of field \"%s\" is not an object", field)));
}
