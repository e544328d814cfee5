/*
 * text_index.c
 *		Values that are found by a text, in constant time.
 *
 * Owns: a hash table with open addressing, of which at most half is taken.  Must
 * not know what values are.
 */
#include "base/text_index.h"

#define FIRST_SIZE 32

typedef struct Place
{
	const char *text; /* NULL = free */
	const void *value;
	uint32 hash;
} Place;

struct TextIndex
{
	MemoryContext context;
	bool any_case;
	uint32 size; /* a power of two */
	uint32 used;
	Place *places;
};

static Place *
make_places(const TextIndex *index, uint32 size)
{
	return (Place *) MemoryContextAllocZero(index->context, sizeof(Place) * size);
}

TextIndex *
text_index_make(bool any_case)
{
	TextIndex *index = (TextIndex *) palloc0(sizeof(TextIndex));

	index->context = CurrentMemoryContext;
	index->any_case = any_case;
	index->size = FIRST_SIZE;
	index->places = make_places(index, FIRST_SIZE);
	return index;
}

/* FNV-1a. */
static uint32
hash_text(const TextIndex *index, const char *text)
{
	uint32 hash = 2166136261u;

	for (; *text != '\0'; text++)
		hash = (hash ^ (index->any_case ? pg_ascii_tolower((unsigned char) *text) : (unsigned char) *text)) * 16777619u;
	return hash;
}

static bool
is_same(const TextIndex *index, const char *one, const char *other)
{
	if (!index->any_case)
		return strcmp(one, other) == 0;
	while (*one != '\0' && pg_ascii_tolower((unsigned char) *one) == pg_ascii_tolower((unsigned char) *other))
		one++, other++;
	return *one == *other;
}

/* Where the text is, or may be put. */
static Place *
find_place(const TextIndex *index, const char *text, uint32 hash)
{
	for (uint32 at = hash;; at++)
	{
		Place *place = &index->places[at & (index->size - 1)];

		if (place->text == NULL || (place->hash == hash && is_same(index, place->text, text)))
			return place;
	}
}

static void
grow(TextIndex *index)
{
	Place *old = index->places;
	uint32 size = index->size;

	index->places = make_places(index, size * 2);
	index->size = size * 2;
	for (uint32 i = 0; i < size; i++)
		if (old[i].text != NULL)
			*find_place(index, old[i].text, old[i].hash) = old[i];
	pfree(old);
}

void
text_index_add(TextIndex *index, const char *text, const void *value)
{
	uint32 hash = hash_text(index, text);
	Place *place = find_place(index, text, hash);

	if (place->text != NULL)
		return;
	place->text = text;
	place->value = value;
	place->hash = hash;
	index->used++;
	if (index->used * 2 > index->size)
		grow(index);
}

void *
text_index_find(const TextIndex *index, const char *text)
{
	return unconstify(void *, find_place(index, text, hash_text(index, text))->value);
}
