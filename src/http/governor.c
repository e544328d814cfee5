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

/* Of a window, where no answer has said when it ends. */
#define WINDOW_LENGTH (60 * USECS_PER_SEC)

/* A minute, or what the answers say instead, in which there may be so many requests. */
typedef struct Window
{
	TimestampTz start; /* no place in it is earlier */
	TimestampTz until;
	int64 taken; /* places in it */
} Window;

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
	Window window;                 /* that of the place taken last */
	LimitLeft limits[LIMIT_KINDS]; /* as answers told them; of the minute, less the places taken since */
	int64 waiting;                 /* places that are taken and not used */
	int64 under_way;               /* requests that are sent and not over */
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

/* By which name the governor knows a secret, which means something in its realm only; never 0. */
uint64
governor_key(const char *realm, const char *secret)
{
	uint64 salt = governor_get_table()->salt;
	uint64 hash = hash_bytes_extended((const unsigned char *) secret, (int) strlen(secret), salt);

	if (realm != NULL)
		hash = hash_bytes_extended((const unsigned char *) realm, (int) strlen(realm), hash);
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

static int64
interval_of(const GovernorRates *rates, bool is_write)
{
	return USECS_PER_SEC / Max(is_write ? rates->writes : rates->reads, 1);
}

/* ----- windows ----- */

/* Has an answer told how many places the window has left? */
static bool
is_told(const GovernedKey *entry)
{
	const LimitLeft *minute = &entry->limits[LIMIT_MINUTE];

	return minute->known && minute->known_at >= entry->window.start;
}

/* Is there anything that says how many places a window has? */
static bool
has_windows(const GovernedKey *entry, const GovernorRates *rates)
{
	return rates->minute > 0 || entry->limits[LIMIT_MINUTE].known || entry->window.until != 0;
}

/* May another place be in the present window? */
static bool
has_room(const GovernedKey *entry, const GovernorRates *rates)
{
	int64 limit = entry->limits[LIMIT_MINUTE].limit;

	if ((rates->minute > 0 && entry->window.taken >= rates->minute) || (limit > 0 && entry->window.taken >= limit))
		return false;
	return !is_told(entry) || entry->limits[LIMIT_MINUTE].left > 0;
}

/* When the next window begins. */
static TimestampTz
next_window(const GovernedKey *entry)
{
	return is_told(entry) ? Max(entry->window.until, entry->limits[LIMIT_MINUTE].until) : entry->window.until;
}

/* Put a place into the present window, else into the next one; the time of the place then. */
static TimestampTz
turn_in_window(GovernedKey *entry, const GovernorRates *rates, TimestampTz turn, TimestampTz now)
{
	Window *window = &entry->window;

	if (Max(turn, now) >= window->until || !has_room(entry, rates))
	{
		window->start = Max(next_window(entry), Max(turn, now));
		window->until = window->start + WINDOW_LENGTH;
		window->taken = 0;
	}
	window->taken++;
	if (is_told(entry))
		entry->limits[LIMIT_MINUTE].left--;
	return Max(turn, window->start);
}

/* A place of the present window is given back. */
static void
leave_window(GovernedKey *entry)
{
	entry->window.taken = Max(entry->window.taken - 1, 0);
	if (is_told(entry))
		entry->limits[LIMIT_MINUTE].left++;
}

/* ----- places ----- */

/* A place from now on: one that was given back, else the next at the end of the line. */
static TimestampTz
next_turn(GovernedKey *entry, bool is_write, const GovernorRates *rates, TimestampTz now)
{
	int64 interval = interval_of(rates, is_write);
	TimestampTz earliest = now - BURST * interval;
	TimestampTz turn = take_gap(entry, is_write, Max(earliest, entry->drained));

	/* it may be of a window before */
	if (turn != 0 && turn < entry->window.start)
		return turn;
	if (turn == 0)
		turn = entry->turn[is_write] = Max(entry->turn[is_write] + interval, earliest);
	limit_pass(&entry->limits[LIMIT_MINUTE], now);
	if (has_windows(entry, rates))
	{
		turn = turn_in_window(entry, rates, turn, now);
		entry->turn[is_write] = Max(entry->turn[is_write], turn);
	}
	return turn;
}

TimestampTz
governor_take(uint64 key, bool is_write, const GovernorRates *rates)
{
	GovernorTable *keys = governor_get_table();
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz turn;
	GovernedKey *entry;

	SpinLockAcquire(&keys->lock);
	entry = find_key(keys, key);
	entry->used = now;
	entry->requests[is_write]++;
	entry->waiting++;
	turn = next_turn(entry, is_write, rates, now);
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
	entry->waiting = Max(entry->waiting - 1, 0);
	if (has_windows(entry, rates) && turn >= entry->window.start)
		leave_window(entry);
	if (turn == entry->turn[is_write])
		entry->turn[is_write] -= interval_of(rates, is_write);
	else if (turn < entry->turn[is_write] && entry->ngaps[is_write] < GAPS)
		entry->gaps[is_write][entry->ngaps[is_write]++] = turn;
	SpinLockRelease(&keys->lock);
}

/*
 * What is left of the month is what the last answer said, less what is under way:
 * that may not be counted in it.
 */
bool
governor_spend(uint64 key, int64 reserve, LimitLeft *month)
{
	GovernorTable *keys = governor_get_table();
	TimestampTz now = GetCurrentTimestamp();
	GovernedKey *entry;
	bool allowed;

	SpinLockAcquire(&keys->lock);
	entry = find_key(keys, key);
	entry->used = now;
	limit_pass(&entry->limits[LIMIT_MONTH], now);
	*month = entry->limits[LIMIT_MONTH];
	month->left -= entry->under_way;
	allowed = !month->known || month->left > reserve;
	if (allowed)
	{
		entry->waiting = Max(entry->waiting - 1, 0);
		entry->under_way++;
	}
	SpinLockRelease(&keys->lock);
	return allowed;
}

/*
 * What an answer tells of the minute is of the window in which its request left,
 * which ends when the answer says so.  An answer to one of a window before tells
 * nothing of this one.
 */
static void
note_minute(GovernedKey *entry, const LimitTold *told, TimestampTz sent_at, TimestampTz now)
{
	LimitLeft *minute = &entry->limits[LIMIT_MINUTE];

	if (told->remaining < 0 || sent_at < entry->window.start)
		return;
	limit_note(minute, LIMIT_MINUTE, told, entry->waiting + entry->under_way, sent_at, now);
	if (entry->window.start == 0)
		entry->window.start = sent_at;
	entry->window.until = minute->until;
}

void
governor_end(uint64 key, const LimitTold *told, TimestampTz sent_at)
{
	GovernorTable *keys = governor_get_table();
	TimestampTz now = GetCurrentTimestamp();
	GovernedKey *entry;
	LimitLeft *month;

	SpinLockAcquire(&keys->lock);
	entry = find_key(keys, key);
	entry->used = now;
	entry->under_way = Max(entry->under_way - 1, 0);
	month = &entry->limits[LIMIT_MONTH];
	if (told != NULL)
	{
		note_minute(entry, &told[LIMIT_MINUTE], sent_at, now);
		limit_note(month, LIMIT_MONTH, &told[LIMIT_MONTH], 0, sent_at, now);
	}
	/* nobody said whether it was counted */
	if (month->known && (told == NULL || told[LIMIT_MONTH].remaining < 0))
		month->left = Max(month->left - 1, 0);
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
	GovernorRates any = {0};
	TimestampTz turn = entry->turn[line];

	if (now < entry->window.until && !has_room(entry, &any))
		turn = Max(turn, next_window(entry));
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
		for (int kind = 0; kind < LIMIT_KINDS; kind++)
		{
			infos[n].limits[kind] = entry->limits[kind];
			limit_pass(&infos[n].limits[kind], now);
		}
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
