/*
 * shape.h
 *		What the answers that hold definitions must have.
 */
#ifndef ATTIO_SHAPE_H
#define ATTIO_SHAPE_H

#include "base/json.h"

extern char *shape_string(JsonTree *tree, const char *path);
extern List *shape_strings(JsonTree *tree, const char *member, const char *path);
extern int shape_length(JsonTree *answer, const char *path);
extern void shape_raise(const char *path) __attribute__((noreturn));
extern void shape_raise_incomplete(JsonTree *item, const char *path, const char *what, const char *const *needed,
								   int nneeded) __attribute__((noreturn));

#endif /* ATTIO_SHAPE_H */
