/*
 * projection.h
 *		What a scan wants of each row, as the tokenizer reads it.
 *
 * Nodes live in the memory context that was current in projection_create().
 * Adding the same path twice gives the same leaf.
 */
#ifndef ATTIO_PROJECTION_H
#define ATTIO_PROJECTION_H

#include "base/compat.h"
#include "row/tokenizer.h"

typedef struct Projection
{
	MemoryContext context;
	TokNode *row;
	int nleaves;
} Projection;

/* TokGrow of all pages: in the current memory context. */
extern void *tok_grow(void *old, size_t size);

extern Projection *projection_create(void);
extern TokNode *projection_member(Projection *projection, TokNode *from, const char *key);
extern TokNode *projection_path(Projection *projection, TokNode *from, const char *path);
extern TokNode *projection_element(Projection *projection, TokNode *from);
extern int projection_leaf(Projection *projection, TokNode *node);

#endif /* ATTIO_PROJECTION_H */
