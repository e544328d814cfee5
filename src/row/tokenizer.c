/*
 * tokenizer.c
 *		The projecting tokenizer: from an answer in JSON to the wanted slices.
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
	bool in_row;        /* slices are the row's */
	bool in_document;
	bool misshapen; /* a document's rows are not an array */
	unsigned found; /* rank of the rows that were read, more one; 0 = none */
} Scanner;

#define likely_(x) __builtin_expect((x) != 0, 1)
#define unlikely_(x) __builtin_expect((x) != 0, 0)

static const char *parse_wanted(Scanner *scanner, const char *p, TokNode *node, uint32_t element);

static const char *
fail_at(Scanner *scanner, const char *p)
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
			return fail_at(scanner, p);
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
						return fail_at(scanner, p);
				p += 5;
				break;
			default:
				return fail_at(scanner, p);
		}
	}
}

/* Behind a number that follows the grammar of JSON, or NULL. */
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
		return fail_at(scanner, p);
	if (*p == '.')
	{
		p++;
		if (!is_digit(*p))
			return fail_at(scanner, p);
		while (is_digit(*p))
			p++;
	}
	if (*p == 'e' || *p == 'E')
	{
		p++;
		if (*p == '+' || *p == '-')
			p++;
		if (!is_digit(*p))
			return fail_at(scanner, p);
		while (is_digit(*p))
			p++;
	}
	return is_word(*p) ? fail_at(scanner, p) : p;
}

/* A page has padding behind its end, so as many bytes as the word has can be compared at once. */
static inline const char *
parse_literal(Scanner *scanner, const char *p, const char *word, size_t length)
{
	if (memcmp(p, word, length) != 0 || is_word(p[length]))
		return fail_at(scanner, p);
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
		return fail_at(scanner, p);
	p = parse_string(scanner, p + 1);
	if (unlikely_(p == NULL))
		return NULL;
	if (unlikely_(*p != ':'))
	{
		p = skip_spaces(p);
		if (*p != ':')
			return fail_at(scanner, p);
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
			return fail_at(scanner, p);
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
		return fail_at(scanner, p);
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

/* What begins with this character. */
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

/* The next size of an array: small for a page of few rows, so that its memory needs not be fetched from the system. */
static size_t
grown(size_t size, size_t first)
{
	return size == 0 ? first : size < 4096 ? size * 4 : size * 2;
}

static size_t
new_slice(TokPage *page)
{
	if (unlikely_(page->nslices == page->slices_size))
	{
		page->slices_size = grown(page->slices_size, 256);
		page->slices = (TokSlice *) page->grow(page->slices, page->slices_size * sizeof(TokSlice));
	}
	return page->nslices++;
}

static size_t
new_outer(TokPage *page)
{
	if (page->nouter == page->outer_size)
	{
		page->outer_size = grown(page->outer_size, 32);
		page->outer = (TokSlice *) page->grow(page->outer, page->outer_size * sizeof(TokSlice));
	}
	return page->nouter++;
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
			return fail_at(scanner, p);
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
			return fail_at(scanner, p);
		p = skip_spaces(p + 1);
	}
}

static const char *parse_holder(Scanner *scanner, const char *p, TokNode *node);

/* Is the value what the node says that it is: does it hold rows? */
static bool
holds_rows(Scanner *scanner, const char *p, const TokNode *node)
{
	bool holds = *p == (scanner->page->single && !scanner->in_document ? '{' : '[');

	if (!holds && scanner->in_document && *p != 'n')
		scanner->misshapen = true;
	return holds;
}

/* A value of which the node wants something. */
static const char *
parse_wanted(Scanner *scanner, const char *p, TokNode *node, uint32_t element)
{
	TokPage *page = scanner->page;
	const char *start = p;
	size_t at = 0;

	if (unlikely_(node->role != TOK_PLAIN) && holds_rows(scanner, p, node))
		return parse_holder(scanner, p, node);
	if (node->leaf >= 0)
		at = likely_(scanner->in_row) ? new_slice(page) : new_outer(page);
	if (*p == '{' && node->children != NULL)
		p = parse_members(scanner, p, node, element);
	else if (*p == '[' && node->element != NULL)
		p = parse_elements(scanner, p, node, &element);
	else
		p = skip_value(scanner, p);
	if (likely_(p != NULL) && node->leaf >= 0)
	{
		TokSlice *slice = likely_(scanner->in_row) ? &page->slices[at] : &page->outer[at];
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

/* ----- rows ----- */

/* Note a row and the slices that are wanted of it; behind it, or NULL. */
static const char *
parse_row(Scanner *scanner, const char *p, TokNode *row)
{
	TokPage *page = scanner->page;
	size_t first = page->nslices;
	const char *start = p;
	TokRow *noted;

	if (page->nrows == page->rows_size)
	{
		page->rows_size = grown(page->rows_size, 32);
		page->rows = (TokRow *) page->grow(page->rows, page->rows_size * sizeof(TokRow));
	}
	scanner->in_row = true;
	p = parse_wanted(scanner, p, row, 0);
	scanner->in_row = false;
	if (p == NULL)
		return NULL;
	noted = &page->rows[page->nrows++];
	noted->start = start;
	noted->length = (uint32_t) (p - start);
	noted->first_slice = (uint32_t) first;
	noted->nslices = (uint32_t) (page->nslices - first);
	noted->first_outer = noted->nouter = 0;
	return p;
}

static size_t
new_document(TokPage *page)
{
	if (page->ndocuments == page->documents_size)
	{
		page->documents_size = page->documents_size == 0 ? 512 : page->documents_size * 2;
		page->documents = (TokDocument *) page->grow(page->documents, page->documents_size * sizeof(TokDocument));
	}
	return page->ndocuments++;
}

/* A document: its rows share what is wanted of the rest of it. */
static const char *
parse_document(Scanner *scanner, const char *p, TokNode *document)
{
	TokPage *page = scanner->page;
	size_t first_row = page->nrows;
	size_t first_outer = page->nouter;
	const char *start = p;
	size_t at = new_document(page);
	TokDocument *noted = &page->documents[at];

	scanner->in_document = true;
	p = parse_wanted(scanner, p, document, 0);
	scanner->in_document = false;
	if (p == NULL)
		return NULL;
	noted->start = start;
	noted->length = (uint32_t) (p - start);
	noted->first_row = (uint32_t) first_row;
	noted->nrows = (uint32_t) (page->nrows - first_row);
	noted->first_outer = (uint32_t) first_outer;
	noted->nouter = (uint32_t) (page->nouter - first_outer);
	for (size_t i = first_row; i < page->nrows; i++)
	{
		page->rows[i].first_outer = noted->first_outer;
		page->rows[i].nouter = noted->nouter;
	}
	return p;
}

/* The array of rows, or of documents. */
static const char *
parse_array(Scanner *scanner, const char *p, TokNode *node)
{
	p = skip_spaces(p + 1);
	if (*p == ']')
		return p + 1;
	for (;;)
	{
		p = node->role == TOK_ROWS ? parse_row(scanner, p, node->element) : parse_document(scanner, p, node->element);
		if (p == NULL)
			return NULL;
		p = skip_spaces(p);
		if (*p == ']')
			return p + 1;
		if (*p != ',')
			return fail_at(scanner, p);
		p = skip_spaces(p + 1);
	}
}

/* What holds the rows, or those of a document: of several places the best, of two of one name the first. */
static const char *
parse_holder(Scanner *scanner, const char *p, TokNode *node)
{
	TokPage *page = scanner->page;

	if (!scanner->in_document)
	{
		if (scanner->found != 0 && node->rank + 1u >= scanner->found)
			return skip_value(scanner, p);
		page->nrows = page->nslices = page->ndocuments = 0;
		scanner->found = node->rank + 1u;
	}
	if (*p == '[')
		return parse_array(scanner, p, node);
	return node->role == TOK_ROWS ? parse_row(scanner, p, node->element) : parse_document(scanner, p, node->element);
}

/*
 * Read an answer of "length" bytes that are followed by a zero byte and readable
 * for TOK_PADDING bytes.  Fills rows and slices of the page anew.
 */
TokStatus
tok_page(TokPage *page, const char *text, size_t length, TokNode *root)
{
	Scanner scanner = {.page = page, .text = text};
	const char *end = text + length;
	static uint64_t serial = 0;
	const char *p;

	page->serial = ++serial;
	page->nrows = page->nslices = page->nouter = page->ndocuments = 0;
	p = parse_wanted(&scanner, skip_spaces(text), root, 0);
	if (p != NULL)
	{
		p = skip_spaces(p);
		if (p != end)
			p = fail_at(&scanner, p);
	}
	if (p == NULL)
	{
		page->error_offset = (size_t) (scanner.broken - text);
		if (page->error_offset > length)
			page->error_offset = length;
		return TOK_SYNTAX;
	}
	return scanner.found != 0 && !scanner.misshapen ? TOK_OK : TOK_SHAPE;
}

const TokSlice *
tok_outer(const TokPage *page, size_t first, size_t n, int leaf, uint32_t element)
{
	for (size_t i = first; i < first + n; i++)
		if (page->outer[i].leaf == leaf && (element == TOK_ANY_ELEMENT || page->outer[i].element == element))
			return &page->outer[i];
	return NULL;
}
