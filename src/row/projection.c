/*
 * projection.c
 *		What a scan wants of each row, as the tokenizer reads it.
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

/* Nothing wanted yet. */
Projection *
projection_create(void)
{
	Projection *projection = (Projection *) palloc0(sizeof(Projection));

	projection->context = CurrentMemoryContext;
	projection->row = new_node(projection);
	return projection;
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
			ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many properties wanted in one scan")));
		node->leaf = projection->nleaves++;
	}
	return node->leaf;
}
