/*
 * tokenizer.c
 *		The projecting tokenizer: from a page of JSON to the wanted slices.
 *
 * Owns: the grammar of RFC 8259, as the server's parser reads it (but for an
 * escaped zero byte, which that parser lets through).  Must not know a service,
 * nor any backend symbol.
 *
 * All functions that read return the position behind what they read, or NULL
 * when the grammar is broken; the place is then in the scanner.  The page ends
 * with a zero byte, which no rule accepts, so most steps need no test for the
 * end.
 */
#include "row/tokenizer.h"

#include "base/hex.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

typedef struct Scanner
{
	TokPage *page;
	const char *text;
	const char *broken; /* where the grammar broke */
	bool escaped;       /* last string had backslashes */
} Scanner;

#define likely_(x) __builtin_expect((x) != 0, 1)
#define unlikely_(x) __builtin_expect((x) != 0, 0)

static const char *parse_wanted(Scanner *scanner, const char *p, TokNode *node, uint32_t element);

static const char *
fail(Scanner *scanner, const char *p)
{
	scanner->broken = p;
	return NULL;
}

static inline bool
is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static inline const char *
skip_spaces(const char *p)
{
	while (is_space(*p))
		p++;
	return p;
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The server's lexer takes these as part of a word or number. */
static inline bool
is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}

/* To the next byte that ends, escapes or breaks a string. */
static inline const char *
to_special(const char *p)
{
#if defined(__SSE2__)
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i backslash = _mm_set1_epi8('\\');
	const __m128i control = _mm_set1_epi8(0x1f);

	for (;;)
	{
		__m128i chunk = _mm_loadu_si128((const __m128i *) (const void *) p);
		__m128i found = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(chunk, quote), _mm_cmpeq_epi8(chunk, backslash)),
									 _mm_cmpeq_epi8(_mm_min_epu8(chunk, control), chunk));
		unsigned mask = (unsigned) _mm_movemask_epi8(found);

		if (mask != 0)
			return p + __builtin_ctz(mask);
		p += 16;
	}
#else
	for (;;)
	{
		uint64_t word;
		const uint64_t ones = UINT64_C(0x0101010101010101);
		const uint64_t highs = UINT64_C(0x8080808080808080);

		memcpy(&word, p, sizeof(word));
		if (((((word ^ (ones * '"')) - ones) & ~(word ^ (ones * '"'))) |
			 (((word ^ (ones * '\\')) - ones) & ~(word ^ (ones * '\\'))) | ((word - ones * 0x20) & ~word)) &
			highs)
			break;
		p += sizeof(word);
	}
	while (*p != '"' && *p != '\\' && (unsigned char) *p >= 0x20)
		p++;
	return p;
#endif
}

/* A string, from behind its opening quote. */
static inline const char *
parse_string(Scanner *scanner, const char *p)
{
	bool escaped = false;

	for (;;)
	{
		p = to_special(p);
		if (likely_(*p == '"'))
		{
			scanner->escaped = escaped;
			return p + 1;
		}
		if (*p != '\\')
			return fail(scanner, p);
		escaped = true;
		p++;
		switch (*p)
		{
			case '"':
			case '\\':
			case '/':
			case 'b':
			case 'f':
			case 'n':
			case 'r':
			case 't':
				p++;
				break;
			case 'u':
				for (int i = 1; i <= 4; i++)
					if (hex_digit(p[i]) < 0)
						return fail(scanner, p);
				p += 5;
				break;
			default:
				return fail(scanner, p);
		}
	}
}

static inline const char *
parse_number(Scanner *scanner, const char *p)
{
	if (*p == '-')
		p++;
	if (*p == '0')
		p++;
	else if (is_digit(*p))
		while (is_digit(*p))
			p++;
	else
		return fail(scanner, p);
	if (*p == '.')
	{
		p++;
		if (!is_digit(*p))
			return fail(scanner, p);
		while (is_digit(*p))
			p++;
	}
	if (*p == 'e' || *p == 'E')
	{
		p++;
		if (*p == '+' || *p == '-')
			p++;
		if (!is_digit(*p))
			return fail(scanner, p);
		while (is_digit(*p))
			p++;
	}
	return is_word(*p) ? fail(scanner, p) : p;
}

static inline const char *
parse_literal(Scanner *scanner, const char *p, const char *word, size_t length)
{
	if (strncmp(p, word, length) != 0 || is_word(p[length]))
		return fail(scanner, p);
	return p + length;
}

/* A value that is not an object or array. */
static inline const char *
parse_scalar(Scanner *scanner, const char *p)
{
	switch (*p)
	{
		case '"':
			return parse_string(scanner, p + 1);
		case 't':
			return parse_literal(scanner, p, "true", 4);
		case 'f':
			return parse_literal(scanner, p, "false", 5);
		case 'n':
			return parse_literal(scanner, p, "null", 4);
		default:
			return parse_number(scanner, p);
	}
}

/* A member's name with its colon, to where the value begins. */
static inline const char *
parse_key(Scanner *scanner, const char *p)
{
	if (unlikely_(*p != '"'))
		return fail(scanner, p);
	p = parse_string(scanner, p + 1);
	if (unlikely_(p == NULL))
		return NULL;
	if (unlikely_(*p != ':'))
	{
		p = skip_spaces(p);
		if (*p != ':')
			return fail(scanner, p);
	}
	return skip_spaces(p + 1);
}

/* Any value, of which nothing is wanted: one loop, whatever the nesting. */
static const char *
skip_value(Scanner *scanner, const char *p)
{
	uint64_t objects[TOK_MAX_DEPTH / 64]; /* bit set: this level is an object */
	unsigned depth = 0;
	bool in_object = false;

value:
	if (*p == '{' || *p == '[')
	{
		if (unlikely_(depth == TOK_MAX_DEPTH))
			return fail(scanner, p);
		in_object = (*p == '{');
		if (in_object)
			objects[depth / 64] |= UINT64_C(1) << (depth % 64);
		else
			objects[depth / 64] &= ~(UINT64_C(1) << (depth % 64));
		depth++;
		p = skip_spaces(p + 1);
		if (*p == (in_object ? '}' : ']'))
			goto close;
		if (in_object)
			goto key;
		goto value;
	}
	p = parse_scalar(scanner, p);
	if (unlikely_(p == NULL))
		return NULL;
after:
	if (depth == 0)
		return p;
	p = skip_spaces(p);
	if (*p == ',')
	{
		p = skip_spaces(p + 1);
		if (in_object)
			goto key;
		goto value;
	}
	if (unlikely_(*p != (in_object ? '}' : ']')))
		return fail(scanner, p);
close:
	p++;
	depth--;
	if (depth > 0)
		in_object = (objects[(depth - 1) / 64] >> ((depth - 1) % 64)) & 1;
	goto after;
key:
	p = parse_key(scanner, p);
	if (unlikely_(p == NULL))
		return NULL;
	goto value;
}

static TokKind
kind_of(char first)
{
	switch (first)
	{
		case '{':
			return TOK_OBJECT;
		case '[':
			return TOK_ARRAY;
		case '"':
			return TOK_STRING;
		case 't':
			return TOK_TRUE;
		case 'f':
			return TOK_FALSE;
		case 'n':
			return TOK_NULL;
		default:
			return TOK_NUMBER;
	}
}

static size_t
new_slice(TokPage *page)
{
	if (unlikely_(page->nslices == page->slices_size))
	{
		page->slices_size = page->slices_size == 0 ? 4096 : page->slices_size * 2;
		page->slices = (TokSlice *) page->grow(page->slices, page->slices_size * sizeof(TokSlice));
	}
	return page->nslices++;
}

TokNode *
tok_child(const TokNode *node, const char *key, size_t length)
{
	TokNode *child;

	if (node->table != NULL)
	{
		for (uint32_t at = tok_hash(key, length); (child = node->table[at & node->table_mask]) != NULL; at++)
			if (child->key_length == length && memcmp(child->key, key, length) == 0)
				return child;
		return NULL;
	}
	for (child = node->children; child != NULL; child = child->next)
		if (child->key_length == length && child->key[0] == key[0] && memcmp(child->key, key, length) == 0)
			return child;
	return NULL;
}

/*
 * The wanted child with this name, or NULL.  Rows of a page mostly have their
 * members in the same order, so the child after the last one found is tried
 * first.
 */
static inline TokNode *
find_child(TokNode *node, const char *key, size_t length)
{
	TokNode *child = node->expected;

	if (child != NULL && child->key_length == length && memcmp(child->key, key, length) == 0)
	{
		node->expected = child->next;
		return child;
	}
	child = tok_child(node, key, length);
	if (child != NULL)
		node->expected = child->next;
	return child;
}

/* The same for a name with escapes in it. */
static TokNode *
find_escaped_child(TokNode *node, const char *key, size_t length)
{
	char plain[1024];
	long plain_length;

	if (length > sizeof(plain))
		return NULL;
	plain_length = tok_unescape(key, length, plain);
	return plain_length <= 0 ? NULL : find_child(node, plain, (size_t) plain_length);
}

/* An object of which members are wanted. */
static const char *
parse_members(Scanner *scanner, const char *p, TokNode *node, uint32_t element)
{
	p = skip_spaces(p + 1);
	if (*p == '}')
		return p + 1;
	node->expected = node->children;
	for (;;)
	{
		const char *key = p + 1;
		const char *value = parse_key(scanner, p);
		TokNode *child;

		if (unlikely_(value == NULL))
			return NULL;
		if (unlikely_(scanner->escaped))
		{
			const char *quote = parse_string(scanner, key) - 1;

			child = find_escaped_child(node, key, (size_t) (quote - key));
		}
		else
		{
			const char *quote = value - 1;

			/* Back over the colon and any blanks around it. */
			while (*quote != '"')
				quote--;
			child = quote == key ? NULL : find_child(node, key, (size_t) (quote - key));
		}
		p = child == NULL ? skip_value(scanner, value) : parse_wanted(scanner, value, child, element);
		if (unlikely_(p == NULL))
			return NULL;
		p = skip_spaces(p);
		if (*p == '}')
			return p + 1;
		if (unlikely_(*p != ','))
			return fail(scanner, p);
		p = skip_spaces(p + 1);
	}
}

/* An array of whose elements something is wanted; counts them. */
static const char *
parse_elements(Scanner *scanner, const char *p, TokNode *node, uint32_t *nelements)
{
	*nelements = 0;
	p = skip_spaces(p + 1);
	if (*p == ']')
		return p + 1;
	for (;;)
	{
		p = parse_wanted(scanner, p, node->element, (*nelements)++);
		if (unlikely_(p == NULL))
			return NULL;
		p = skip_spaces(p);
		if (*p == ']')
			return p + 1;
		if (unlikely_(*p != ','))
			return fail(scanner, p);
		p = skip_spaces(p + 1);
	}
}

/* A value of which the node wants something. */
static const char *
parse_wanted(Scanner *scanner, const char *p, TokNode *node, uint32_t element)
{
	TokPage *page = scanner->page;
	const char *start = p;
	size_t at = 0;

	if (node->leaf >= 0)
		at = new_slice(page);
	if (*p == '{' && node->children != NULL)
		p = parse_members(scanner, p, node, element);
	else if (*p == '[' && node->element != NULL)
		p = parse_elements(scanner, p, node, &element);
	else
		p = skip_value(scanner, p);
	if (likely_(p != NULL) && node->leaf >= 0)
	{
		TokSlice *slice = &page->slices[at];
		TokKind kind = kind_of(*start);

		slice->kind = (uint8_t) kind;
		slice->leaf = (uint16_t) node->leaf;
		slice->element = element;
		slice->escaped = kind == TOK_STRING && scanner->escaped;
		slice->start = start + (kind == TOK_STRING);
		slice->length = (uint32_t) (p - start) - (kind == TOK_STRING ? 2 : 0);
	}
	return p;
}

static const char *
parse_row(Scanner *scanner, const char *p, TokNode *row)
{
	TokPage *page = scanner->page;
	size_t first = page->nslices;
	const char *start = p;
	TokRow *noted;

	if (page->nrows == page->rows_size)
	{
		page->rows_size = page->rows_size == 0 ? 512 : page->rows_size * 2;
		page->rows = (TokRow *) page->grow(page->rows, page->rows_size * sizeof(TokRow));
	}
	p = parse_wanted(scanner, p, row, 0);
	if (p == NULL)
		return NULL;
	noted = &page->rows[page->nrows++];
	noted->start = start;
	noted->length = (uint32_t) (p - start);
	noted->first_slice = (uint32_t) first;
	noted->nslices = (uint32_t) (page->nslices - first);
	return p;
}

/* The array of rows. */
static const char *
parse_rows(Scanner *scanner, const char *p, TokNode *row)
{
	p = skip_spaces(p + 1);
	if (*p == ']')
		return p + 1;
	for (;;)
	{
		p = parse_row(scanner, p, row);
		if (p == NULL)
			return NULL;
		p = skip_spaces(p);
		if (*p == ']')
			return p + 1;
		if (*p != ',')
			return fail(scanner, p);
		p = skip_spaces(p + 1);
	}
}

/* The top level: an object whose member "data" is the array of rows. */
static const char *
parse_document(Scanner *scanner, const char *p, TokNode *row, bool *has_data)
{
	if (*p != '{')
		return skip_value(scanner, p);
	p = skip_spaces(p + 1);
	if (*p == '}')
		return p + 1;
	for (;;)
	{
		bool is_data = strncmp(p, "\"data\"", 6) == 0;

		p = parse_key(scanner, p);
		if (p == NULL)
			return NULL;
		if (is_data && *p == (scanner->page->single ? '{' : '[') && !*has_data)
		{
			*has_data = true;
			p = scanner->page->single ? parse_row(scanner, p, row) : parse_rows(scanner, p, row);
		}
		else
			p = skip_value(scanner, p);
		if (p == NULL)
			return NULL;
		p = skip_spaces(p);
		if (*p == '}')
			return p + 1;
		if (*p != ',')
			return fail(scanner, p);
		p = skip_spaces(p + 1);
	}
}

/*
 * Read a page of "length" bytes that are followed by a zero byte and readable
 * for TOK_PADDING bytes.  Fills page->rows and page->slices anew.
 */
TokStatus
tok_page(TokPage *page, const char *text, size_t length, TokNode *row)
{
	Scanner scanner = {page, text, NULL, false};
	const char *end = text + length;
	static uint64_t serial = 0;
	bool has_data = false;
	const char *p;

	page->serial = ++serial;
	page->nrows = page->nslices = 0;
	p = parse_document(&scanner, skip_spaces(text), row, &has_data);
	if (p != NULL)
	{
		p = skip_spaces(p);
		if (p != end)
			p = fail(&scanner, p);
	}
	if (p == NULL)
	{
		page->error_offset = (size_t) (scanner.broken - text);
		if (page->error_offset > length)
			page->error_offset = length;
		return TOK_SYNTAX;
	}
	return has_data ? TOK_OK : TOK_SHAPE;
}

static char *
put_utf8(char *out, uint32_t c)
{
	if (c < 0x80)
		*out++ = (char) c;
	else if (c < 0x800)
	{
		*out++ = (char) (0xC0 | (c >> 6));
		*out++ = (char) (0x80 | (c & 0x3F));
	}
	else if (c < 0x10000)
	{
		*out++ = (char) (0xE0 | (c >> 12));
		*out++ = (char) (0x80 | ((c >> 6) & 0x3F));
		*out++ = (char) (0x80 | (c & 0x3F));
	}
	else
	{
		*out++ = (char) (0xF0 | (c >> 18));
		*out++ = (char) (0x80 | ((c >> 12) & 0x3F));
		*out++ = (char) (0x80 | ((c >> 6) & 0x3F));
		*out++ = (char) (0x80 | (c & 0x3F));
	}
	return out;
}

static uint32_t
four_hex(const char *p)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++)
		value = value << 4 | (uint32_t) hex_digit(p[i]);
	return value;
}

/*
 * Resolve the escapes of a string slice into "out", which has room for "length"
 * bytes (the result is never longer).  Returns its length, or -1 for U+0000 or
 * surrogates that make no pair.  The slice has passed tok_page().
 */
long
tok_unescape(const char *start, size_t length, char *out)
{
	static const char escapes[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	const char *p = start;
	const char *end = start + length;
	char *begin = out;

	while (p < end)
	{
		uint32_t c;

		if (*p != '\\')
		{
			*out++ = *p++;
			continue;
		}
		if (p[1] != 'u')
		{
			*out++ = meanings[strchr(escapes, p[1]) - escapes];
			p += 2;
			continue;
		}
		c = four_hex(p + 2);
		p += 6;
		if (c >= 0xD800 && c <= 0xDBFF)
		{
			uint32_t low;

			if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
				return -1;
			low = four_hex(p + 2);
			if (low < 0xDC00 || low > 0xDFFF)
				return -1;
			c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
			p += 6;
		}
		else if (c == 0 || (c >= 0xDC00 && c <= 0xDFFF))
			return -1;
		out = put_utf8(out, c);
	}
	return (long) (out - begin);
}
