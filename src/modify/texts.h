/*
 * texts.h
 *		Rows of texts that wait, on disk beyond work_mem.
 */
#ifndef ATTIO_TEXTS_H
#define ATTIO_TEXTS_H

#include "base/compat.h"

typedef struct TextStore TextStore;

/* Texts of a row, at most. */
#define TEXTS_MAX 4

extern TextStore *texts_create(int ntexts);
extern void texts_put(TextStore *store, const char *const *texts);
extern bool texts_next(TextStore *store, char **texts);
extern void texts_end(TextStore *store);

#endif /* ATTIO_TEXTS_H */
