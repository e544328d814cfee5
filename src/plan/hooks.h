/*
 * hooks.h
 *		The server's hooks that planning uses; each is set once a process.
 */
#ifndef PLAN_HOOKS_H
#define PLAN_HOOKS_H

#include "base/compat.h"

/* join_paths.c: from now on joins by lookups are offered beside the server's own. */
extern void join_paths_init(void);

/* column_stats.c: from now on the planner is told of unique columns. */
extern void column_stats_init(void);

/* lateral.c: from now on the rows of one evaluation do not count as all. */
extern void lateral_init(void);

/* compiling.c: from now on what a plan waits for does not count as work that pays compiling. */
extern void compiling_init(void);

#endif /* PLAN_HOOKS_H */
