/*
 * projection.h
 *		What a scan wants of each answer and row, as the tokenizer reads it.
 *
 * Nodes live in the memory context that was current in projection_create().
 * Adding the same path twice gives the same leaf.
 */
#ifndef ROW_PROJECTION_H
#define ROW_PROJECTION_H

#include "base/compat.h"
#include "remote/resource.h"
#include "row/tokenizer.h"

/* Places where the next page's cursor may stand. */
#define PROJECTION_CURSORS 4

/* A member whose name is what is given to each listing. */
typedef struct GivenMember
{
	TokNode *parent;
	TokNode *node;
	const char *name; /* that it is given by */
} GivenMember;

typedef struct Projection
{
	MemoryContext context;
	TokNode *root;     /* of the answer */
	TokNode *document; /* that holds rows; NULL: rows stand in none */
	TokNode *row;
	int nleaves;
	int cursors[PROJECTION_CURSORS]; /* leaves, the first of them that has a value counts */
	int ncursors;
	List *given; /* GivenMember */
} Projection;

/* TokGrow of all pages: in the current memory context. */
extern void *tok_grow(void *old, size_t size);

/* Rows stand where the paging says, and nothing of them is wanted yet. */
extern Projection *projection_create(const Paging *paging);

/* One row stands in the place of rows, at a dotted path; NULL: it is the answer. */
extern Projection *projection_create_for_one(const char *path);
extern TokNode *projection_member(Projection *projection, TokNode *from, const char *key);

/* The next of several paths separated by "|", in the current memory context; NULL behind the last. */
extern char *projection_next_path(const char **paths);

/* The node of the member whose name projection_give() says. */
extern TokNode *projection_given(Projection *projection, TokNode *from, const char *name);

/* Pages of this listing are read from now on; what is given must live as long as they are. */
extern void projection_give(Projection *projection, const List *given);
extern TokNode *projection_path(Projection *projection, TokNode *from, const char *path);

/* The node of a row's field: one dotted path, with "../" before it one of the document that the row stands in. */
extern TokNode *projection_field(Projection *projection, const char *path);
extern TokNode *projection_element(Projection *projection, TokNode *from);
extern int projection_leaf(Projection *projection, TokNode *node);

/* Does the page have the member of the next page's cursor, whatever it is? */
extern bool projection_tells_cursor(const Projection *projection, const TokPage *page);

/* The slice of the next page's cursor, or NULL: there is none, it is null or an empty text.  It may be of any kind. */
extern const TokSlice *projection_cursor(const Projection *projection, const TokPage *page);

#endif /* ROW_PROJECTION_H */
