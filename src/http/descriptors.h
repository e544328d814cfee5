/*
 * descriptors.h
 *		File descriptors that the server counts, of which some are left to it.
 */
#ifndef HTTP_DESCRIPTORS_H
#define HTTP_DESCRIPTORS_H

#include "base/compat.h"

/*
 * Left to others in any case: the server waits with one, Append with another,
 * and a third is for what connects besides us.
 */
#define DESCRIPTORS_LEFT 3

/* Left by whoever can do without. */
#define DESCRIPTORS_LEFT_WIDE 8

extern int descriptors_left(int leave, int most);
extern bool descriptors_take(int n, int leave);
extern void descriptors_reserve(int n);
extern void descriptors_give(int n);

#endif /* HTTP_DESCRIPTORS_H */
