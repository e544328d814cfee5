/*
 * doubt.c
 *		Does a page fit the definitions by which it is read?
 *
 * Owns: the signs that it does not.  All rows of a page are answered under the
 * same definitions, so one of them is looked at for each column.  Must not know
 * what follows.
 */
#include "row/doubt.h"

/* Has any row of the page a value of this leaf? */
static bool
page_has(const TokPage *page, int leaf)
{
	for (size_t i = 0; i < page->nslices; i++)
		if (page->slices[i].leaf == leaf)
			return true;
	return false;
}

/*
 * The type that the first value says it has, as it stands in the list; its
 * quotes are in no string, where they would be escaped.  NULL: it says nothing.
 */
static const char *
type_of_values(const TokSlice *list, const char *key, size_t *length)
{
	const char *end = list->start + list->length;
	const char *at = key == NULL ? NULL : (const char *) memmem(list->start, list->length, key, strlen(key));

	if (at == NULL)
		return NULL;
	at += strlen(key);
	while (at < end && (*at == ' ' || *at == ':' || *at == '\n' || *at == '\t' || *at == '\r'))
		at++;
	if (at >= end || *at != '"')
		return NULL;
	at++;
	*length = 0;
	while (at + *length < end && at[*length] != '"')
		++*length;
	return at;
}

/* What the list of an attribute's values in one row (NULL: it has no such key) says of its definition. */
Doubt
doubt_of(Trust *trust, const PagerRow *row, const TokSlice *list, int leaf)
{
	const char *type;
	size_t length;

	if (list == NULL)
	{
		if (trust->may_lack || trust->key_page == row->page->serial)
			return DOUBT_NONE;
		if (!page_has(row->page, leaf))
			return DOUBT_KEY;
	}
	trust->key_page = row->page->serial;
	if (list == NULL || trust->page == row->page->serial || list->kind != TOK_ARRAY || list->element == 0)
		return DOUBT_NONE;
	trust->page = row->page->serial;
	type = type_of_values(list, trust->type_key, &length);
	if (type == NULL || (length == strlen(trust->type) && strncmp(type, trust->type, length) == 0))
		return DOUBT_NONE;
	trust->page = 0;
	return DOUBT_TYPE;
}

/* The attributes changed after rows had been returned, so that one result would show both.  Does not return. */
void
doubt_raise_changed(const RemoteRelation *relation)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
		 errmsg("the attributes of \"%s\" changed in %s while it was read", relation->name, relation->service->title),
		 errdetail("Rows with the earlier attributes had already been read."), errhint("Run the statement again.")));
}

/* The values of an attribute have another type than its definition says.  Does not return. */
void
doubt_raise_type(const RemoteRelation *relation, const ColumnBinding *binding)
{
	ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					errmsg("%s returned values of another type for attribute \"%s\" of \"%s\"",
						   relation->service->title, binding->attribute_name, relation->name),
					errdetail("Its definition has type %s.", binding->attribute_type),
					errhint("The attribute may be changing just now; run the statement again.")));
}
