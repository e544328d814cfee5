/*
 * projection.c
 *		What a scan wants of each answer and row, as the tokenizer reads it.
 *
 * Owns: the building of the tokenizer's tree.
 */
#include "row/projection.h"

#include "port/pg_bitutils.h"
#include "utils/memutils.h"

void *
tok_grow(void *old, size_t size)
{
	return old == NULL ? MemoryContextAllocHuge(CurrentMemoryContext, size) : repalloc_huge(old, size);
}

static TokNode *
new_node(Projection *projection)
{
	TokNode *node = (TokNode *) MemoryContextAllocZero(projection->context, sizeof(TokNode));

	node->leaf = -1;
	return node;
}

/* Children beyond which they are found by a hash. */
#define FEW_CHILDREN 8

static void
put_into_table(TokNode *node, TokNode *child)
{
	uint32 at = tok_hash(child->key, child->key_length);

	while (node->table[at & node->table_mask] != NULL)
		at++;
	node->table[at & node->table_mask] = child;
}

/* A table at most half full. */
static void
make_table(Projection *projection, TokNode *node, uint32 nchildren)
{
	if (node->table != NULL)
		pfree(node->table);
	node->table_mask = pg_nextpower2_32(nchildren * 4) - 1;
	node->table = (TokNode **) MemoryContextAllocZero(projection->context, sizeof(TokNode *) * (node->table_mask + 1));
	for (TokNode *child = node->children; child != NULL; child = child->next)
		put_into_table(node, child);
}

/* Append a child; a node of many finds them by a table of hashes. */
static void
add_child(Projection *projection, TokNode *node, TokNode *child)
{
	if (node->last == NULL)
		node->children = child;
	else
		node->last->next = child;
	node->last = child;
	node->nchildren++;
	if (node->nchildren > FEW_CHILDREN && node->nchildren * 2 > node->table_mask)
		make_table(projection, node, node->nchildren);
	else if (node->table != NULL)
		put_into_table(node, child);
}

/* The node of one member; the name may hold any character. */
TokNode *
projection_member(Projection *projection, TokNode *from, const char *key)
{
	size_t length = strlen(key);
	TokNode *child = tok_child(from, key, length);

	if (child != NULL)
		return child;
	child = new_node(projection);
	child->key = MemoryContextStrdup(projection->context, key);
	child->key_length = length;
	add_child(projection, from, child);
	return child;
}

char *
projection_next_path(const char **paths)
{
	size_t length;
	char *path;

	if (*paths == NULL)
		return NULL;
	length = strcspn(*paths, "|");
	path = pnstrdup(*paths, length);
	*paths = (*paths)[length] == '|' ? *paths + length + 1 : NULL;
	return path;
}

TokNode *
projection_given(Projection *projection, TokNode *from, const char *name)
{
	MemoryContext saved;
	GivenMember *member;
	ListCell *lc;

	foreach(lc, projection->given)
	{
		member = (GivenMember *) lfirst(lc);
		if (member->parent == from && strcmp(member->name, name) == 0)
			return member->node;
	}
	saved = MemoryContextSwitchTo(projection->context);
	member = (GivenMember *) palloc(sizeof(GivenMember));
	member->parent = from;
	member->name = name;
	member->node = projection_member(projection, from, psprintf("{%s}", name));
	projection->given = lappend(projection->given, member);
	MemoryContextSwitchTo(saved);
	return member->node;
}

void
projection_give(Projection *projection, const List *given)
{
	ListCell *lc;

	foreach(lc, projection->given)
	{
		GivenMember *member = (GivenMember *) lfirst(lc);
		const char *value = given_value(given, member->name);

		if (value == NULL)
			elog(ERROR, "the listing is not given \"%s\"", member->name);
		if (strlen(value) == member->node->key_length && strcmp(value, member->node->key) == 0)
			continue;
		member->node->key = value;
		member->node->key_length = strlen(value);
		if (member->parent->table != NULL)
			make_table(projection, member->parent, member->parent->nchildren);
	}
}

/* The node at a dotted path. */
TokNode *
projection_path(Projection *projection, TokNode *from, const char *path)
{
	char *copy = pstrdup(path);
	char *rest = NULL;

	for (char *key = strtok_r(copy, ".", &rest); key != NULL; key = strtok_r(NULL, ".", &rest))
		from = projection_member(projection, from, key);
	pfree(copy);
	return from;
}

/* The node of an array's elements. */
TokNode *
projection_element(Projection *projection, TokNode *from)
{
	if (from->element == NULL)
		from->element = new_node(projection);
	return from->element;
}

/* Want the node's value; returns the leaf that its slices will carry. */
int
projection_leaf(Projection *projection, TokNode *node)
{
	if (node->leaf < 0)
	{
		if (projection->nleaves >= UINT16_MAX)
			ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many properties in one scan")));
		node->leaf = projection->nleaves++;
	}
	return node->leaf;
}

/* ----- answers ----- */

/* Of these places the first that is there holds the rows, or the documents with the rows. */
static void
place_rows(Projection *projection, const Paging *paging)
{
	const char *paths = paging->rows;
	TokNode *element = paging->each == NULL ? projection->row : projection->document;
	uint8 rank = 0;
	char *path;

	while ((path = projection_next_path(&paths)) != NULL)
	{
		TokNode *node = projection_path(projection, projection->root, path);

		node->role = paging->each == NULL ? TOK_ROWS : TOK_DOCUMENTS;
		node->rank = rank++;
		node->element = element;
	}
}

/* The cursor of the next page, wanted. */
static void
want_cursor(Projection *projection, const Paging *paging)
{
	const char *paths = paging->next;
	char *path;

	while ((path = projection_next_path(&paths)) != NULL && projection->ncursors < PROJECTION_CURSORS)
		projection->cursors[projection->ncursors++] =
			projection_leaf(projection, projection_path(projection, projection->root, path));
}

Projection *
projection_create(const Paging *paging)
{
	Projection *projection = (Projection *) palloc0(sizeof(Projection));

	projection->context = CurrentMemoryContext;
	projection->root = new_node(projection);
	projection->row = new_node(projection);
	if (paging->each != NULL)
	{
		TokNode *each;

		projection->document = new_node(projection);
		each = projection_path(projection, projection->document, paging->each);
		each->role = TOK_ROWS;
		each->element = projection->row;
	}
	place_rows(projection, paging);
	want_cursor(projection, paging);
	return projection;
}

Projection *
projection_create_for_one(const char *path)
{
	Projection *projection = (Projection *) palloc0(sizeof(Projection));
	TokNode *place;

	projection->context = CurrentMemoryContext;
	projection->root = new_node(projection);
	projection->row = new_node(projection);
	place = path == NULL ? projection->root : projection_path(projection, projection->root, path);
	place->role = TOK_ROWS;
	place->element = projection->row;
	return projection;
}

TokNode *
projection_field(Projection *projection, const char *path)
{
	if (strncmp(path, "../", 3) != 0)
		return projection_path(projection, projection->row, path);
	if (projection->document == NULL)
		elog(ERROR, "no document around the rows has a field \"%s\"", path + 3);
	return projection_path(projection, projection->document, path + 3);
}

bool
projection_tells_cursor(const Projection *projection, const TokPage *page)
{
	for (int i = 0; i < projection->ncursors; i++)
		if (tok_outer(page, 0, page->nouter, projection->cursors[i], TOK_ANY_ELEMENT) != NULL)
			return true;
	return false;
}

const TokSlice *
projection_cursor(const Projection *projection, const TokPage *page)
{
	for (int i = 0; i < projection->ncursors; i++)
	{
		const TokSlice *slice = tok_outer(page, 0, page->nouter, projection->cursors[i], TOK_ANY_ELEMENT);

		if (slice != NULL && slice->kind != TOK_NULL && (slice->kind != TOK_STRING || slice->length > 0))
			return slice;
	}
	return NULL;
}
