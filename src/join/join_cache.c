/*
 * join_cache.c
 *		Keys that were asked for, with the rows that answered.
 *
 * Owns: the hash of keys.  Must not know where keys and rows come from.
 */
#include "join/join_cache.h"

#include "executor/tuptable.h"
#include "utils/datum.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#define FIRST_ROWS 4

typedef struct HashEntry
{
	uint32 hash; /* key of the table */
	JoinKey *first;
} HashEntry;

struct JoinCache
{
	MemoryContext context; /* of all that follows but the functions */
	HTAB *table;
	int16 length;
	bool byval;
	Oid collation;
	FmgrInfo hash;
	FmgrInfo equal;
};

/* An empty hash of keys, in the cache's memory. */
static void
create_key_table(JoinCache *cache)
{
	HASHCTL ctl = {.keysize = sizeof(uint32), .entrysize = sizeof(HashEntry), .hcxt = cache->context};

	cache->table = hash_create("attio_fdw join keys", 256, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* For keys of this type, compared by this operator; in the current memory context. */
JoinCache *
join_cache_create(Oid type, Oid equality, Oid collation)
{
	JoinCache *cache = (JoinCache *) palloc0(sizeof(JoinCache));
	Oid hash;
	Oid other;

	if (!get_op_hash_functions(equality, &hash, &other))
		elog(ERROR, "operator %u has no hash function", equality);
	fmgr_info(hash, &cache->hash);
	fmgr_info(get_opcode(equality), &cache->equal);
	get_typlenbyval(type, &cache->length, &cache->byval);
	cache->collation = collation;
	cache->context = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw join keys", ALLOCSET_DEFAULT_SIZES);
	create_key_table(cache);
	return cache;
}

/* Forget all keys and rows. */
void
join_cache_clear(JoinCache *cache)
{
	MemoryContextReset(cache->context);
	create_key_table(cache);
}

/* Bytes it takes. */
Size
join_cache_size(const JoinCache *cache)
{
	return MemoryContextMemAllocated(cache->context, true);
}

/* By the hash function of the operator that compares two keys. */
static uint32
hash_join_key(JoinCache *cache, Datum value)
{
	return DatumGetUInt32(FunctionCall1Coll(&cache->hash, cache->collation, value));
}

/* The key among those of one hash; NULL where it is not there. */
static JoinKey *
find_in_chain(JoinCache *cache, const HashEntry *entry, Datum value)
{
	for (JoinKey *key = entry == NULL ? NULL : entry->first; key != NULL; key = key->next)
		if (DatumGetBool(FunctionCall2Coll(&cache->equal, cache->collation, key->value, value)))
			return key;
	return NULL;
}

/* The key, or NULL: it was not asked for. */
JoinKey *
join_cache_find(JoinCache *cache, Datum value)
{
	uint32 hash = hash_join_key(cache, value);

	return find_in_chain(cache, (const HashEntry *) hash_search(cache->table, &hash, HASH_FIND, NULL), value);
}

/* The key, made where it was not there. */
JoinKey *
join_cache_add(JoinCache *cache, Datum value, int batch)
{
	uint32 hash = hash_join_key(cache, value);
	bool found;
	HashEntry *entry = (HashEntry *) hash_search(cache->table, &hash, HASH_ENTER, &found);
	JoinKey *key;
	MemoryContext saved;

	if (!found)
		entry->first = NULL;
	key = find_in_chain(cache, entry, value);
	if (key != NULL)
		return key;
	saved = MemoryContextSwitchTo(cache->context);
	key = (JoinKey *) palloc0(sizeof(JoinKey));
	key->value = datumCopy(value, cache->byval, cache->length);
	key->batch = batch;
	key->next = entry->first;
	entry->first = key;
	MemoryContextSwitchTo(saved);
	return key;
}

/* A copy of the row, for as long as the cache is not cleared. */
MinimalTuple
join_cache_keep(JoinCache *cache, TupleTableSlot *slot)
{
	MemoryContext saved = MemoryContextSwitchTo(cache->context);
	MinimalTuple row = ExecCopySlotMinimalTuple(slot);

	MemoryContextSwitchTo(saved);
	return row;
}

/* One more row of this key; the same row twice in succession counts once. */
void
join_cache_append(JoinCache *cache, JoinKey *key, MinimalTuple row)
{
	if (key->nrows > 0 && key->rows[key->nrows - 1] == row)
		return;
	if (key->nrows == key->size)
	{
		key->size = Max(key->size * 2, FIRST_ROWS);
		if (key->rows == NULL)
			key->rows = (MinimalTuple *) MemoryContextAlloc(cache->context, sizeof(MinimalTuple) * key->size);
		else
			key->rows = (MinimalTuple *) repalloc_huge(key->rows, sizeof(MinimalTuple) * key->size);
	}
	key->rows[key->nrows++] = row;
}
