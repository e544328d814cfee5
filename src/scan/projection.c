/*
 * projection.c
 *		What a scan wants of each row, as the tokenizer reads it.
 *
 * Owns: the building of the tokenizer's tree.
 */
#include "scan/projection.h"

#include "utils/memutils.h"

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

/* The node of one member; the name may hold any character. */
TokNode *
projection_member(Projection *projection, TokNode *from, const char *key)
{
	TokNode **link = &from->children;

	while (*link != NULL && strcmp((*link)->key, key) != 0)
		link = &(*link)->next;
	if (*link == NULL)
	{
		*link = new_node(projection);
		(*link)->key = MemoryContextStrdup(projection->context, key);
		(*link)->key_length = strlen(key);
	}
	return *link;
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
