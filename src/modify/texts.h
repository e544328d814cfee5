/*
 * texts.h
 *		Rows of texts that wait, on disk beyond work_mem.
 */
#ifndef MODIFY_TEXTS_H
#define MODIFY_TEXTS_H

#include "base/compat.h"

typedef struct TextStore TextStore;

/* Texts of a row, at most. */
#define TEXTS_MAX 6

extern TextStore *texts_create(int ntexts);
extern void texts_put(TextStore *store, const char *const *texts);
extern bool texts_next(TextStore *store, char **texts);
extern void texts_end(TextStore *store);

#endif /* MODIFY_TEXTS_H */
