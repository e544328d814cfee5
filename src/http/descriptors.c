/*
 * descriptors.c
 *		File descriptors that the server counts, of which some are left to it.
 *
 * Owns: the accounting with fd.c.  Must not know what they are for.  Nothing
 * here throws, so libcurl's callbacks may call it.
 */
#include "http/descriptors.h"

#include "storage/fd.h"

/* Announce descriptors that are open already, or will be whatever the limit says. */
void
descriptors_reserve(int n)
{
	while (n-- > 0)
		ReserveExternalFD();
}

void
descriptors_give(int n)
{
	while (n-- > 0)
		ReleaseExternalFD();
}

/* How many could be taken now, up to "most", so that "leave" remain. */
int
descriptors_left(int leave, int most)
{
	int found = 0;

	while (found < most + leave && AcquireExternalFD())
		found++;
	descriptors_give(found);
	return Max(found - leave, 0);
}

/* Announce n, so that "leave" remain; false, and none of them, where there are not so many. */
bool
descriptors_take(int n, int leave)
{
	if (descriptors_left(leave, n) < n)
		return false;
	descriptors_reserve(n);
	return true;
}
