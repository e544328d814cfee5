/*
 * errors.c
 *		Helpers for error messages.
 *
 * Owns: text from outside before it reaches a message, closest matches.  Must
 * not know any service.
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

/* Where the tag, comment or script that begins at "text" ends. */
static const char *
skip_markup(const char *text, const char *end)
{
	/* of these, what is between the tags is no text either */
	static const char *const silent[][2] = {{"<!--", "-->"}, {"<script", "</script"}, {"<style", "</style"}};
	const char *close = ">";
	const char *at = text;

	for (int i = 0; i < (int) lengthof(silent); i++)
		if ((size_t) (end - text) > strlen(silent[i][0]) &&
			pg_strncasecmp(text, silent[i][0], strlen(silent[i][0])) == 0)
			close = silent[i][1];
	while (at < end && ((size_t) (end - at) < strlen(close) || pg_strncasecmp(at, close, strlen(close)) != 0))
		at++;
	while (at < end && *at != '>')
		at++;
	return at < end ? at + 1 : end;
}

/* The character that an entity such as &amp; stands for, or 0. */
static char
read_entity(const char *text, const char *end, size_t *length)
{
	static const struct
	{
		const char *entity;
		char meaning;
	} entities[] = {{"&amp;", '&'},  {"&lt;", '<'},   {"&gt;", '>'},  {"&quot;", '"'},
					{"&#39;", '\''}, {"&nbsp;", ' '}, {"&#160;", ' '}};

	for (int i = 0; i < (int) lengthof(entities); i++)
	{
		*length = strlen(entities[i].entity);
		if ((size_t) (end - text) >= *length && memcmp(text, entities[i].entity, *length) == 0)
			return entities[i].meaning;
	}
	return '\0';
}

/*
 * What a page says to people, as clean_text() of it: without tags, scripts and
 * styles, runs of blanks as one.  Text that is no HTML stays as it is.
 */
char *
page_text(const char *text, size_t len, size_t limit)
{
	const char *end = text + len;
	StringInfoData plain;

	initStringInfo(&plain);
	while (text < end && (size_t) plain.len <= limit)
	{
		size_t length = 1;
		char character = *text;

		if (*text == '<' && text + 1 < end &&
			strchr("/!?abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", text[1]) != NULL)
		{
			length = skip_markup(text, end) - text;
			character = ' ';
		}
		else if (*text == '&' && (character = read_entity(text, end, &length)) == '\0')
		{
			length = 1;
			character = '&';
		}
		text += length;
		if ((unsigned char) character <= 0x20)
		{
			if (plain.len == 0 || plain.data[plain.len - 1] == ' ')
				continue;
			character = ' ';
		}
		appendStringInfoChar(&plain, character);
	}
	while (plain.len > 0 && plain.data[plain.len - 1] == ' ')
		plain.data[--plain.len] = '\0';
	return clean_text(plain.data, plain.len, limit);
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
