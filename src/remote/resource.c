/*
 * resource.c
 *		Looking things up in the table of a service's endpoints.
 *
 * Owns: how a path, or a body, is made of its parts.  Must not know which services there
 * are.
 */
#include "remote/resource.h"

#include "base/json.h"
#include "base/text_rows.h"
#include "lib/stringinfo.h"

const ResourceDef *
resource_by_name(const ResourceDef *resources, const char *name)
{
	for (const ResourceDef *resource = resources; resource->name != NULL; resource++)
		if (!resource->is_template && strcmp(resource->name, name) == 0)
			return resource;
	return NULL;
}

const FieldDef *
resource_field(const ResourceDef *resource, const char *name)
{
	for (int i = 0; i < resource->nfields; i++)
		if (strcmp(resource->fields[i].name, name) == 0)
			return &resource->fields[i];
	return NULL;
}

bool
field_is_written(const FieldDef *field, bool is_new)
{
	return field->write == FIELD_WRITABLE || field->write == (is_new ? FIELD_ON_CREATE : FIELD_ON_UPDATE);
}

char *
bare_part_name(const char *name)
{
	return is_part_name(name) ? pnstrdup(name + 1, strcspn(name + 1, "}")) : pstrdup(name);
}

/* What the field shows of the listing that a row is of: its name, or NULL. */
static const char *
listing_part(const ResourceDef *resource, const FieldDef *field)
{
	if (field->source == FIELD_GIVEN)
		return field->path;
	if (field->path_part != NULL)
		return field->path_part;
	for (int i = 0; i < resource->nparams; i++)
	{
		const ParamDef *param = &resource->params[i];

		if (param->way == NULL && is_part_name(param->name) && strcmp(param->column, field->name) == 0)
			return bare_part_name(param->name);
	}
	return NULL;
}

const char *
path_part_of_field(const ResourceDef *resource, const FieldDef *field, const char *path)
{
	const char *name = listing_part(resource, field);

	return name != NULL && strstr(path, psprintf("{%s}", name)) != NULL ? name : NULL;
}

bool
is_of_identity(const ResourceDef *resource, const FieldDef *field)
{
	return resource->id_with != NULL && field->source == FIELD_MEMBER && strcmp(field->path, resource->id_with) == 0;
}

const FieldDef *
resource_identity_field(const ResourceDef *resource)
{
	for (int i = 0; i < resource->nfields; i++)
		if (is_of_identity(resource, &resource->fields[i]))
			return &resource->fields[i];
	return NULL;
}

const char *
field_sent_path(const FieldDef *field)
{
	return field->sent_as == NULL ? field->path : field->sent_as;
}

char *
array_path(const char *path)
{
	const char *inside = strstr(path, "[]");

	return inside == NULL ? pstrdup(path) : pnstrdup(path, inside - path);
}

const char *
element_path(const char *path)
{
	const char *inside = strstr(path, "[].");

	return inside == NULL ? NULL : inside + strlen("[].");
}

char *
field_sent_place(const FieldDef *field)
{
	return array_path(field_sent_path(field));
}

bool
fields_are_sent_together(const FieldDef *one, const FieldDef *other)
{
	const char *inside;

	/* a field that is only read may have no path */
	if (one->write == FIELD_READ_ONLY || other->write == FIELD_READ_ONLY)
		return false;
	inside = element_path(field_sent_path(one));
	return inside != NULL && strncmp(field_sent_path(one), field_sent_path(other), inside - field_sent_path(one)) == 0;
}

const char *
resource_id_name(const ResourceDef *resource)
{
	const char *dot = resource->id_path == NULL ? NULL : strrchr(resource->id_path, '.');

	return dot == NULL ? resource->id_path : dot + 1;
}

Given *
given_make(const char *name, const char *value)
{
	Given *given = (Given *) palloc(sizeof(Given));

	given->name = name;
	given->value = value;
	return given;
}

const char *
given_value(const List *given, const char *name)
{
	ListCell *lc;

	foreach(lc, given)
	{
		const Given *one = (const Given *) lfirst(lc);

		if (strcmp(one->name, name) == 0)
			return one->value;
	}
	return NULL;
}

bool
given_equal(const List *one, const List *other)
{
	const ListCell *a;
	const ListCell *b;

	if (list_length(one) != list_length(other))
		return false;
	forboth(a, one, b, other)
	{
		const Given *mine = (const Given *) lfirst(a);
		const Given *theirs = (const Given *) lfirst(b);

		if (strcmp(mine->name, theirs->name) != 0 || !texts_equal(mine->value, theirs->value))
			return false;
	}
	return true;
}

/* Raise an ERROR: as a part of a path the value would name something else, as ".." does. */
static void
check_part(const char *name, const char *value)
{
	if (value[0] == '\0' || strcmp(value, ".") == 0 || strcmp(value, "..") == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("\"%s\" cannot name the %s of a request", value, name),
						errdetail("It would change the path of the request.")));
}

/* A path with what is given in the place of its parts. */
static char *
fill_path(const char *path, const List *given, const char *id, bool escape)
{
	StringInfoData filled;
	const char *at = path;

	initStringInfo(&filled);
	for (const char *open = strchr(at, '{'); open != NULL; open = strchr(at, '{'))
	{
		size_t length = strcspn(open + 1, "}");
		char *name = pnstrdup(open + 1, length);
		const char *value = strcmp(name, "id") == 0 ? id : given_value(given, name);

		if (escape && value != NULL && open > path && open[-1] == '/')
			check_part(name, value);
		appendBinaryStringInfo(&filled, at, (int) (open - at));
		if (value == NULL)
			appendStringInfo(&filled, "{%s}", name);
		else
			appendStringInfoString(&filled, escape ? http_escape(value) : value);
		at = open + length + 2;
	}
	appendStringInfoString(&filled, at);
	return filled.data;
}

char *
resource_path(const char *path, const List *given, const char *id)
{
	return fill_path(path, given, id, true);
}

char *
resource_path_shown(const char *path, const List *given, const char *id)
{
	return fill_path(path, given, id, false);
}

char *
resource_body(const Access *access, const List *given)
{
	StringInfoData filled;
	const char *at = access->body;

	if (at == NULL)
		return NULL;
	initStringInfo(&filled);
	/* a brace inside of quotes begins what is given; others are JSON's own */
	for (const char *open = strstr(at, "\"{"); open != NULL; open = strstr(at, "\"{"))
	{
		size_t length = strcspn(open, "}") + strlen("}\"");
		const char *value = given_value(given, pnstrdup(open + 2, length - strlen("\"{}\"")));

		appendBinaryStringInfo(&filled, at, (int) (open - at));
		if (value == NULL)
			appendBinaryStringInfo(&filled, open, (int) length);
		else
			appendStringInfoString(&filled, json_write(json_text(value)));
		at = open + length;
	}
	appendStringInfoString(&filled, at);
	return filled.data;
}
