/*
 * join_cache.h
 *		Keys that were asked for, with the rows that answered.
 *
 * Keys and rows are copied into the cache's own memory.
 */
#ifndef JOIN_JOIN_CACHE_H
#define JOIN_JOIN_CACHE_H

#include "base/compat.h"
#include "access/htup_details.h"

/* One key; complete once the batch that asked for it is over. */
typedef struct JoinKey
{
	struct JoinKey *next; /* with the same hash */
	Datum value;
	int batch; /* that asked for it */
	int nrows;
	int size;
	MinimalTuple *rows;
} JoinKey;

typedef struct JoinCache JoinCache;

extern JoinCache *join_cache_create(Oid type, Oid equality, Oid collation);
extern void join_cache_clear(JoinCache *cache);
extern Size join_cache_size(const JoinCache *cache);
extern JoinKey *join_cache_find(JoinCache *cache, Datum value);
extern JoinKey *join_cache_add(JoinCache *cache, Datum value, int batch);
extern MinimalTuple join_cache_keep(JoinCache *cache, TupleTableSlot *slot);
extern void join_cache_append(JoinCache *cache, JoinKey *key, MinimalTuple row);

#endif /* JOIN_JOIN_CACHE_H */
