/*
 * errors.c
 *		Helpers for error messages.
 *
 * Owns: text from outside before it reaches a message, closest matches.  Must
 * not know what Attio is.
 */
#include "base/errors.h"

#include "lib/stringinfo.h"
#include "utils/varlena.h"

/* Farther than this and a suggestion misleads more than it helps. */
#define CLOSEST_MAX_DISTANCE 4

/*
 * A copy of foreign text that can stand in a message: valid UTF-8, control
 * characters as blanks, at most "limit" bytes (cut at a character).
 */
char *
clean_text(const char *text, size_t len, size_t limit)
{
	StringInfoData out;
	const char *end = text + len;

	initStringInfo(&out);
	while (text < end && (size_t) out.len < limit)
	{
		int mblen = pg_utf_mblen((const unsigned char *) text);

		if (text + mblen > end || !pg_utf8_islegal((const unsigned char *) text, mblen))
		{
			appendStringInfoChar(&out, '?');
			text++;
			continue;
		}
		if ((unsigned char) *text < 0x20 || *text == 0x7f)
			appendStringInfoChar(&out, ' ');
		else
			appendBinaryStringInfo(&out, text, mblen);
		text += mblen;
	}
	if (text < end)
		appendStringInfoString(&out, "...");
	return out.data;
}

static int
spelling_distance(const char *word, const char *candidate)
{
	int wordlen = (int) strlen(word);
	int candlen = (int) strlen(candidate);

	if (wordlen > 255 || candlen > 255 || candlen == 0)
		return INT_MAX;
	return varstr_levenshtein_less_equal(word, wordlen, candidate, candlen, 1, 1, 1, CLOSEST_MAX_DISTANCE, true);
}

/* Is this distance near enough to be a misspelling of a word of that length? */
static bool
is_near(int distance, const char *word)
{
	return distance <= CLOSEST_MAX_DISTANCE && distance <= (int) strlen(word) / 2 + 1;
}

/* The nearest of the candidates, or NULL when none is near. */
const char *
closest_match(const char *word, const char *const *candidates, int ncandidates)
{
	const char *best = NULL;
	int best_distance = INT_MAX;

	for (int i = 0; i < ncandidates; i++)
	{
		int distance = spelling_distance(word, candidates[i]);

		if (distance < best_distance && is_near(distance, word))
		{
			best = candidates[i];
			best_distance = distance;
		}
	}
	return best;
}

/* The same over a List of C strings. */
const char *
closest_in_list(const char *word, List *candidates)
{
	const char **words = (const char **) palloc(sizeof(char *) * Max(list_length(candidates), 1));
	int nwords = 0;
	ListCell *lc;

	foreach(lc, candidates)
		words[nwords++] = (const char *) lfirst(lc);
	return closest_match(word, words, nwords);
}
