/*
 * seen.c
 *		Rows that a scan has handed out, by id.
 */
#include "page/seen.h"

#include "utils/hsearch.h"

/* No bytes between and behind its members, so that it is a key as it is. */
typedef struct SeenKey
{
	RowId id;
	uint64 kin;
} SeenKey;

StaticAssertDecl(sizeof(SeenKey) == sizeof(RowId) + sizeof(uint64), "a key of seen rows has padding");

bool
seen_before(SeenRows **seen, MemoryContext context, const RowId *id, uint64 kin)
{
	SeenKey key = {*id, kin};
	bool found;

	if (*seen == NULL)
	{
		HASHCTL ctl = {.keysize = sizeof(SeenKey), .entrysize = sizeof(SeenKey), .hcxt = context};

		*seen = hash_create("attio_fdw rows seen", 128, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	(void) hash_search(*seen, &key, HASH_ENTER, &found);
	return found;
}

void
seen_forget(SeenRows **seen)
{
	if (*seen != NULL)
		hash_destroy(*seen);
	*seen = NULL;
}
