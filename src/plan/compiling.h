/*
 * compiling.h
 *		Whether the server compiles expressions of plans that wait for Attio.
 */
#ifndef ATTIO_COMPILING_H
#define ATTIO_COMPILING_H

/* From now on what a plan waits for does not count as work that pays compiling. */
extern void compiling_init(void);

#endif /* ATTIO_COMPILING_H */
