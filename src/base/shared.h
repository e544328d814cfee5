/*
 * shared.h
 *		Memory that all backends share, where there is any.
 *
 * There is where the library is preloaded (shared_preload_libraries), and on 17
 * and later, which have named segments.
 */
#ifndef BASE_SHARED_H
#define BASE_SHARED_H

#include "base/compat.h"

/* Makes a fresh piece; called once, before anybody else sees it. */
typedef void (*SharedInit)(void *memory);

/* Announce a piece; to be called from _PG_init.  Harmless where the library is not being preloaded. */
extern void shared_announce(const char *name, Size size, SharedInit init);

/* The piece, or NULL: each backend needs its own. */
extern void *shared_memory(const char *name, Size size, SharedInit init);

#endif /* BASE_SHARED_H */
