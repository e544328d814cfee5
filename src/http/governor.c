/*
 * governor.c
 *		Keeps requests inside the rate limit of their key.
 *
 * Owns: the table of keys, in shared memory where there is any.  Must not know
 * requests.  Keys are known by a salted hash only.
 */
#include "http/governor.h"

#include "base/shared.h"
#include "common/hashfn.h"
#include "storage/spin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define GOVERNOR_NAME "attio_fdw governor"

/* Keys that are governed at once; the one that was not used for longest goes. */
#define GOVERNOR_KEYS 64

/* Requests that may go before their turn after a pause: with the rate, well within one second's limit. */
#define BURST 1

/* Places given back that are remembered; more than these are lost, which costs time only. */
#define GAPS 64

typedef struct GovernedKey
{
	uint64 key;                /* 0 = free */
	TimestampTz turn[2];       /* reads, writes: the time of the place taken last */
	TimestampTz gaps[2][GAPS]; /* places before it that were given back, in any order */
	int ngaps[2];
	TimestampTz drained; /* no place before that time is used any more */
	TimestampTz used;
	int64 requests[2];
	int64 refused;
} GovernedKey;

typedef struct GovernorTable
{
	slock_t lock;
	uint64 salt;
	GovernedKey keys[GOVERNOR_KEYS];
} GovernorTable;

static GovernorTable *table = NULL;
static bool is_shared = false;

static void
governor_init_table(void *memory)
{
	GovernorTable *fresh = (GovernorTable *) memory;

	memset(fresh, 0, sizeof(*fresh));
	SpinLockInit(&fresh->lock);
	if (!pg_strong_random(&fresh->salt, sizeof(fresh->salt)))
		fresh->salt = (uint64) GetCurrentTimestamp();
}

/* Called once per process, from _PG_init: asks for shared memory where that is still possible. */
void
governor_init(void)
{
	shared_announce(GOVERNOR_NAME, sizeof(GovernorTable), governor_init_table);
}

/* The table: shared, else this backend's own. */
static GovernorTable *
governor_get_table(void)
{
	if (table != NULL)
		return table;
	table = (GovernorTable *) shared_memory(GOVERNOR_NAME, sizeof(GovernorTable), governor_init_table);
	is_shared = (table != NULL);
	if (table == NULL)
	{
		table = (GovernorTable *) MemoryContextAlloc(TopMemoryContext, sizeof(GovernorTable));
		governor_init_table(table);
	}
	return table;
}

/* Do all backends stand in the same lines? */
bool
governor_is_shared(void)
{
	(void) governor_get_table();
	return is_shared;
}

/* By which name the governor knows a secret; never 0. */
uint64
governor_key(const char *secret)
{
	uint64 hash = hash_bytes_extended((const unsigned char *) secret, (int) strlen(secret), governor_get_table()->salt);

	return hash == 0 ? 1 : hash;
}

/* The entry of a key, under the lock. */
static GovernedKey *
find_key(GovernorTable *keys, uint64 key)
{
	GovernedKey *oldest = &keys->keys[0];

	for (int i = 0; i < GOVERNOR_KEYS; i++)
	{
		if (keys->keys[i].key == key)
			return &keys->keys[i];
		if (keys->keys[i].used < oldest->used)
			oldest = &keys->keys[i];
	}
	memset(oldest, 0, sizeof(*oldest));
	oldest->key = key;
	return oldest;
}

/* The earliest place that was given back and can still be used, or 0; forgets those that have passed. */
static TimestampTz
take_gap(GovernedKey *entry, bool is_write, TimestampTz earliest)
{
	TimestampTz *gaps = entry->gaps[is_write];
	int best = -1;
	TimestampTz turn;

	for (int i = entry->ngaps[is_write] - 1; i >= 0; i--)
	{
		if (gaps[i] < earliest)
		{
			gaps[i] = gaps[--entry->ngaps[is_write]];
			if (best == entry->ngaps[is_write])
				best = i;
		}
		else if (best < 0 || gaps[i] < gaps[best])
			best = i;
	}
	if (best < 0)
		return 0;
	turn = gaps[best];
	gaps[best] = gaps[--entry->ngaps[is_write]];
	return turn;
}

/* A place from now on: one that was given back, else the next at the end of the line. */
static TimestampTz
next_turn(GovernedKey *entry, bool is_write, int64 interval, TimestampTz now)
{
	TimestampTz earliest = now - BURST * interval;
	TimestampTz turn = take_gap(entry, is_write, Max(earliest, entry->drained));

	if (turn == 0)
		turn = entry->turn[is_write] = Max(entry->turn[is_write] + interval, earliest);
	return turn;
}

static int64
interval_of(const GovernorRates *rates, bool is_write)
{
	return USECS_PER_SEC / Max(is_write ? rates->writes : rates->reads, 1);
}

TimestampTz
governor_take(uint64 key, bool is_write, const GovernorRates *rates)
{
	GovernorTable *keys = governor_get_table();
	int64 interval = interval_of(rates, is_write);
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz turn;
	GovernedKey *entry;

	SpinLockAcquire(&keys->lock);
	entry = find_key(keys, key);
	entry->used = now;
	entry->requests[is_write]++;
	turn = next_turn(entry, is_write, interval, now);
	SpinLockRelease(&keys->lock);
	return turn;
}

void
governor_give_back(uint64 key, bool is_write, const GovernorRates *rates, TimestampTz turn)
{
	GovernorTable *keys = governor_get_table();
	GovernedKey *entry;

	SpinLockAcquire(&keys->lock);
	entry = find_key(keys, key);
	if (entry->requests[is_write] > 0)
		entry->requests[is_write]--;
	if (turn == entry->turn[is_write])
		entry->turn[is_write] -= interval_of(rates, is_write);
	else if (turn < entry->turn[is_write] && entry->ngaps[is_write] < GAPS)
		entry->gaps[is_write][entry->ngaps[is_write]++] = turn;
	SpinLockRelease(&keys->lock);
}

void
governor_drain(uint64 key, TimestampTz until)
{
	GovernorTable *keys = governor_get_table();
	GovernedKey *entry;

	SpinLockAcquire(&keys->lock);
	entry = find_key(keys, key);
	entry->used = GetCurrentTimestamp();
	entry->refused++;
	entry->turn[0] = Max(entry->turn[0], until);
	entry->turn[1] = Max(entry->turn[1], until);
	entry->drained = Max(entry->drained, until);
	SpinLockRelease(&keys->lock);
}

/* The time of the place that the next request would get. */
static TimestampTz
coming_turn(const GovernedKey *entry, int line, TimestampTz now)
{
	TimestampTz turn = entry->turn[line];

	for (int i = 0; i < entry->ngaps[line]; i++)
		if (entry->gaps[line][i] >= Max(now, entry->drained))
			turn = Min(turn, entry->gaps[line][i]);
	return turn;
}

/* What is known, at most "max" keys; their number. */
int
governor_list(GovernorInfo *infos, int max)
{
	GovernorTable *keys = governor_get_table();
	TimestampTz now = GetCurrentTimestamp();
	int n = 0;

	SpinLockAcquire(&keys->lock);
	for (int i = 0; i < GOVERNOR_KEYS && n < max; i++)
	{
		const GovernedKey *entry = &keys->keys[i];

		if (entry->key == 0)
			continue;
		infos[n].key = entry->key;
		infos[n].refused = entry->refused;
		for (int line = 0; line < 2; line++)
		{
			infos[n].requests[line] = entry->requests[line];
			infos[n].ahead[line] = Max((double) (coming_turn(entry, line, now) - now) / USECS_PER_SEC, 0);
		}
		n++;
	}
	SpinLockRelease(&keys->lock);
	return n;
}
