/*
 * seen.c
 *		Rows that a scan has handed out, by id.
 */
#include "page/seen.h"

#include "utils/hsearch.h"

bool
seen_before(SeenRows **seen, MemoryContext context, const RowId *id)
{
	bool found;

	if (*seen == NULL)
	{
		HASHCTL ctl = {.keysize = sizeof(RowId), .entrysize = sizeof(RowId), .hcxt = context};

		*seen = hash_create("attio_fdw rows seen", 128, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	(void) hash_search(*seen, id, HASH_ENTER, &found);
	return found;
}

void
seen_forget(SeenRows **seen)
{
	if (*seen != NULL)
		hash_destroy(*seen);
	*seen = NULL;
}
